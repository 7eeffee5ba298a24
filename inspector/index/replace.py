"""The one place where rows of threads and of their workers change, and with them the tallies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from inspector.index import bulk
from inspector.index.marking import is_muted, mutes_for_writing
from inspector.index.rows import Did, EntryRow, Known
from inspector.index.tallies import Change
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker

_ENTRY = EntryRow._fields
#: Of a worker's row, what is its thread's own, and what its host did.
_AGAIN = ("store_id", "stored", "last_at")
_WORKER_KEY = ("thread_id", "hostname")


def replace(store: StoreEntry, before: Mapping[str, Known], after: Mapping[str, Known | None], now: datetime) -> None:
    """Makes the threads of `after` what it says of them; None takes a thread away. `before` is what is known of them,
    all that there is, read in the same transaction of `Lease.writing`. Rows of new threads get their `id` here, and all
    are marked by the mutes that are in force `now`."""
    change, mutes = Change(store), mutes_for_writing(store, now)
    new: list[Known] = []
    writer = _Writer(change)
    for thread_id, known in after.items():
        old = before.get(thread_id)
        if known is not None and known.row.muted != (muted := is_muted(mutes, known.row, known.workers)):
            known.row = known.row._replace(muted=muted)
        if known is not None and old is None:
            new.append(known)
            change.count(known, 1)
        elif old is not None:
            writer.put(old, known)
    writer.insert(new)
    writer.write()
    change.write()


class _Writer:
    """Gathers what has to be written, so that each kind of it is one statement."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._gone: list[int] = []
        self._changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        self._new_workers: list[tuple[Any, ...]] = []
        self._changed_workers: list[tuple[Any, ...]] = []
        self._gone_workers: list[tuple[int, str]] = []

    def put(self, old: Known, known: Known | None) -> None:
        self._change.count(old, -1)
        if known is None:
            self._gone.append(old.row.id)
            return
        self._change.count(known, 1)
        names = tuple(name for name, was, now in zip(_ENTRY, old.row, known.row, strict=True) if was != now)
        if names:
            values = tuple(getattr(known.row, name) for name in names)
            self._changed.setdefault(names, []).append((*values, old.row.id))
        self._put_workers(old, known)

    def _put_workers(self, old: Known, known: Known) -> None:
        pk, again = known.row.id, _said_again(known.row)
        same = again == _said_again(old.row)
        for hostname, did in known.workers.items():
            was = old.workers.get(hostname)
            if was is None:
                self._new_workers.append((*again, pk, hostname, *did))
            elif was != did or not same:
                self._changed_workers.append((*again, *did, pk, hostname))
        self._gone_workers += [(pk, hostname) for hostname in old.workers if hostname not in known.workers]

    def insert(self, new: list[Known]) -> None:
        if not new:
            return
        rows = []
        for pk, known in zip(bulk.reserve_ids(ThreadEntry, len(new)), new, strict=True):
            known.row = row = EntryRow(pk, *known.row[1:])
            rows.append(row)
            self._new_workers += _new_workers(row, known.workers)
        bulk.insert(ThreadEntry, _ENTRY, rows, at_once=True)

    def write(self) -> None:
        bulk.delete_by(ThreadWorker, "thread_id", self._gone)
        bulk.delete_by(ThreadEntry, "id", self._gone)
        for names, rows in self._changed.items():
            bulk.update(ThreadEntry, ("id",), names, rows)
        bulk.delete(ThreadWorker, _WORKER_KEY, self._gone_workers)
        bulk.update(ThreadWorker, _WORKER_KEY, (*_AGAIN, *Did._fields), self._changed_workers)
        bulk.insert(ThreadWorker, (*_AGAIN, *_WORKER_KEY, *Did._fields), self._new_workers)


def _said_again(row: Any) -> tuple[int, bool, Any]:
    return row.store_id, row.stored, row.last_at


def _new_workers(row: Any, workers: Mapping[str, Did]) -> Iterator[tuple[Any, ...]]:
    again, pk = _said_again(row), row.id
    return ((*again, pk, hostname, *did) for hostname, did in workers.items())
