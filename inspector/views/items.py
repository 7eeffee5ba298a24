"""Rows of the index as the items that lists show."""

from __future__ import annotations

from inspector.index.queries import Moment, Row, flags_of, state_of
from inspector.views.bar import known
from inspector.views.contexts import ThreadItem, WorkerCount


def thread_item(row: Row, moment: Moment) -> ThreadItem:
    entry = row.entry
    workers = sorted(row.workers, key=lambda worker: (-worker.writes, worker.hostname))
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
        workers=tuple(WorkerCount(worker.hostname, worker.writes, worker.reads, worker.misses) for worker in workers),
        metadata=entry.metadata,
    )
