"""What the tasks after a checkpoint wrote, asked and failed with."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.views.contexts.base import Tree, page_only


@dataclass(frozen=True, slots=True)
class WriteItem:
    task_id: str
    task_path: str
    node_name: str
    idx: int
    channel: str
    type: str
    size_bytes: int
    value: Tree


@dataclass(frozen=True, slots=True)
class InterruptItem:
    """A question. `answer` is absent where none is stored; `earlier_answers` answered questions of the same task before
    this one, which LangGraph does not keep."""

    interrupt_id: str
    value: Tree
    answer: Tree | None = None
    earlier_answers: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskItem:
    """`state` is `failed`, `retried` (failed, then finished), `asked`, `answering` (it has an answer and has not
    finished), `answered` (and finished), `finished`, or "" where its writes do not tell."""

    name: str
    task_id: str
    error: str
    interrupts: tuple[InterruptItem, ...]
    finished: bool
    task_path: str = ""
    state: str = ""
    answered: bool = page_only(default=False)  #: it asked, got its answer and wrote values
