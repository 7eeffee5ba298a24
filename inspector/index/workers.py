"""What each host did to a thread, put together from two tellers: the checkpoints' metadata, and the workers' probes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from inspector.ledger.base import Counted
from inspector.ledger.places import is_elsewhere
from inspector.models import ThreadWorker

_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()  #: a worker's clock may say anything


@dataclass(frozen=True, slots=True)
class Owned:
    """A row of a ledger that belongs to this store. `elsewhere` is the kind of its place when that is no configured
    store, else ""."""

    counted: Counted
    elsewhere: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What the probes of one host, or of all, report of a thread. `reported` counts checkpoints put here; where
    everything went elsewhere, those put there."""

    reads: int
    misses: int
    reported: int
    elsewhere: str


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a ledger says of one thread. Times by the workers' clocks."""

    hosts: Mapping[str, Sum]
    reads: int
    misses: int
    first_at: datetime
    last_at: datetime
    last_miss_at: datetime | None
    elsewhere_at: datetime | None  #: when those that put checkpoints elsewhere were first heard of
    in_vain: bool  #: nothing was put here after the last read, and that one missed; or nothing happened here at all


def own(counted: Iterable[Counted], here: Collection[str], there: Collection[str]) -> list[Owned]:
    """The rows of a ledger that belong to the store whose identities are `here`; `there` are those of the other
    configured stores. What went to a place that is none of them is of interest here as well: a worker's own memory
    holds what should be in a store."""
    found = []
    for row in counted:
        if not is_elsewhere(row.place, here) and (here or is_elsewhere(row.place, there) is not False):
            found.append(Owned(row, ""))
        elif row.place is not None and is_elsewhere(row.place, there) is not False:
            found.append(Owned(row, row.place.kind[:16] or "other"))
    return found


def sum_up(rows: Iterable[Owned]) -> Asked:
    """The rows of one thread, at least one."""
    rows = list(rows)
    by_host: dict[str, list[Owned]] = {}
    for row in rows:
        by_host.setdefault(row.counted.hostname, []).append(row)
    counted = [row.counted for row in rows]
    missed = [row.last_miss_at for row in counted if row.last_miss_at is not None]
    away = [row.counted.first_at for row in rows if row.elsewhere and row.counted.checkpoints]
    return Asked(
        hosts={hostname: _sum(theirs) for hostname, theirs in by_host.items()},
        reads=_count(row.reads for row in counted),
        misses=_count(row.misses for row in counted),
        first_at=_time(min(row.first_at for row in counted)),
        last_at=_time(max(row.last_at for row in counted)),
        last_miss_at=_time(max(missed)) if missed else None,
        elsewhere_at=_time(min(away)) if away else None,
        in_vain=_in_vain(rows),
    )


def _sum(rows: list[Owned]) -> Sum:
    here = [row for row in rows if not row.elsewhere]
    return Sum(
        reads=_count(row.counted.reads for row in rows),
        misses=_count(row.counted.misses for row in rows),
        reported=_count(row.counted.checkpoints for row in here or rows),
        elsewhere="" if here else max(row.elsewhere for row in rows),
    )


def _in_vain(rows: list[Owned]) -> bool:
    """A thread that was written and deleted since, as those that expire are, was not asked for in vain until somebody
    asks again: its first read missed, too, but then it was written."""
    here = [row.counted for row in rows if not row.elsewhere]
    if not here:
        return True
    last_miss = max((row.last_miss_at or 0.0 for row in here if row.misses), default=0.0)
    found = max((row.last_read_at or 0.0 for row in here), default=0.0)
    put = max((row.last_at for row in here if row.checkpoints), default=0.0)
    return last_miss > 0 and last_miss >= max(found, put)


def _count(numbers: Iterable[int]) -> int:
    """The sum, as far as a database's numbers go: a ledger may say anything."""
    return min(sum(numbers), 2**63 - 1)


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(min(max(at, 0.0), _LATEST), UTC)


def share_writes(named: Mapping[str, int], reported: Mapping[str, int]) -> dict[str, int]:
    """Checkpoints that the store holds, by the host that put them. `named` are the counts by metadata, with "" for
    those that name no host; `reported` is what probes say was put here.

    Metadata is right where it names a host. The others are given to the hosts that report so many, and what nobody
    reports stays unnamed.
    """
    shown = {hostname: count for hostname, count in named.items() if hostname and count}
    unnamed = named.get("", 0)
    for hostname, count in sorted(reported.items(), key=lambda item: (-item[1], item[0])):
        if hostname and hostname not in shown and count and unnamed:
            shown[hostname] = min(count, unnamed)
            unnamed -= shown[hostname]
    return {**shown, "": unnamed} if unnamed else shown


def shown_writes(workers: Iterable[ThreadWorker]) -> dict[str, int]:
    """The writes to show for each host of a thread: those that the store holds, and for a host whose writes all went
    elsewhere, those that it put there."""
    workers = list(workers)
    here = {worker.hostname: worker.reported or 0 for worker in workers if not worker.elsewhere}
    shown = share_writes({worker.hostname: worker.writes for worker in workers}, here)
    there = {worker.hostname: worker.reported or 0 for worker in workers if worker.elsewhere}
    return {**there, **shown}


def did_something(path: str = "") -> Q:
    """Hosts that wrote to a thread or read it, in this store or elsewhere. `path` leads to the host's row."""
    return Q(**{f"{path}writes__gt": 0}) | Q(**{f"{path}reads__gt": 0}) | Q(**{f"{path}reported__gt": 0})


def did_put(path: str = "") -> Q:
    """Hosts whose probes say that they put checkpoints of a thread into this store."""
    return Q(**{f"{path}reported__gt": 0, f"{path}elsewhere": ""})


def did_write(path: str = "") -> Q:
    """Hosts that wrote to a thread in this store, by its metadata or by their probes."""
    return Q(**{f"{path}writes__gt": 0}) | did_put(path)


def several_write(named: Mapping[str, int], reported: Mapping[str, int]) -> bool:
    return len([hostname for hostname in share_writes(named, reported) if hostname]) > 1
