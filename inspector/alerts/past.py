"""The week before, and the hours of it in which alerts fired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from inspector.alerts.expected import Past, hours_between, without
from inspector.index.week import LENGTH, Week
from inspector.models import AlertEntry, HourTally, StoreEntry

#: Graphs whose past is read: those of a window's threads, the most frequent first.
GRAPHS = 10
#: Some of an alert's threads began before the one that it counts from.
_MARGIN = timedelta(hours=1)


def read_past(entry: StoreEntry, end: datetime, hostname: str, graphs: Collection[str]) -> Past:
    """The week before the full hour in which `end` is, of this host, of these graphs and of all."""
    fired = _fired(entry, end)
    everyone = {hour for hours in fired.values() for hour in hours}
    kept = HourTally.objects.filter(store=entry, by="graph", hour__gte=end - LENGTH, hour__lt=end)
    return Past(
        hosts=without(Week.before(entry, end, by="host", names=[hostname]), fired.get(hostname, ())),
        store=without(Week.before(entry, end, by="all"), everyone),
        graphs=without(Week.before(entry, end, by="graph", names=graphs), everyone),
        several_graphs=len(graphs) > 1 or kept.exclude(name__in=graphs).exists(),
    )


def _fired(entry: StoreEntry, end: datetime) -> dict[str, set[datetime]]:
    """By host, the hours that alerts touched."""
    found: dict[str, set[datetime]] = defaultdict(set)
    for alert in _alerts(entry, end - LENGTH):
        found[alert.hostname].update(hours_between(alert.since - _MARGIN, alert.ended_at or end))
    return found


def _alerts(entry: StoreEntry, since: datetime) -> Iterable[AlertEntry]:
    """The alerts of a store that fired at or after this time."""
    fires = Q(ended_at=None) | Q(ended_at__gte=since)
    return AlertEntry.objects.filter(fires, store=entry).only("hostname", "since", "ended_at")
