"""Rows of the index as the items that lists show."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.access.viewer import Viewer
from inspector.index.queries import Moment, Row, flags_of, state_of
from inspector.index.workers import shown_writes
from inspector.models import StoreEntry, ThreadWorker
from inspector.views.also import find_also
from inspector.views.bar import known
from inspector.views.contexts import AlsoIn, ThreadItem, WorkerCount


def thread_item(row: Row, moment: Moment, also_in: tuple[AlsoIn, ...] = ()) -> ThreadItem:
    entry = row.entry
    return ThreadItem(
        thread_id=entry.thread_id,
        turns=entry.turns,
        turns_is_lower_bound=entry.turns_is_lower_bound,
        checkpoints=entry.checkpoints,
        writes=entry.writes,
        namespaces=entry.namespaces,
        first_at=known(entry.first_at),
        last_at=known(entry.last_at),
        state=state_of(entry, moment),
        flags=flags_of(row, moment),
        owner=entry.owner,
        workers=worker_counts(row.workers),
        metadata=entry.metadata,
        also_in=also_in,
    )


def thread_items(viewer: Viewer, store: StoreEntry, rows: Sequence[Row], moment: Moment) -> tuple[ThreadItem, ...]:
    """Items of a list, each with the other stores that hold the same id."""
    also = find_also(viewer, store, [row.entry.thread_id for row in rows])
    return tuple(thread_item(row, moment, also.get(row.entry.thread_id, ())) for row in rows)


def worker_counts(workers: Sequence[ThreadWorker]) -> tuple[WorkerCount, ...]:
    """Most writes first, then most reads. A host that is left with nothing to show is left out."""
    writes = shown_writes(workers)
    counts = [_worker_count(worker, writes.get(worker.hostname, 0)) for worker in workers]
    shown = [count for count in counts if count.put or count.reads is not None]
    return tuple(sorted(shown, key=lambda count: (-count.put, -(count.reads or 0), count.hostname)))


def _worker_count(worker: ThreadWorker, writes: int) -> WorkerCount:
    """What the store itself holds of a host is here, whatever its probe says of the place."""
    kept_in = worker.elsewhere if not worker.writes else ""
    here, there = (0, writes) if kept_in else (writes, 0)
    return WorkerCount(worker.hostname, here, worker.reads, worker.misses, bool(kept_in), there, kept_in)
