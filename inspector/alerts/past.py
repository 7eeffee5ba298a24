"""The week before, and the hours of it in which alerts fired."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from inspector.alerts.expected import Past, hours_between, is_known, without
from inspector.index.week import LENGTH, Week
from inspector.models import AlertEntry, HourTally, StoreEntry

#: Graphs whose past is read: those of a window's threads, the most frequent first.
GRAPHS = 10
#: Some of an alert's threads began before the one that it counts from.
_MARGIN = timedelta(hours=1)


def read_past(entry: StoreEntry, end: datetime, hostname: str, graphs: Collection[str]) -> Past:
    """The week before `end`, a full hour, of this host, of these graphs and of all."""
    alerts = list(_alerts(entry, end - LENGTH))
    fired = _hours(alerts, end)
    kept = HourTally.objects.filter(store=entry, by="graph", hour__gte=end - LENGTH, hour__lt=end)
    of_graphs = Week.before(entry, end, by="graph", names=graphs)
    return Past(
        hosts=without(
            Week.before(entry, end, by="host", names=[hostname]),
            _hours([alert for alert in alerts if alert.hostname == hostname], end),
        ),
        store=without(Week.before(entry, end, by="all"), fired),
        graphs=_of_graphs(of_graphs, fired, _hours([alert for alert in alerts if alert.ended_at is None], end)),
        several_graphs=len(graphs) > 1 or kept.exclude(name__in=graphs).exists(),
    )


def _of_graphs(week: Week, fired: Collection[datetime], firing: Collection[datetime]) -> Week:
    """Without the hours in which alerts fired, but for a graph of which nothing else is known: only those that fire yet
    are left out of its past. Else a new job would make an alert fire each night, and never be known."""
    well, ended = without(week, fired), without(week, firing)
    return Week({name: (well if is_known(well, name) else ended).hours[name] for name in week.hours})


def _hours(alerts: Collection[AlertEntry], end: datetime) -> set[datetime]:
    """Those that these alerts touched."""
    found: set[datetime] = set()
    for alert in alerts:
        found.update(hours_between(alert.since - _MARGIN, alert.ended_at or end))
    return found


def _alerts(entry: StoreEntry, since: datetime) -> QuerySet[AlertEntry]:
    """The alerts of a store that fired at or after this time."""
    fires = Q(ended_at=None) | Q(ended_at__gte=since)
    return AlertEntry.objects.filter(fires, store=entry).only("hostname", "since", "ended_at")
