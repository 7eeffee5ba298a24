"""The answer that a question got, by what tasks leave at the checkpoint where it was asked.

LangGraph keeps one question a task, the last one. `Command(resume=value)` leaves the value under no task at the root;
each task also leaves the list of the answers it has used. That list is written when the task asks again, and when it
ends, but then only if it left none before: so it may end with the answer to the question before. What stands alone in
it and was not used up elsewhere is the answer. Under durability `exit`, answers to what a run went on from are not
stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspector.domain.channels import ERROR_SOURCE, NULL_TASK_ID, RESUME
from inspector.domain.checkpoint import PendingWrite
from inspector.domain.value import ABSENT, Absent, Value


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is ABSENT where none is stored. `earlier` answered questions of the same task that are stored no more."""

    value: Value | Absent = ABSENT
    earlier: tuple[Value, ...] = ()


def find_answer(task_id: str, writes: Sequence[PendingWrite], given: Value | Absent = ABSENT) -> Answer:
    """Of the question that a task asked last. `given` is what the root's `Command(resume=value)` left, where these
    writes are a subgraph's."""
    free = _free(task_id, writes, given)
    used = _used(task_id, writes)
    if not has_written(task_id, writes):
        return Answer(ABSENT if used and used[-1] == free else free, tuple(used))
    if used and (used[-1] == free or (len(used) == 1 and isinstance(free, Absent))):
        return Answer(used[-1], tuple(used[:-1]))
    return Answer(free, tuple(used))


def has_written(task_id: str, writes: Sequence[PendingWrite]) -> bool:
    """Whether a task came to its end: marks of errors, questions and answers have numbers below 0."""
    return any(write.task_id == task_id and write.idx >= 0 and write.channel != ERROR_SOURCE for write in writes)


def resume_value(writes: Sequence[PendingWrite]) -> Value | Absent:
    """What `Command(resume=value)` was given."""
    found = (write.value for write in writes if write.task_id == NULL_TASK_ID and write.channel == RESUME)
    return next(found, ABSENT)


def _free(task_id: str, writes: Sequence[PendingWrite], given: Value | Absent) -> Value | Absent:
    """The value given, unless another task took it."""
    value = resume_value(writes)
    value = given if isinstance(value, Absent) else value
    others = {write.task_id for write in writes if write.channel == RESUME} - {task_id, NULL_TASK_ID}
    taken = any(used[-1] == value for other in others if (used := _used(other, writes)))
    return ABSENT if taken else value


def _used(task_id: str, writes: Sequence[PendingWrite]) -> list[Value]:
    found = next((write.value for write in writes if write.task_id == task_id and write.channel == RESUME), [])
    return found if isinstance(found, list) else [found]
