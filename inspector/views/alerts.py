"""`/orphans/alerts/`: what fires, what fired, and how people hear of it; and the address that sends a test."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from inspector.access.readers import readers_for
from inspector.alerts.channels import configured_channels
from inspector.alerts.message import TEST
from inspector.alerts.trial import send_test
from inspector.alerts.words import firing
from inspector.config import Config
from inspector.index.cursor import Cursor, decode_cursor
from inspector.models import AlertEntry, Delivery, StoreEntry
from inspector.tags.words import percent, span
from inspector.views.actions import action_view, go_on
from inspector.views.alert_items import alert_items, channel_items, delivery_item
from inspector.views.bar import entry_of, index_state, make_bar, moment, reader_of, signed_in
from inspector.views.contexts import AlertsPage, Threshold
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_limit, read_text

#: Alerts that fire at once and that a page shows.
_MOST = 50
_SORT = "-fired_at"


@page_view
def list_alerts(request: HttpRequest) -> HttpResponse:
    entry = entry_of(reader_of(request))
    now = moment().now
    config: Config = settings.INSPECTOR
    after = read_text(request, "after")
    history, following = _history(entry, after, read_limit(request))
    fires = alert_items(firing(entry), now)
    tested = tuple(delivery_item(one, now) for one in _tested(read_text(request, "tested")))
    page = AlertsPage(
        store=entry.name,
        firing=fires,
        history=alert_items(history, now),
        next=following,
        thresholds=_thresholds(config),
        channels=channel_items(config, now, readers_for(signed_in(request))),
        tested=tested,
        index=index_state(entry),
        bar=make_bar(request, "orphans", entry),
        first_page=not after,
        listed=fires[:_MOST],
        links=bool(config.public_url),
        tone="good" if all(one.state == "sent" for one in tested) else "bad",
    )
    return show(request, "alerts", page)


@action_view
def test_alert(request: HttpRequest) -> HttpResponse:
    """A message over each channel that is set, and back to the page, which says what came of it."""
    reader_of(request)
    sent = send_test(configured_channels(settings.INSPECTOR), moment().now)
    form = "json" if wants_json(request) else ""
    tested = ".".join(str(one.pk) for one in sent)
    return go_on("alerts", store=request.GET.get("store", ""), format=form, tested=tested)


def _history(entry: StoreEntry, after: str, limit: int) -> tuple[list[AlertEntry], str]:
    """Those that ended, the last one to fire first, and where the next page begins."""
    ended = AlertEntry.objects.filter(store=entry.pk, ended_at__isnull=False).order_by("-fired_at", "-pk")
    if after:
        at, row = decode_cursor(after, sort=_SORT).place()
        ended = ended.filter(Q(fired_at__lt=at) | Q(fired_at=at, pk__lt=row))
    rows = list(ended[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, Cursor.at(_SORT, rows[-1].fired_at, rows[-1].pk).encode() if more else ""


def _thresholds(config: Config) -> tuple[Threshold, ...]:
    return (
        Threshold(
            f"at least {percent(config.alert_share)} of its newest threads were left after one turn",
            "INSPECTOR_ALERT_SHARE",
        ),
        Threshold(
            f"that is at least {config.alert_rise * 100:g} percentage points more than was to be expected",
            "INSPECTOR_ALERT_RISE",
        ),
        Threshold(
            f"at least {config.alert_threads:,} of its threads are old enough to tell", "INSPECTOR_ALERT_THREADS"
        ),
        Threshold(
            f"a thread is old enough {span(config.orphan_after)} after anything was done in it",
            "INSPECTOR_ORPHAN_AFTER",
        ),
        Threshold(
            f"people are told of it again {span(config.alert_cooldown)} after the last time, at the earliest",
            "INSPECTOR_ALERT_COOLDOWN",
        ),
    )


def _tested(text: str) -> list[Delivery]:
    """The messages of a test, by their numbers; whatever else is asked for is none."""
    numbers = [int(one) for one in text.split(".")[:4] if one.isascii() and one.isdigit() and len(one) < 18]
    return list(Delivery.objects.filter(pk__in=numbers, event=TEST).order_by("pk")) if numbers else []
