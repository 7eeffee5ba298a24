"""From alerts to the messages that are to be sent: which there are follows from the rows alone.

It may be asked at any time, as often as one likes, by several dashboards at once: what is there already is not made
again.

* An alert that fires is told once over each channel. Within the cooldown after a host was last told of, it waits, and
  is told then if it still fires.
* Its end is told where its beginning was, or may have been: a receiver that has heard of an alert keeps it open until
  it hears that it ended.
* An alert that ended before anybody was told is not told at all.
* A beginning that was given up is sent after all once the channel works again, as a test shows, while it still fires.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from inspector.alerts.channels import configured_channels
from inspector.alerts.message import FIRING, RESOLVED
from inspector.models import AlertEntry, Delivery, StoreEntry

#: An end that is older is no news: it is of a channel that was set up, or a dashboard that was started, long after.
_NEWS = timedelta(days=7)


def announce(entry: StoreEntry, now: datetime) -> None:
    """Brings the messages of a store's alerts up to date. To be called after each look."""
    _drop_untold(entry, now)
    _take_up_again(entry, now)
    channels = [channel.name for channel in configured_channels(settings.INSPECTOR)]
    missing = [*_firing(entry, channels, now), *_resolved(entry, now)]
    if missing:
        Delivery.objects.bulk_create(missing, ignore_conflicts=True)


def held_until(alert: AlertEntry, channel: str) -> datetime | None:
    """Until when the host is not told of again over this channel; None where it was not told of before."""
    told = Delivery.objects.filter(
        channel=channel,
        event=FIRING,
        sent_at__isnull=False,
        alert__store=alert.store_id,
        alert__hostname=alert.hostname,
    ).exclude(alert=alert)
    last = told.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return last + timedelta(seconds=settings.INSPECTOR.alert_cooldown) if last else None


def told_of(beginnings: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of beginnings, those that arrived or may have."""
    return beginnings.filter(Q(sent_at__isnull=False) | Q(unsure=True), event=FIRING)


def pending(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those that are neither sent nor given up."""
    return deliveries.filter(sent_at=None, dropped_at=None)


def _drop_untold(entry: StoreEntry, now: datetime) -> None:
    """An attempt marks a message as unsure before it begins, by a write under this very condition: either it is dropped
    here or it is sent. An end was made, and is dropped, where an attempt was under way that then surely failed."""
    own = pending(Delivery.objects.filter(alert__store=entry, alert__ended_at__isnull=False))
    _drop(own.filter(event=FIRING, unsure=False), now)
    begun = Delivery.objects.filter(alert=OuterRef("alert"), channel=OuterRef("channel"))
    waits = Exists(pending(begun.filter(event=FIRING)))
    _drop(own.filter(event=RESOLVED).exclude(waits).exclude(Exists(told_of(begun))), now)


def _take_up_again(entry: StoreEntry, now: datetime) -> None:
    """Somebody has mended the address meanwhile, or the other side has: something else arrived there since."""
    works = Delivery.objects.filter(channel=OuterRef("channel"), sent_at__gt=OuterRef("dropped_at"))
    lost = Delivery.objects.filter(alert__store=entry, alert__ended_at=None, event=FIRING, sent_at=None)
    numbers = list(lost.filter(Exists(works)).values_list("pk", flat=True))
    if numbers:
        lost = Delivery.objects.filter(pk__in=numbers, sent_at=None, dropped_at__isnull=False)
        lost.update(dropped_at=None, due_at=now, attempts=0)


def _drop(deliveries: QuerySet[Delivery], now: datetime) -> None:
    numbers = list(deliveries.values_list("pk", flat=True))
    if numbers:
        pending(Delivery.objects.filter(pk__in=numbers)).exclude(event=FIRING, unsure=True).update(dropped_at=now)


def _firing(entry: StoreEntry, channels: Iterable[str], now: datetime) -> Iterator[Delivery]:
    fires = list(AlertEntry.objects.filter(store=entry, ended_at=None))
    told = set(Delivery.objects.filter(alert__in=fires, event=FIRING).values_list("alert_id", "channel"))
    for channel in channels:
        for alert in fires:
            if (alert.pk, channel) not in told:
                due = max(now, held_until(alert, channel) or now)
                yield Delivery(alert=alert, channel=channel, event=FIRING, made_at=now, due_at=due)


def _resolved(entry: StoreEntry, now: datetime) -> Iterator[Delivery]:
    told = told_of(Delivery.objects.filter(alert__store=entry, alert__ended_at__gte=now - _NEWS))
    known = Delivery.objects.filter(alert=OuterRef("alert"), channel=OuterRef("channel"), event=RESOLVED)
    for alert, channel in told.exclude(Exists(known)).values_list("alert_id", "channel"):
        yield Delivery(alert_id=alert, channel=channel, event=RESOLVED, made_at=now, due_at=now)
