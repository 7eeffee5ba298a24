"""The week before: how many threads began in it and were left after one turn, by host, graph or id shape and by hour.

It is what a share of today is compared with. Made of the hours' tallies, so it costs rows of hours and not of threads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspector.index.begun import HOUR, Sums, floor
from inspector.models import HourTally, StoreEntry

LENGTH = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """`hours` are by name and full hour; the name is "" where `by` is "all". Times are UTC."""

    hours: Mapping[str, Mapping[datetime, Sums]]

    @classmethod
    def before(cls, store: StoreEntry, end: datetime, *, by: str, names: Collection[str] | None = None) -> Week:
        """The seven days before the full hour in which `end` is; of these names alone, or of all. Threads that began so
        late that they may go on yet count as left: let `end` be old enough."""
        last = floor(end, HOUR)
        kept = HourTally.objects.filter(store=store, by=by, hour__gte=last - LENGTH, hour__lt=last)
        if names is not None:
            kept = kept.filter(name__in=names)
        found: dict[str, dict[datetime, Sums]] = {}
        for name, hour, *sums in kept.values_list("name", "hour", *Sums._fields):
            found.setdefault(name, {})[hour] = Sums(*sums)
        return cls(found)

    def whole(self, name: str = "") -> Sums:
        return _sum(self.hours.get(name, {}).values())

    def about(self, name: str, hour: int, *, spread: int = 1) -> Sums:
        """Those begun at an hour of the day (0 to 23), and at as many hours before and after it as `spread` says."""
        wanted = {(hour + offset) % 24 for offset in range(-spread, spread + 1)}
        return _sum(sums for at, sums in self.hours.get(name, {}).items() if at.hour in wanted)


def _sum(parts: Iterable[Sums]) -> Sums:
    total = Sums()
    for part in parts:
        total = total.plus(part)
    return total
