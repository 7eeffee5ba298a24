"""How a thread stands now, by its newest root checkpoint alone: what is cheap to know of a long one."""

from __future__ import annotations

from collections.abc import Iterable

from inspector.domain.channels import ERROR, INTERRUPT, RESUME, decides_tasks
from inspector.reader.bodies import keys_of
from inspector.stores.base import CheckpointRow, CheckpointStore, Head, ReadBudget, WriteRow

#: Bodies of control channels: a Send carries its node's whole input.
_CONTROL = ReadBudget(bytes=16_000_000)
_MARKS = (ERROR, INTERRUPT, RESUME)


def read_head(store: CheckpointStore, thread_id: str) -> Head | None:
    """The newest root checkpoint, what decides what comes next, and the marks that tasks left there."""
    cut = store.read_checkpoints(thread_id, "", budget=ReadBudget(rows=1))
    if not cut.rows:
        return None
    row = cut.rows[0]
    return make_head(store, row, store.read_writes(thread_id, "", [row.checkpoint_id], channels=_MARKS, bodies=False))


def make_head(store: CheckpointStore, row: CheckpointRow, writes: Iterable[WriteRow]) -> Head:
    """The same where that checkpoint was read, with the writes that wait there: one more read."""
    wanted = [pair for pair in keys_of(row) if decides_tasks(pair[0]) and pair[0] not in row.inline_values]
    bodies = store.read_channels(row.thread_id, row.checkpoint_ns, wanted, budget=_CONTROL)
    marks = tuple(write for write in writes if write.channel in _MARKS)
    return Head(row, tuple(body for body in bodies if body.type != "empty"), marks)
