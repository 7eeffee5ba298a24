"""Orphaned one-turn threads: their share now and before, over time, and by host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDay, TruncHour, TruncMinute

from inspector.errors import BadRequest
from inspector.index.queries import Moment, is_orphan, is_undecided
from inspector.index.workers import did_write
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker


@dataclass(frozen=True, slots=True)
class Window:
    """How far back to look, and the width of one bar of the chart."""

    name: str
    words: str
    length: timedelta
    bucket: timedelta
    truncate: Callable[[str], object]


WINDOWS = (
    Window("1h", "hour", timedelta(hours=1), timedelta(minutes=1), TruncMinute),
    Window("24h", "24 hours", timedelta(hours=24), timedelta(hours=1), TruncHour),
    Window("7d", "7 days", timedelta(days=7), timedelta(days=1), TruncDay),
    Window("30d", "30 days", timedelta(days=30), timedelta(days=1), TruncDay),
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


def count_orphans(store: StoreEntry, moment: Moment) -> int:
    return ThreadEntry.objects.filter(is_orphan(moment), store=store).count()


def report_orphans(store: StoreEntry, window: Window, moment: Moment) -> OrphanReport:
    begin = moment.now - window.length
    begun = ThreadEntry.objects.filter(store=store, first_at__gte=begin, first_at__lte=moment.now)
    before = ThreadEntry.objects.filter(store=store, first_at__gte=begin - _BASELINE, first_at__lt=begin)
    return OrphanReport(
        window=window,
        current=_share(begun, moment),
        baseline=_share(before, moment),
        series=_series(begun, window, begin, moment),
        hosts=_hosts(begun, moment),
    )


def _share(threads: QuerySet[ThreadEntry], moment: Moment) -> Share:
    orphans, undecided = Count("id", filter=is_orphan(moment)), Count("id", filter=is_undecided(moment))
    return Share(**threads.aggregate(threads=Count("id"), orphans=orphans, undecided=undecided))


def _series(threads: QuerySet[ThreadEntry], window: Window, begin: datetime, moment: Moment) -> tuple[Bar, ...]:
    grouped = (
        threads.annotate(bucket=window.truncate("first_at"))
        .values("bucket")
        .annotate(threads=Count("id"), orphans=Count("id", filter=is_orphan(moment)))
    )
    found = {row["bucket"]: row for row in grouped}
    bars = []
    at = _floor(begin, window.bucket)
    while at <= moment.now:
        row = found.get(at, {"threads": 0, "orphans": 0})
        bars.append(Bar(at, row["threads"], row["orphans"]))
        at += window.bucket
    return tuple(bars)


def _floor(at: datetime, bucket: timedelta) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // bucket * bucket


def _hosts(threads: QuerySet[ThreadEntry], moment: Moment) -> tuple[HostShare, ...]:
    orphans, undecided = threads.filter(is_orphan(moment)), threads.filter(is_undecided(moment))
    random = threads.filter(is_orphan(moment) | is_undecided(moment), random_id=True)
    workers = ThreadWorker.objects.filter(did_write(), thread__in=threads)
    counted = (
        workers.values("hostname")
        .annotate(
            threads=Count("id"),
            orphans=Count("id", filter=Q(thread__in=orphans)),
            undecided=Count("id", filter=Q(thread__in=undecided)),
            random_ids=Count("id", filter=Q(thread__in=random)),
        )
        .order_by("-orphans", "-undecided", "hostname")[:20]
    )
    return tuple(HostShare(**row) for row in counted)
