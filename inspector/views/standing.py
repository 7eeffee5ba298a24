"""A thread's own row on its page: read exactly while it is short, else what the index counted last.

An exact count looks into every checkpoint of the thread. Of a long one the page takes the counts of the index, says how
old they are, and adds what is cheap to know now: its checkpoints, its newest one, and its state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspector.domain.coordinates import time_of
from inspector.domain.thread import Namespace
from inspector.index.live import LiveThread, read_live
from inspector.index.queries import Row, find_thread
from inspector.models import StoreEntry
from inspector.reader import Reader, ThreadSummary
from inspector.stores.base import ThreadRow
from inspector.views.bar import known

#: Checkpoints of a thread that is counted anew whenever its page opens.
COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """`counted_at` is None where everything was read just now."""

    thread: LiveThread
    counted_at: datetime | None = None


def read_standing(
    reader: Reader, entry: StoreEntry, thread_id: str, namespaces: Sequence[Namespace], *, exactly: bool
) -> Standing | None:
    """None for a thread that is not there. `exactly` counts a long one, too, which may take as long as a page may.
    Raises `StoreError`."""
    if not exactly and sum(item.checkpoints for item in namespaces) > COUNTED:
        for row in find_thread(entry, thread_id, sight=reader.sight):
            if row.entry.stored:
                at = row.entry.verified_at
                counted = LiveThread(entry, _brought_up(reader, row, namespaces), at, reader.sight)
                return Standing(counted, at)
    live = read_live(reader, entry, thread_id)
    return Standing(live) if live is not None else None


def _brought_up(reader: Reader, row: Row, namespaces: Sequence[Namespace]) -> ThreadSummary:
    """What the index knows, with what the store says now."""
    entry, counted = row.entry, _counted(row)
    state, next_nodes = reader.read_standing(entry.thread_id)
    last_id = max(item.last_checkpoint_id for item in namespaces)
    all_listed = len(namespaces) >= entry.namespaces  # a store lists the newest ones only
    checkpoints = sum(item.checkpoints for item in namespaces) if all_listed else entry.checkpoints
    return ThreadSummary(
        row=replace(
            counted,
            checkpoints=checkpoints,
            namespaces=max(len(namespaces), entry.namespaces),
            last_checkpoint_id=last_id,
        ),
        state=state,
        next=next_nodes,
        first_at=known(entry.first_at),
        last_at=time_of(last_id) or known(entry.last_at),
        owner=entry.owner,
        graph=entry.graph,
    )


def _counted(row: Row) -> ThreadRow:
    entry = row.entry
    return ThreadRow(
        thread_id=entry.thread_id,
        turns=entry.turns,
        turns_is_lower_bound=entry.turns_is_lower_bound,
        checkpoints=entry.checkpoints,
        writes=entry.writes,
        namespaces=entry.namespaces,
        last_checkpoint_id=entry.last_checkpoint_id,
        first_root_id="",
        last_root_id="",
        siblings=entry.siblings,
        clock_skew=entry.clock_skew,
        rebuilt_values=entry.rebuilt_values,
        hosts={worker.hostname: worker.writes for worker in row.workers if worker.writes},
        metadata=entry.metadata,
        head=None,
    )
