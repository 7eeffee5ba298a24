"""What judging an alert reads of the index: few rows of each host that began something in the last day."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Sum

from inspector.alerts.judge import LARGE, REACH
from inspector.alerts.paces import Told
from inspector.alerts.window import Begun
from inspector.index.begun import HOUR, floor
from inspector.index.kinds import Moment
from inspector.index.workers import did_write
from inspector.models import HourTally, StoreEntry, ThreadEntry, ThreadWorker

#: Hosts that are looked at, those with the most threads first.
HOSTS = 500
#: Rows of a host that are read, and how many where these do not reach far enough: people who talk for long keep their
#: threads among the newest, whenever they began.
_ROWS = (120, 480)
#: Threads that paces are learnt from, of this hour and as many of the same one a day before.
_LEARNT = 1_000
_DAY = timedelta(days=1)
#: Threads from which on they tell whether a host's clock lags.
_FEW = 3


class _Row(NamedTuple):
    """Columns of `ThreadEntry`."""

    thread_id: str
    first_at: datetime
    last_at: datetime
    one_turn: bool
    several_hosts: bool
    state: str
    random_id: bool
    graph: str
    elsewhere_at: datetime | None
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class Newest:
    """A host's threads, newest first, none left out of the time that they reach back. By so many seconds (`lag`) its
    clock may be behind: its threads look older than they are."""

    hostname: str
    threads: tuple[Begun, ...] = ()
    lag: float = 0.0


def hosts_of(entry: StoreEntry, as_of: datetime, least: int) -> list[str]:
    """Those that wrote to so many threads begun in the last day, beside muted ones."""
    kept = HourTally.objects.filter(store=entry, by="host", hour__gte=floor(as_of - REACH, HOUR), hour__lte=as_of)
    sums = kept.values("name").annotate(sum=Sum(F("threads") - F("left_muted"))).filter(sum__gte=least)
    return list(sums.order_by("-sum", "name").values_list("name", flat=True)[:HOSTS])


def newest_of(entry: StoreEntry, hostname: str, moment: Moment) -> Newest:
    """`moment.now` is when the index was last sure to know all. What a clock puts after that is left out until then."""
    theirs, rows, near = _newest_first(entry, hostname, moment.now), [], []
    since = moment.now - REACH
    for limit in _ROWS:
        rows = [_Row(*row) for row in theirs[:limit]]
        whole = len(rows) < limit
        reach = since if whole else max(since, rows[-1].last_at)
        near = [row for row in rows if row.first_at >= reach]
        if reach == since or len(near) >= LARGE:
            break
    near.sort(key=lambda row: (row.first_at, row.thread_id), reverse=True)
    threads = tuple(_begun(row) for row in near if _may_tell(row, moment))
    return Newest(hostname, threads, min(_lag(near), moment.orphan_after))


def _newest_first(entry: StoreEntry, hostname: str, until: datetime) -> QuerySet[ThreadWorker, tuple[Any, ...]]:
    """Along the index of a host's threads, the last active first; without those that are muted. Nothing that was idle
    for a day began in it: a host whose threads are mostly muted would be read from end to end."""
    lately = (until - REACH, until)
    theirs = ThreadWorker.objects.filter(store=entry, stored__in=(True,), hostname=hostname, last_at__range=lately)
    told = theirs.filter(did_write(), thread__muted=False).order_by("-last_at", "-thread")
    return told.values_list(*(f"thread__{column}" for column in _Row._fields))


def _went_on(row: _Row) -> bool:
    return not row.one_turn or row.several_hosts or row.elsewhere_at is not None


def _may_tell(row: _Row, moment: Moment) -> bool:
    """Somebody who is asked a question may still come back, and a first turn may not be over."""
    running = row.state == "unfinished" and row.last_at >= moment.running_since
    return _went_on(row) or not (row.state == "interrupted" or running)


def _begun(row: _Row) -> Begun:
    went_on = _went_on(row)
    idle_since = row.first_at if went_on else row.last_at
    return Begun(row.thread_id, row.first_at, idle_since, went_on, row.random_id, row.graph)


def _lag(rows: Collection[_Row]) -> float:
    """Seconds from a thread's last turn, by its worker's clock, until somebody saw it, by ours, at the least."""
    seen = [(row.verified_at - row.last_at).total_seconds() for row in rows if not _went_on(row)]
    return max(0.0, min(seen)) if len(seen) >= _FEW else 0.0


def read_told(entry: StoreEntry, moment: Moment) -> Iterator[Told]:
    """Threads that began so long ago that all is said of them: the newest such, and as many of a day before."""
    for until in (moment.orphan_before, moment.orphan_before - _DAY):
        yield from _told_before(entry, until, moment.now)


def _told_before(entry: StoreEntry, until: datetime, now: datetime) -> Iterator[Told]:
    kept = ThreadEntry.objects.filter(did_write("workers__"), store=entry, first_at__lt=until)
    rows = kept.order_by("-first_at", "-id").values_list(
        "id", "graph", "first_at", "last_at", "turns", "workers__hostname"
    )
    hosts: dict[int, list[str]] = {}
    found: dict[int, tuple[str, datetime, datetime, int]] = {}
    for pk, graph, first_at, last_at, turns, hostname in rows[:_LEARNT]:
        hosts.setdefault(pk, []).append(hostname)
        found[pk] = (graph, first_at, last_at, turns)
    for pk, (graph, first_at, last_at, turns) in found.items():
        gap = (last_at - first_at).total_seconds() / (turns - 1) if turns > 1 else None
        yield Told(graph, tuple(hosts[pk]), (now - first_at).total_seconds(), gap)
