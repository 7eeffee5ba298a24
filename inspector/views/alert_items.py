"""Alerts, messages and channels as pages and data show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Max, Q

from inspector.alerts.channels import configured_channels
from inspector.alerts.message import RESOLVED, TEST
from inspector.alerts.words import headline, where_listed
from inspector.config import Config
from inspector.models import AlertEntry, Delivery
from inspector.tags.words import clock
from inspector.views.contexts import AlertChannel, AlertItem, DeliveryItem

_TITLES = {"webhook": "Webhook", "email": "E-mail"}
_SETTINGS = {
    "webhook": ("INSPECTOR_WEBHOOK_URL", "INSPECTOR_WEBHOOK_SECRET"),
    "email": ("INSPECTOR_EMAIL_URL", "INSPECTOR_EMAIL_TO", "INSPECTOR_EMAIL_FROM"),
}
_ENDS = {
    "fixed": "its newer threads go on as they should",
    "quiet": "it began no more threads",
    "muted": "its threads were muted",
}


def alert_items(alerts: Sequence[AlertEntry], now: datetime) -> tuple[AlertItem, ...]:
    """With their messages, which are read at once."""
    sent: dict[int | None, list[Delivery]] = {}
    for one in Delivery.objects.filter(alert__in=[alert.pk for alert in alerts]).order_by("made_at", "pk"):
        sent.setdefault(one.alert_id, []).append(one)
    return tuple(_alert(alert, sent.get(alert.pk, ()), now) for alert in alerts)


def _alert(alert: AlertEntry, deliveries: Iterable[Delivery], now: datetime) -> AlertItem:
    return AlertItem(
        id=alert.pk,
        hostname=alert.hostname,
        headline=headline(alert),
        fired_at=alert.fired_at,
        since=alert.since,
        ended_at=alert.ended_at,
        end=alert.end,
        threads=alert.threads,
        orphans=alert.orphans,
        expected=alert.expected,
        basis=alert.basis,
        random_ids=alert.random_ids,
        thread_ids=tuple(str(one) for one in alert.thread_ids),
        deliveries=tuple(delivery_item(one, now) for one in deliveries),
        ended=_ENDS.get(alert.end, ""),
        listed=where_listed(alert),
    )


def delivery_item(delivery: Delivery, now: datetime) -> DeliveryItem:
    state = "sent" if delivery.sent_at else "dropped" if delivery.dropped_at else "waiting"
    return DeliveryItem(
        channel=delivery.channel,
        event=delivery.event,
        state=state,
        made_at=delivery.made_at,
        due_at=delivery.due_at if state == "waiting" else None,
        attempts=delivery.attempts,
        sent_at=delivery.sent_at,
        error=delivery.error,
        answer=delivery.answer,
        words=_words(delivery, state, now),
        title=_TITLES.get(delivery.channel, delivery.channel),
    )


def _words(delivery: Delivery, state: str, now: datetime) -> str:
    what = {RESOLVED: "the end", TEST: "a test"}.get(delivery.event, "the beginning")
    tries = f"attempt {delivery.attempts}"
    if delivery.event == TEST and state == "dropped":
        return f"{what} could not be sent. It {delivery.error}"
    if state == "sent":
        verb = "sent" if delivery.event == TEST else "told"
        return f"{what} was {verb} at {clock(delivery.sent_at)}"
    if state == "dropped":
        if not delivery.error:
            return f"{what} was not told: it had ended before"
        return f"{what} could not be told. It {delivery.error}; given up after {tries}"
    if delivery.error:
        return f"{what} is not told yet. It {delivery.error} at {tries}; next at {clock(delivery.due_at)}"
    if delivery.due_at > now and not delivery.attempts:
        return f"{what} is told at {clock(delivery.due_at)} if it still fires: people were told of this host before"
    return f"{what} is being told"


def channel_items(config: Config, now: datetime, stores: Collection[str]) -> tuple[AlertChannel, ...]:
    """Those that are set, and those that could be; of what they were last told, what is about one of these stores."""
    found = {channel.name: channel for channel in configured_channels(config)}
    last = _last(stores)
    return tuple(
        AlertChannel(
            name=name,
            configured=name in found,
            where=found[name].where if name in found else "",
            signed=name == "webhook" and config.webhook_secret is not None,
            last=delivery_item(last[name], now) if name in last else None,
            title=title,
            settings=_SETTINGS[name],
        )
        for name, title in _TITLES.items()
    )


def _last(stores: Collection[str]) -> dict[str, Delivery]:
    """The last message of each channel that was tried. A test is about none."""
    of_alerts = Q(attempts__gt=0, alert__store__name__in=list(stores))
    tried = Delivery.objects.filter(of_alerts | Q(event=TEST)).order_by()
    newest = tried.values("channel").annotate(newest=Max("pk")).values_list("newest", flat=True)
    return {one.channel: one for one in Delivery.objects.filter(pk__in=list(newest))}
