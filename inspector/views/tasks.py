"""The tasks after a checkpoint: what each left, what it asked, and which answer it got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspector.domain.answers import Answer, find_answer, resume_value
from inspector.domain.channels import RESUME
from inspector.domain.checkpoint import Checkpoint, PendingWrite, Task
from inspector.domain.value import ABSENT, Absent, Value
from inspector.reader import Reader
from inspector.views.contexts import InterruptItem, TaskItem, Tree


@dataclass(frozen=True, slots=True)
class TasksTold:
    """`tasks` are those of the nodes due next, `inner` what those called by themselves."""

    tasks: tuple[TaskItem, ...]
    inner: tuple[TaskItem, ...]

    @property
    def interrupts(self) -> tuple[InterruptItem, ...]:
        return tuple(interrupt for task in self.tasks for interrupt in task.interrupts)


def tell_tasks(reader: Reader, checkpoint: Checkpoint, writes: Sequence[PendingWrite]) -> TasksTold:
    tasks = reader.read_tasks(checkpoint, writes)
    inner = reader.read_inner_tasks(tasks, writes)
    asked = any(task.interrupts for task in (*tasks, *inner))
    given = _given_at_root(reader, checkpoint) if asked and checkpoint.checkpoint_ns else ABSENT
    return TasksTold(
        tuple(_item(task, writes, given) for task in tasks), tuple(_item(task, writes, given) for task in inner)
    )


def _given_at_root(reader: Reader, checkpoint: Checkpoint) -> Value | Absent:
    """`Command(resume=value)` leaves its value at the root, whichever subgraph asked."""
    named = checkpoint.metadata.get("parents")
    root = named.get("") if isinstance(named, dict) else None
    if not isinstance(root, str):
        return ABSENT
    return resume_value(reader.read_control_writes(checkpoint.thread_id, "", root, RESUME))


def _item(task: Task, writes: Sequence[PendingWrite], given: Value | Absent) -> TaskItem:
    answer = find_answer(task.task_id, writes, given) if task.interrupts else Answer()
    answered = bool(task.interrupts) and task.wrote
    return TaskItem(
        task.name,
        task.task_id,
        task.error,
        _interrupts(task, answer),
        task.finished,
        task_path=task.task_path,
        state=_state(task, answer),
        answered=answered,
    )


def _state(task: Task, answer: Answer) -> str:
    if task.error:
        return "retried" if task.wrote else "failed"
    if task.interrupts:
        return "answered" if task.wrote else "asked" if isinstance(answer.value, Absent) else "answering"
    return "finished" if task.wrote else ""


def _interrupts(task: Task, answer: Answer) -> tuple[InterruptItem, ...]:
    """A task with several questions is a subgraph's caller: their answers are kept there."""
    alone = len(task.interrupts) == 1
    value = Tree(answer.value) if alone and not isinstance(answer.value, Absent) else None
    earlier = tuple(Tree(one) for one in answer.earlier) if alone else ()
    return tuple(InterruptItem(one.interrupt_id, Tree(one.value), value, earlier) for one in task.interrupts)
