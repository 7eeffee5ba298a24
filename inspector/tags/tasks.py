"""Tasks in words: where one was called, what it failed with, and how the thread went on from its step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template import Library

from inspector.domain.channels import NULL_TASK_ID
from inspector.domain.tasks import send_index

register = Library()

_STATES = {
    "failed": ("failed", "bad"),
    "retried": ("failed, then finished", "good"),
    "asked": ("asked", "ask"),
    "answering": ("answered, not finished", "ask"),
    "answered": ("asked, answered, finished", "good"),
    "finished": ("finished", "good"),
}
#: `repr(exception)`, as savers store it; arguments that are one text are shown as they were written.
_EXCEPTION = re.compile(r"([A-Za-z_][\w.]*)\((.*)\)\s*", re.DOTALL)
_ONE_TEXT = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_LONGEST = 20_000
#: An error longer than this, or of more lines, is folded.
_FOLDED, _LINES = 400, 4


@dataclass(frozen=True, slots=True)
class ErrorText:
    """`kind` is the exception's class, "" where the text does not begin with one."""

    kind: str
    message: str

    @property
    def first_line(self) -> str:
        return self.message.strip().partition("\n")[0]

    @property
    def is_long(self) -> bool:
        return len(self.message) > _FOLDED or self.message.count("\n") >= _LINES


@register.filter
def error_text(error: str) -> ErrorText:
    found = _EXCEPTION.fullmatch(error) if len(error) <= _LONGEST else None
    if found is None:
        return ErrorText("", error)
    kind, given = found.groups()
    given = given.removesuffix(",")
    return ErrorText(kind, _unquoted(given) if _ONE_TEXT.fullmatch(given) else given)


def _unquoted(literal: str) -> str:
    """A quoted text without its quotes: nothing but a text is accepted."""
    try:
        value = ast.literal_eval(literal)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return literal
    return value if isinstance(value, str) else literal


@register.filter
def task_words(state: str) -> str:
    return _STATES.get(state, ("", ""))[0]


@register.filter
def task_tone(state: str) -> str:
    return _STATES.get(state, ("", ""))[1]


@register.filter
def task_place(task_path: str) -> str:
    """How a task came to be, by its path: "Send 3", "call 2 in flow"; "" for a node that an edge leads to."""
    number = send_index(task_path)
    if number is not None:
        return f"Send {number + 1}"
    kind, *rest = task_path.split(", ")
    if kind != "~__pregel_push" or len(rest) < 3:
        return ""
    caller, call = rest[-3], rest[-2]
    return f"call {int(call) + 1} in {caller}" if call.isdecimal() and len(call) < 12 else f"called in {caller}"


@register.filter
def task_of(selected: Any, task_id: str) -> Any:
    """What is told of the task that left a write; None of one that is not known."""
    tasks = (*selected.tasks, *selected.inner_tasks)
    return next((task for task in tasks if task_id and task.task_id == task_id), None)


@register.filter
def is_given(task_id: str) -> bool:
    """Whether a write is no task's: `Command` left it for the run."""
    return task_id == NULL_TASK_ID


@register.filter
def went_on(selected: Any) -> Any:
    """The step that took in what the tasks left: the newest where several runs went on from there. None while none
    did."""
    return next((child for child in reversed(selected.children) if child.source == "loop"), None)


@register.filter
def passed_over(selected: Any) -> Any:
    """A step that was made from this one without what its tasks left: by an input or an update."""
    return next((child for child in reversed(selected.children) if child.source != "loop"), None)


@register.filter
def held_up(tasks: Iterable[Any]) -> tuple[str, ...]:
    """The nodes that did not come to an end, where others may have."""
    return tuple(dict.fromkeys(task.name for task in tasks if task.state in ("failed", "asked", "answering")))


@register.filter
def begun(selected: Any) -> bool:
    """Whether some task of the next step has left something: no breakpoint holds it then."""
    return any(task.state for task in selected.tasks) or bool(selected.checkpoint.calls)


@register.filter
def with_questions(tasks: Sequence[Any], inner: Sequence[Any]) -> list[Any]:
    """The tasks to tell of one by one. A caller hands its callee's question on: that is told once."""
    asked = {one.interrupt_id for task in inner for one in task.interrupts if one.interrupt_id}
    own = [task for task in tasks if not any(one.interrupt_id in asked for one in task.interrupts)]
    return [*own, *inner]
