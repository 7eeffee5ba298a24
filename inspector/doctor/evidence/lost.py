"""Checkpoints that workers say they put into this store, and that it does not hold.

That a store holds less than was put is no trouble by itself: applications delete threads and prune them, and keys
expire. So a thread tells of a loss only where what is left of it is whole (nothing was pruned) and was there before the
host came that lacks checkpoints in it (it was not deleted and begun anew). Each such thread is read from the store
again, after the ledger: a checkpoint that came meanwhile is not missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inspector.domain.coordinates import time_of
from inspector.index.queries import Row
from inspector.ledger.base import Counted, LedgerReader
from inspector.ledger.patience import ask_briefly
from inspector.ledger.places import is_elsewhere
from inspector.reader import Reader, ThreadSummary

#: Threads that are read again.
THREADS = 20
#: Newer threads of a host that lack nothing, from which on what it lost before is mended.
MENDED = 20
#: Two clocks may differ by so much, or a first run may take so long before it stores something.
_MARGIN = timedelta(seconds=5)
#: Savers that keep one checkpoint of a thread, whatever was put.
_SHALLOW = "Shallow"


@dataclass(frozen=True, slots=True)
class Lost:
    """What one host lacks in one thread; `hostname` is "" where several may. `at` is when a probe last told of it."""

    hostname: str
    thread_id: str
    put: int
    held: int
    at: datetime

    @property
    def number(self) -> int:
        return self.put - self.held


@dataclass(frozen=True, slots=True)
class _Told:
    """What probes say of one host in one thread."""

    put: int
    first_at: datetime
    last_at: datetime


def find_lost(
    reader: Reader, ledger: LedgerReader, here: Collection[str], newest: Iterable[Row], hosts: Collection[str]
) -> tuple[Lost, ...]:
    """Of the newest threads that lack something of these hosts by the index's word, what they lack by the store's.
    Raises `StoreError`."""
    suspects = _suspects(newest, hosts)
    thread_ids = list(suspects)
    if not thread_ids:
        return ()
    counted = ask_briefly(ledger, lambda it: it.read_counts(thread_ids)).rows
    told = {thread_id: _told(thread_id, counted, here) for thread_id in thread_ids}
    held = {one.row.thread_id: one for one in reader.read_summaries(thread_ids)}
    found: list[Lost] = []
    for thread_id in thread_ids:
        summary = held.get(thread_id)
        if summary is not None and not summary.row.turns_is_lower_bound:  # what was there before is not gone
            lacking = _lacking(told[thread_id], summary)
            found += [one for one in lacking if one.hostname in suspects[thread_id]]
    return tuple(found)


def missing(put: Mapping[str, int], named: Mapping[str, int]) -> dict[str, int]:
    """By host, how many of the checkpoints that it `put` a thread lacks, where `named` are those that are held, by the
    host that their metadata names, "" for none. Those of no host, or of one that does not report, may be anybody's:
    metadata may name a host otherwise than its probe does. What they may make up for is not missed, and where it cannot
    be told whose they are, neither is who lacks: "".
    """
    lacks = {host: count - named.get(host, 0) for host, count in put.items() if count > named.get(host, 0)}
    others = sum(count for host, count in named.items() if host not in put)
    lacking = sum(lacks.values()) - others
    if lacking <= 0:
        return {}
    if not others or len(lacks) == 1:
        return {host: min(count, lacking) for host, count in lacks.items()}
    return {"": lacking}


def _suspects(newest: Iterable[Row], hosts: Collection[str]) -> dict[str, set[str]]:
    """By thread, which hosts seem to lack something in it, of those that have not put so much since that is there."""
    found: dict[str, set[str]] = {}
    sound: Counter[str] = Counter()
    for row in newest:
        if not row.entry.stored or len(found) == THREADS:
            continue
        put = {worker.hostname: worker.reported for worker in row.workers if worker.reported and not worker.elsewhere}
        lacks = missing(put, {worker.hostname: worker.writes for worker in row.workers if worker.writes})
        if guilty := {host for host in lacks if (not host or host in hosts) and sound[host] < MENDED}:
            found[row.entry.thread_id] = guilty
        sound.update(host for host in put if "" not in lacks and host not in lacks)
        sound[""] += bool(put) and not lacks
    return found


def _told(thread_id: str, counted: Sequence[Counted], here: Collection[str]) -> dict[str, _Told]:
    """Of hosts that put something here for certain; of none where some saver keeps only the newest checkpoint."""
    rows = [row for row in counted if row.thread_id == thread_id and is_elsewhere(row.place, here) is False]
    if any(row.place is not None and _SHALLOW in row.place.saver for row in rows):
        return {}
    by_host: dict[str, list[Counted]] = {}
    for row in rows:
        by_host.setdefault(row.hostname, []).append(row)
    return {
        host: _Told(
            sum(row.checkpoints for row in theirs),
            _time(min(row.first_at for row in theirs)),
            _time(max(row.last_at for row in theirs)),
        )
        for host, theirs in by_host.items()
    }


def _lacking(told: Mapping[str, _Told], summary: ThreadSummary) -> list[Lost]:
    named = summary.row.hosts
    lacks = missing({host: one.put for host, one in told.items()}, named)
    begun = time_of(summary.row.first_root_id)
    if begun is None:
        return []
    thread_id, found = summary.row.thread_id, []
    for host, count in lacks.items():
        theirs = [told[host]] if host else list(told.values())
        if min(one.first_at for one in theirs) >= begun - _MARGIN:
            put = sum(one.put for one in theirs)
            found.append(Lost(host, thread_id, put, put - count, max(one.last_at for one in theirs)))
    return found


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(min(max(at, 0.0), 2e11), UTC)
