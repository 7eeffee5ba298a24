"""What the index keeps of a thread: its exact counts, and what its newest checkpoint says about unfinished work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspector.decode import Sight
from inspector.domain.channels import ERROR, INTERRUPT, NULL_TASK_ID, RESUME, START
from inspector.domain.coordinates import parse_time, time_of
from inspector.domain.tasks import due_nodes, learn_starters, learn_triggers
from inspector.domain.value import Json, Value
from inspector.reader.bodies import decode_control, inline_control, own_control
from inspector.reader.history import first_text
from inspector.stores.base import Head, ThreadRow


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """One thread. `state` is `complete`, `interrupted`, `failed` or `unfinished`; `running` is a matter of time, which
    the reader of the index knows."""

    row: ThreadRow
    state: str
    next: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    owner: str
    graph: str  #: what runs in it, by its metadata; "" where that does not say


def summarize(
    row: ThreadRow, *, owner_keys: Sequence[str], graph_keys: Sequence[str] = (), sight: Sight
) -> ThreadSummary:
    state, next_nodes = stand(row.head, sight)
    head_time = parse_time(row.head.row.ts) if row.head is not None else None
    metadata = sight.see_metadata(row.metadata)
    return ThreadSummary(
        row=_seen(row, metadata, sight),
        state=state,
        next=next_nodes,
        first_at=time_of(row.first_root_id or row.last_checkpoint_id) or head_time,
        last_at=time_of(row.last_checkpoint_id) or head_time,
        owner=sight.see_owner(first_text(row.metadata if sight.shape else metadata, owner_keys)),
        graph=first_text(metadata, graph_keys),
    )


def _seen(row: ThreadRow, metadata: dict[str, Json], sight: Sight) -> ThreadRow:
    """Without the documents of its newest checkpoint, which hold values, where those are hidden."""
    if sight.shape:
        return replace(row, metadata=metadata, head=None)
    return row if metadata == row.metadata else replace(row, metadata=metadata)


def stand(head: Head | None, sight: Sight) -> tuple[str, tuple[str, ...]]:
    """The state and the next nodes of a thread whose newest root checkpoint this is."""
    next_nodes = _next_nodes(head, sight) if head is not None else ()
    return _state(head, next_nodes), next_nodes


def _next_nodes(head: Head, sight: Sight) -> tuple[str, ...]:
    values: dict[str, Value] = dict.fromkeys(head.row.inline_omitted)
    values.update(inline_control(head.row, sight))
    values.update(own_control(head.row, sight))
    values.update((body.channel, decode_control(body, sight)) for body in head.control)
    triggers = learn_triggers([head.row.versions_seen])
    if START in values and not any(START in channels for channels in triggers.values()):
        triggers |= learn_starters(write.task_path for write in head.writes)
    return due_nodes(head.row.channel_versions, head.row.versions_seen, values, triggers)


def _state(head: Head | None, next_nodes: Sequence[str]) -> str:
    """Marks on the newest checkpoint count whatever the graph looks like: a failed or waiting task left them there."""
    marks = [(write.channel, write.task_id) for write in head.writes] if head is not None else []
    if any(channel == ERROR for channel, _ in marks):
        return "failed"
    if _waits(marks):
        return "interrupted"
    return "unfinished" if next_nodes else "complete"


def _waits(marks: Sequence[tuple[str, str]]) -> bool:
    """Whether a question waits for its answer. `Command(resume=…)` stores the answer under the null task; a task that
    took one in and asks again stores what it took under its own id, beside the new question."""
    asked = {task_id for channel, task_id in marks if channel == INTERRUPT}
    answers = {task_id for channel, task_id in marks if channel == RESUME}
    return any(task_id in answers or NULL_TASK_ID not in answers for task_id in asked)
