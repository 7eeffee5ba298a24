"""What share of a host's threads was to be expected to end with their first turn: the most that its past speaks for.

Days differ, so of each hour of the past week the share is looked at by itself, and the highest one counts: a job that
runs every night, or a weekend, is nothing new. Hours in which an alert fired are no measure and are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from inspector.alerts.chance import at_most
from inspector.index.begun import HOUR, Sums, floor
from inspector.index.week import Week

#: Threads of the week from which on its share is known.
ENOUGH = 50
#: Threads of one hour from which on it counts by itself, and as many of the whole week are added to it: the fewer an
#: hour has, the less it says.
_HOUR_ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Expected:
    """`basis` is as in `AlertEntry`."""

    share: float = 0.0
    basis: str = "none"


@dataclass(frozen=True, slots=True)
class Past:
    """The week before, each time without the hours in which an alert fired: of hosts, of all, and of graphs."""

    hosts: Week
    store: Week
    graphs: Week
    several_graphs: bool = False  #: the store has others than those at hand

    def expect(self, host: str, graphs: Counter[str], hour: int) -> Expected | None:
        """The greater of what the host's own past says and what is usual for the graphs that its threads run. Of a host
        without a past, all threads' past counts. None where there is none at all."""
        everybody = usual(self.store, "", hour)
        own = usual(self.hosts, host, hour)
        found = []
        if own is not None:
            found.append(Expected(own, "host"))
        elif everybody is not None:
            found.append(Expected(everybody, "store"))
        if (mixed := self._mixed(graphs, hour, everybody)) is not None:
            found.append(Expected(mixed, "graph"))
        return max(found, key=lambda one: one.share, default=None)

    def _mixed(self, graphs: Counter[str], hour: int, everybody: float | None) -> float | None:
        """Where all threads are of one graph, it says no more than all threads do."""
        if everybody is None or not (self.several_graphs or len(self.graphs.hours) > 1):
            return None
        shares = {name: usual(self.graphs, name, hour) for name in graphs}
        known = {name: everybody if share is None else share for name, share in shares.items()}
        return sum(known[name] * count for name, count in graphs.items()) / graphs.total()


def usual(week: Week, name: str, hour: int) -> float | None:
    """The share that was left in the week and at this hour of the day (0 to 23), the greater of the two, at the most;
    None where too few threads tell."""
    if not is_known(week, name):
        return None
    whole = _counted(week.whole(name))
    share = whole[0] / whole[1]
    found = [at_most(*whole)]
    about = _counted(week.about(name, hour))
    if about[1] >= ENOUGH:
        found.append(at_most(*about))
    near = {(hour + offset) % 24 for offset in (-1, 0, 1)}
    for at, sums in week.hours.get(name, {}).items():
        left, threads = _counted(sums)
        if at.hour in near and threads >= _HOUR_ENOUGH:
            found.append((left + share * _HOUR_ENOUGH) / (threads + _HOUR_ENOUGH))
    return max(found)


def is_known(week: Week, name: str) -> bool:
    """Whether so many of its threads are in the week that they tell its share."""
    return _counted(week.whole(name))[1] >= ENOUGH


def _counted(sums: Sums) -> tuple[int, int]:
    """Left ones and all, without those that are muted."""
    return sums.left - sums.left_muted, sums.threads - sums.left_muted


def without(week: Week, hours: Collection[datetime]) -> Week:
    """The week without these hours."""
    return Week({name: {at: sums for at, sums in kept.items() if at not in hours} for name, kept in week.hours.items()})


def hours_between(begin: datetime, end: datetime) -> Iterator[datetime]:
    """The full hours that this stretch of time touches."""
    at = floor(begin, HOUR)
    while at <= end:
        yield at
        at += HOUR
