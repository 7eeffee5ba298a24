"""Marks in the index's rows that a mute covers them, so that lists and counts leave muted threads out without a look at
each pattern.

Whoever writes a row marks it by the mutes of that moment. Where mutes come, go or end, all rows are marked anew: in
small transactions under the store's lease, each with its tallies, so that rows and counts agree at any time.
`StoreEntry.muted_by` says by which mutes all rows are marked. Until marking has come to its end, and once a row was
written by other mutes than the rest, it is `MIXED`: then marking begins again, and changes what is not yet as it
should be. So one that was cut short does no harm.
"""

from __future__ import annotations

import time
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q
from django.utils import timezone

from inspector.index import bulk
from inspector.index.columns import Key, Order
from inspector.index.lease import Lease, LeaseTaken, lease_of
from inspector.index.mutes import Mutes
from inspector.index.rows import Did, Known, read_workers
from inspector.index.tallies import KIND, Change
from inspector.models import StoreEntry, ThreadEntry

#: In `StoreEntry.muted_by`: not all rows are marked by the same mutes.
MIXED = "mixed"
#: Threads of one transaction, and seconds after it in which others may write.
_BATCH, _REST = 2_000, 0.01
_NEWEST = Order("last_at", "id", descending=True)
_tuple_type: Any = namedtuple
_TO_MARK = ("id", "thread_id", "owner", "graph", "last_at")
_TO_COUNT = ("id_shape", "first_at", "checkpoints", "writes", "reads", "misses")
#: What has to be known of a row to mark and to count it: a part of `EntryRow`.
_Row: Any = _tuple_type("_Row", [*KIND, *_TO_MARK, *_TO_COUNT])


def is_muted(mutes: Mutes, row: Any, workers: Mapping[str, Did]) -> bool:
    """Whether a row is to be marked: only one that was left after one turn is, as nobody is told of any other."""
    if not mutes.signature or not (row.stored and row.one_turn and row.state != "interrupted"):
        return False
    return mutes.covers(row.thread_id, row.owner, row.graph, (host for host, did in workers.items() if did.wrote))


def mutes_for_writing(store: StoreEntry, now: datetime) -> Mutes:
    """Those by which rows are to be marked that are about to be written. Belongs in the same transaction."""
    mutes = Mutes.in_force(store, now)
    if store.muted_by not in (mutes.signature, MIXED):
        _note(store, MIXED)
    return mutes


def is_marked(store: StoreEntry, now: datetime) -> bool:
    """Whether all rows are marked by the mutes that are in force. `store` as it is in the database."""
    return store.muted_by == Mutes.in_force(store, now).signature


def mark(
    store_name: str,
    budget: float | None = None,
    *,
    now: datetime | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> bool:
    """Marks a store's rows by the mutes that are in force, where they are not. False where that is not done: after
    `budget` seconds, or because somebody else writes to them. Then the next pass does it. Raises what `sleep` does."""
    now = now or timezone.now()
    store = StoreEntry.objects.filter(name=store_name).first()
    if store is None or is_marked(store, now):
        return True
    try:
        with lease_of(store) as lease:
            return mark_rows(lease, now, budget=budget, sleep=sleep)
    except LeaseTaken:
        return False


def mark_rows(
    lease: Lease, now: datetime, *, budget: float | None = None, sleep: Callable[[float], object] = time.sleep
) -> bool:
    """The same for who has the lease. Raises `LeaseTaken` when it was lost, and whatever `sleep` does."""
    mutes = Mutes.in_force(lease.entry, now)
    if lease.entry.muted_by == mutes.signature:
        return True
    began = time.monotonic()
    after: Key | None = None
    with lease.writing():
        _note(lease.entry, MIXED)
    while True:
        lease.renew()
        with lease.writing():
            after = _mark_some(lease.entry, mutes, after)
            if after is None:
                _note(lease.entry, mutes.signature)
                return True
        if budget is not None and time.monotonic() - began > budget:
            return False
        sleep(_REST)


def _note(store: StoreEntry, signature: str) -> None:
    store.muted_by = signature
    StoreEntry.objects.filter(pk=store.pk).update(muted_by=signature)


def _mark_some(store: StoreEntry, mutes: Mutes, after: Key | None) -> Key | None:
    """Marks the threads behind `after`. Returns the last one's place, None where there are no more."""
    rows = list(islice(_one_turn(store, after), _BATCH))
    workers = read_workers([row.id for row in rows]) if mutes.ask_for_hosts else {}
    changed = [row for row in rows if row.muted != is_muted(mutes, row, workers.get(row.id, {}))]
    if changed and not mutes.ask_for_hosts:
        workers = read_workers([row.id for row in changed])
    change = Change(store)
    for row in changed:
        theirs = workers.get(row.id, {})
        change.count(Known(row, theirs), -1)
        change.count(Known(row._replace(muted=not row.muted), theirs), 1)
    bulk.update(ThreadEntry, ("id",), ("muted",), [(not row.muted, row.id) for row in changed])
    change.write()
    return (rows[-1].last_at, rows[-1].id) if len(rows) == _BATCH else None


def _one_turn(store: StoreEntry, after: Key | None) -> Iterator[Any]:
    threads = ThreadEntry.every.filter(store=store, one_turn=True).order_by(*_NEWEST.by)
    for between in _NEWEST.ranges(after, None, Q()):
        for values in threads.filter(between).values_list(*_Row._fields)[:_BATCH]:
            yield _Row._make(values)
