"""The list of steps and the panes of the selected one: what a step did, whose child it is, writes by task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Protocol

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.channels import INTERRUPT, START, is_internal
from inspector.domain.text import count_noun
from inspector.domain.value import Tagged
from inspector.tags.hosts import host_class, host_name
from inspector.tags.marks import short, shown

register = Library()

#: What LangGraph's control writes mean, and their tone.
_CONTROL = {
    "__error__": ("error", "bad"),
    "__interrupt__": ("interrupt", "ask"),
    "__resume__": ("resume", "good"),
    "__scheduled__": ("scheduled", ""),
    "__return__": ("returned", ""),
    "__no_writes__": ("wrote nothing", ""),
    "__error_source_node__": ("failed node", "bad"),
}


class Step(Protocol):
    @property
    def checkpoint_id(self) -> str: ...
    @property
    def parent_checkpoint_id(self) -> str | None: ...
    @property
    def step(self) -> int | None: ...


class Turn(Protocol):
    @property
    def steps(self) -> tuple[Step, ...]: ...


#: Marks of steps (`views.contexts.CheckpointItem`): their tone and words.
_MARKS = {
    "failed": ("bad", "failed"),
    "handled": ("good", "handled"),
    "retried": ("good", "tried again"),
    "resumed": ("ask", "held, then resumed"),
    "asked": ("ask", "asked"),
    "answered": ("good", "answered"),
}


class Named(Protocol):
    @property
    def channel(self) -> str: ...
    @property
    def internal(self) -> bool: ...


class Write(Protocol):
    @property
    def task_id(self) -> str: ...
    @property
    def task_path(self) -> str: ...
    @property
    def node_name(self) -> str: ...
    @property
    def channel(self) -> str: ...


@dataclass(frozen=True, slots=True)
class TaskWrites:
    task_id: str
    task_path: str
    node_name: str
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Relatives:
    """Who is whose child among the steps in sight: enough to tell forks from the plain succession."""

    step_of: Mapping[str, int | None]
    previous: Mapping[str, str]  #: the checkpoint below each one in the list
    children: Mapping[str, int]


@register.simple_tag
def page_relatives(turns: Sequence[Turn]) -> Relatives:
    steps = [step for turn in turns for step in turn.steps]
    below = {one.checkpoint_id: two.checkpoint_id for one, two in pairwise(steps)}
    children = Counter(step.parent_checkpoint_id for step in steps if step.parent_checkpoint_id)
    return Relatives({step.checkpoint_id: step.step for step in steps}, below, children)


@register.simple_tag
def relation(step: Step, relatives: Relatives) -> str:
    """ "from step 3" where the parent is not the step below, "2 go on from here" where steps fork; "" as a rule."""
    parent = step.parent_checkpoint_id
    words = []
    if parent and parent in relatives.step_of and relatives.previous.get(step.checkpoint_id) != parent:
        number = relatives.step_of[parent]
        words.append(f"from step {number if number is not None else '?'}")
    if relatives.children.get(step.checkpoint_id, 0) > 1:
        words.append(f"{relatives.children[step.checkpoint_id]} go on from here")
    return ", ".join(words)


@register.simple_tag
def step_marks(step: Any) -> SafeString:
    """What a step's tasks left behind: "failed: agent", "tried again", "asked: approve", "answered"."""
    nodes = {"failed": step.failed, "asked": step.asked}
    return mark_safe("".join(_mark(name, nodes.get(name, ())) for name in step.marks))  # noqa: S308  `joined` escapes


def _mark(name: str, nodes: Sequence[str]) -> str:
    tone, words = _MARKS[name]
    return f' <span class="mark" data-tone="{tone}">{words}{": " if nodes else ""}{joined(nodes, 2)}</span>'


