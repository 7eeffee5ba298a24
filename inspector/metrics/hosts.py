"""What each host did, from the tallies: those by host, and those by the hour in which threads began."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from inspector.index.begun import HOUR, Sums, floor
from inspector.index.kinds import Moment
from inspector.metrics.figures import HostFigures
from inspector.metrics.names import HOSTS, OTHER, label_of, most_active
from inspector.models import HostTally, HourTally, StoreEntry

#: How many full hours a window has.
WINDOWS = {"1h": 1, "24h": 24}
_TALLIED = ("threads", "one_turn", "checkpoints", "told", "reads", "misses")
_SUMMED: dict[str, Any] = {f"{name}_sum": Sum(name) for name in Sums._fields}


def decided_until(moment: Moment) -> datetime:
    """The end of the last full hour whose threads are all old enough to tell. One whose first turn went on for long may
    be told too early."""
    return floor(moment.orphan_before, HOUR)


def read_hosts(entry: StoreEntry, moment: Moment) -> dict[str, HostFigures]:
    """By the value of the label. There are few queries, whatever the number of hosts, and each is by an index."""
    tallies = HostTally.objects.filter(store=entry)
    lately = _begun(entry, moment, "24h").values("name").annotate(number=Sum("threads")).order_by("-number", "name")
    wrote = tallies.order_by("-checkpoints", "hostname").values_list("hostname", flat=True)
    names = most_active(lately.values_list("name", flat=True)[:HOSTS], wrote[:HOSTS])
    shown = _figures(entry, moment, names)
    found: dict[str, HostFigures] = {}
    for name, figures in shown.items():
        label = label_of(name)
        found[label] = found.get(label, HostFigures()).plus(figures)
    if len(names) == HOSTS:
        rest = _whole(entry, moment)
        for figures in shown.values():
            rest = rest.plus(figures, -1)
        found[OTHER] = found.get(OTHER, HostFigures()).plus(rest)
    return found


def _figures(entry: StoreEntry, moment: Moment, names: Collection[str]) -> dict[str, HostFigures]:
    tallied = HostTally.objects.filter(store=entry, hostname__in=names).values_list("hostname", *_TALLIED)
    told = {hostname: numbers for hostname, *numbers in tallied}
    begun: dict[str, dict[str, Sums]] = {name: {} for name in names}
    for window in WINDOWS:
        rows = _begun(entry, moment, window).filter(name__in=names).values("name").annotate(**_SUMMED)
        for name, *sums in rows.order_by().values_list("name", *_SUMMED):
            begun[name][window] = Sums(*sums)
    return {name: _of(told.get(name, [0] * len(_TALLIED)), begun[name]) for name in names}


def _whole(entry: StoreEntry, moment: Moment) -> HostFigures:
    """Of all hosts together."""
    sums: dict[str, Any] = {f"{name}_sum": Sum(name) for name in _TALLIED}
    told = HostTally.objects.filter(store=entry).aggregate(**sums)
    begun = {window: Sums(*_numbers(_begun(entry, moment, window).aggregate(**_SUMMED).values())) for window in WINDOWS}
    return _of(_numbers(told.values()), begun)


def _of(tallied: Sequence[int], begun: Mapping[str, Sums]) -> HostFigures:
    threads, one_turn, writes, told, reads, misses = tallied
    return HostFigures(threads, one_turn, writes, told, reads, misses, begun)


def _numbers(values: Iterable[int | None]) -> list[int]:
    return [value or 0 for value in values]


def _begun(entry: StoreEntry, moment: Moment, window: str) -> QuerySet[HourTally]:
    last = decided_until(moment)
    first = last - timedelta(hours=WINDOWS[window])
    return HourTally.objects.filter(store=entry, by="host", hour__gte=first, hour__lt=last)
