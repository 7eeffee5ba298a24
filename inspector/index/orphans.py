"""Orphaned one-turn threads: their share now and before, over time, and by host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspector.errors import BadRequest
from inspector.index.begun import HOUR, Begun, Sums, by_bucket, by_host, floor, nearest_hour
from inspector.index.kinds import Moment
from inspector.models import StoreEntry

HOSTS = 20  #: hosts that a report shows


@dataclass(frozen=True, slots=True)
class Window:
    """How far back to look, and the width of one bar of the chart."""

    name: str
    words: str
    length: timedelta
    bucket: timedelta


WINDOWS = (
    Window("1h", "hour", timedelta(hours=1), timedelta(minutes=1)),
    Window("24h", "24 hours", timedelta(hours=24), timedelta(hours=1)),
    Window("7d", "7 days", timedelta(days=7), timedelta(days=1)),
    Window("30d", "30 days", timedelta(days=30), timedelta(days=1)),
)
_BASELINE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Share:
    """Orphans among the threads begun in a stretch of time. Those that have one turn so far and are young are neither
    orphans nor sound: they are `undecided` and left out of the rate, which would else be low whenever it matters."""

    threads: int
    orphans: int
    undecided: int

    @property
    def decided(self) -> int:
        return self.threads - self.undecided

    @property
    def rate(self) -> float | None:
        """None where no thread is old enough to tell."""
        return self.orphans / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Bar:
    at: datetime
    threads: int
    orphans: int


@dataclass(frozen=True, slots=True)
class HostShare:
    """Threads that a host wrote to; one that several hosts wrote to counts for each."""

    hostname: str
    threads: int
    orphans: int
    undecided: int
    random_ids: int  #: one-turn threads, orphaned or undecided, whose id has a random form


@dataclass(frozen=True, slots=True)
class OrphanReport:
    window: Window
    current: Share
    baseline: Share  #: the week before the window
    series: tuple[Bar, ...]  #: one a bucket, oldest first, empty ones included
    hosts: tuple[HostShare, ...]  #: most orphans first


def find_window(name: str) -> Window:
    found = next((window for window in WINDOWS if window.name == name), None)
    if found is None:
        raise BadRequest(f"No window is called {name!r}.", f"Windows are {', '.join(w.name for w in WINDOWS)}.")
    return found


def report_orphans(store: StoreEntry, window: Window, moment: Moment) -> OrphanReport:
    """Whole hours are kept, and of the hours that a stretch of time cuts, the rows are counted.

    One figure is of another stretch: in windows of more than an hour, the hosts' threads are those begun since the full
    hour next to the window's begin.
    """
    begin, end = moment.now - window.length, moment.now + timedelta(microseconds=1)
    begun = Begun(store, moment)
    young = begun.young(begin, end)
    undecided = by_bucket(young, window.bucket, all_left=True)
    series = _series(begun.buckets(begin, window.bucket), undecided, window, begin, moment)
    return OrphanReport(
        window=window,
        current=Share(sum(bar.threads for bar in series), sum(bar.orphans for bar in series), _left(undecided)),
        baseline=_before(begun, begin),
        series=series,
        hosts=_hosts(*_by_host(begun, window, begin, end)),
    )


def _by_host(
    begun: Begun, window: Window, begin: datetime, end: datetime
) -> tuple[Mapping[str, Sums], Mapping[str, Sums]]:
    """All threads, and the young ones."""
    by_rows = window.bucket < HOUR
    begin = begin if by_rows else nearest_hour(begin)
    return begun.hosts(begin, by_rows=by_rows), by_host(begun.young(begin, end), all_left=True)


def _left(young: Mapping[datetime, Sums]) -> int:
    return sum(sums.left for sums in young.values())


def _before(begun: Begun, begin: datetime) -> Share:
    sums = begun.count(begin - _BASELINE, begin)
    undecided = begun.young(begin - _BASELINE, begin).count()
    return Share(sums.threads, sums.left - undecided, undecided)


def _series(
    begun: Mapping[datetime, Sums], young: Mapping[datetime, Sums], window: Window, begin: datetime, moment: Moment
) -> tuple[Bar, ...]:
    bars = []
    at = floor(begin, window.bucket)
    while at <= moment.now:
        sums = begun.get(at, Sums())
        bars.append(Bar(at, sums.threads, sums.left - young.get(at, Sums()).left))
        at += window.bucket
    return tuple(bars)


def _hosts(begun: Mapping[str, Sums], young: Mapping[str, Sums]) -> tuple[HostShare, ...]:
    shares = []
    for hostname, sums in begun.items():
        undecided = young.get(hostname, Sums()).left
        shares.append(HostShare(hostname, sums.threads, sums.left - undecided, undecided, sums.left_random))
    shares.sort(key=lambda share: (-share.orphans, -share.undecided, share.hostname))
    return tuple(shares[:HOSTS])