class ReadLine(Protocol):
    """Reads between two steps (`views.contexts.ReadLine`)."""

    @property
    def hostname(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def misses(self) -> int: ...
    @property
    def found(self) -> str: ...
    @property
    def elsewhere(self) -> str: ...
    @property
    def hosts(self) -> int: ...


@register.simple_tag
def reads_under(gaps: Iterable[Any], checkpoint_id: str) -> Sequence[ReadLine]:
    """What is listed under a step: who read between it and the one before it."""
    return next((gap.lines for gap in gaps if gap.under == checkpoint_id), ())


@register.filter
def reader_name(line: ReadLine) -> str:
    return count_noun(line.hosts, "host") if line.hosts else host_name(line.hostname)


@register.filter
def reader_class(line: ReadLine) -> str:
    return "hx" if line.hosts else host_class(line.hostname)


@register.filter
def read_words(line: ReadLine) -> SafeString:
    """ "read 6 times · found this state", "asked · found nothing", "asked its own memory · found nothing"."""
    missed = line.misses == line.count
    verb = "asked" if missed or line.elsewhere else "read"
    whom = {"": "", "memory": " its own memory"}.get(line.elsewhere, " another store")
    times = f" {count_noun(line.count, 'time')}" if line.count > 1 else ""
    rest = "nothing" if missed else line.found or (f"nothing {count_noun(line.misses, 'time')}" if line.misses else "")
    return mark_safe(f"{verb}{whom}{times}" + (f" · found {shown(rest)}" if rest else ""))  # noqa: S308  `shown` escapes


@register.filter
def channels_of(step: Any) -> tuple[str, ...]:
    """The graph's own channels that a step wrote."""
    return tuple(name for name in step.channels_changed if not is_internal(name))


@register.filter
def joined(names: Sequence[str], limit: int) -> SafeString:
    """Stored names in a row, at most `limit` of them and how many more there are."""
    line = ", ".join(str(short(name, 40)) for name in names[:limit])
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return mark_safe(f"<bdi>{line}</bdi>{more}" if line else "")  # noqa: S308  `short` escapes


@register.filter
def that_ran(node_names: Sequence[str]) -> list[str]:
    """The nodes a reader knows: `__start__`, which only takes the input in, is named where no other ran."""
    return [name for name in node_names if name != START] or list(node_names)


@register.filter
def graphs_own(items: Iterable[Named]) -> list[Named]:
    return [item for item in items if not item.internal]


@register.filter
def langgraphs_own(items: Iterable[Named]) -> list[Named]:
    return [item for item in items if item.internal]


@register.filter
def names(items: Iterable[Named]) -> list[str]:
    return [item.channel for item in items]


@register.filter
def is_newest(page: Any) -> bool:
    """Whether the step that is looked at is where the thread stands now: a subgraph's newest may be of an old call."""
    return page.newest and not page.checkpoint_ns


@register.filter
def failed(tasks: Iterable[Any]) -> bool:
    return any(task.error for task in tasks)


@register.filter
def to_run_again(selected: Any) -> tuple[str, ...]:
    """What is due after a step. Where a task failed, those beside it that finished keep their writes and rest."""
    due: tuple[str, ...] = selected.checkpoint.next
    if selected.children or not failed(selected.tasks):
        return due
    return tuple(task.name for task in selected.tasks if not task.finished and task.name) or due


@register.filter
def by_task(writes: Iterable[Write]) -> list[TaskWrites]:
    """Writes under the task that made them, in stored order."""
    grouped = groupby(sorted(writes, key=lambda write: write.task_id), key=lambda write: write.task_id)
    found = [(task_id, tuple(members)) for task_id, members in grouped]
    return [
        TaskWrites(
            task_id, members[0].task_path, next((one.node_name for one in members if one.node_name), ""), members
        )
        for task_id, members in found
    ]


@register.filter
def control_words(write: Write) -> str:
    """What a write is when it is a mark of a task and no value for a channel; "" for a value."""
    return _CONTROL.get(write.channel, ("", ""))[0]


@register.filter
def control_tone(write: Write) -> str:
    return _CONTROL.get(write.channel, ("", ""))[1]


@register.filter
def shown_values(write: Any) -> list[Any]:
    """What is to be seen of a write: its value, or the questions that an interrupt's wrapping holds."""
    value = write.value.value
    if write.channel == INTERRUPT and isinstance(value, list):
        questions = [item.fields["value"] for item in value if isinstance(item, Tagged) and "value" in item.fields]
        if len(questions) == len(value):
            return questions
    return [value]


@register.filter
def cut_text(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}\n… {len(text) - limit:,} more characters, see JSON"
