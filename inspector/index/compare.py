"""All threads of a store laid beside the index: which differ, and which are gone.

The store is listed once, in short reads, and compared as it comes. Of the index's rows only a bit each is kept: whether
the listing had them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime

from inspector.index.columns import Unindexed
from inspector.index.lease import Lease
from inspector.index.progress import Progress
from inspector.index.rows import batched
from inspector.models import StoreEntry, ThreadEntry
from inspector.probe.ledger_schema import storable
from inspector.stores.base import CheckpointStore, ThreadCount

#: Threads looked up in the index at once.
_BATCH = 900
_PIECE = 5_000


def find_stale(lease: Lease, store: CheckpointStore, began_at: datetime, tell: Progress) -> list[str]:
    """Ids whose counts differ from the index, are new to it, or are gone from the store.

    An id with NUL or half a character in it, as a foreign key in Redis may look like one, fits into no index and no
    address of a page: it is left out, so that it does not hide all others."""
    stale: list[str] = []
    seen = _Seen()
    listed = 0
    with closing(store.iter_thread_counts()) as counts:
        nameable = (count for count in counts if storable(count.thread_id) == count.thread_id)
        for batch in batched(nameable, _BATCH):
            stale += _differing(lease.entry, batch, seen)
            listed += len(batch)
            tell("Comparing threads", listed, None)
            lease.renew()
    return [*stale, *_gone(lease.entry, seen, began_at)]


class _Seen:
    """A bit for each row of the index: a million of them in 125 kB."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, row: int) -> None:
        place = row >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits) + place // 4))
        self._bits[place] |= 1 << (row & 7)

    def __contains__(self, row: int) -> bool:
        place = row >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (row & 7))


def _differing(entry: StoreEntry, batch: Sequence[ThreadCount], seen: _Seen) -> list[str]:
    # Absent ones too: asked for stored ones alone, SQLite goes through all of them instead of by their ids.
    rows = ThreadEntry.every.filter(store=entry, thread_id__in=[count.thread_id for count in batch]).order_by()
    known = {}
    for row, stored, thread_id, checkpoints, writes, last_id in rows.values_list(
        "pk", "stored", "thread_id", "checkpoints", "writes", "last_checkpoint_id"
    ):
        if stored:
            seen.add(row)
            known[thread_id] = (checkpoints, writes, last_id)
    return [
        count.thread_id
        for count in batch
        if known.get(count.thread_id) != (count.checkpoints, count.writes, storable(count.last_checkpoint_id))
    ]


def _gone(entry: StoreEntry, seen: _Seen, began_at: datetime) -> Iterator[str]:
    """Threads that the index holds and the listing had not, but for those that were read since it began. In pieces by
    the rows' keys: a cursor of Postgres' own would not outlive a pooler."""
    ours = ThreadEntry.every.alias(of=Unindexed("store_id")).filter(of=entry.pk).order_by("pk")
    rows = ours.values_list("pk", "thread_id", "stored", "verified_at")
    last = 0
    while piece := list(rows.filter(pk__gt=last)[:_PIECE]):
        last = piece[-1][0]
        for row, thread_id, stored, verified_at in piece:
            if stored and verified_at < began_at and row not in seen:
                yield thread_id
