"""`/thread/`: namespaces, steps, and the selected checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.domain.value import Json
from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import Tree, page_only
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class NamespaceItem:
    checkpoint_ns: str
    checkpoints: int
    node_names: tuple[str, ...]
    current: bool = page_only()
    number: int = page_only(default=0)  #: its place among subgraphs of the same name; 0 where it is the only one


@dataclass(frozen=True, slots=True)
class CheckpointItem:
    checkpoint_id: str
    checkpoint_ns: str
    parent_checkpoint_id: str | None
    step: int | None
    source: str
    at: datetime | None
    turn: int
    hostname: str
    node_names: tuple[str, ...]
    next: tuple[str, ...]
    channels_changed: tuple[str, ...]
    size_bytes: int
    seconds: float | None  #: since the parent was made, by the workers' clocks; None where either tells no time


@dataclass(frozen=True, slots=True)
class MessageChange:
    kind: str
    message_id: str | None
    role: str
    before: Tree
    after: Tree
    moved: bool
    position_before: int | None
    position_after: int | None


@dataclass(frozen=True, slots=True)
class ValueChange:
    kind: str
    path: str
    before: Tree
    after: Tree


@dataclass(frozen=True, slots=True)
class ChannelChangeItem:
    """One changed channel. `unchanged` counts messages or parts that stayed the same."""

    channel: str
    kind: str
    version_before: str | None
    version_after: str | None
    entries: tuple[MessageChange | ValueChange, ...]
    form: str  #: messages, text or tree
    unchanged: int
    cut: bool
    left_out: int
    internal: bool
    size_before: int
    size_after: int
    count_before: int | None  #: messages or elements, where the channel is a list
    count_after: int | None
    not_loaded: bool  #: one side was left in the store because of its size


@dataclass(frozen=True, slots=True)
class ChannelItem:
    channel: str
    version: str
    type: str
    size_bytes: int
    internal: bool
    loaded: bool
    rebuilt: bool
    complete: bool
    warnings: tuple[str, ...]
    value: Tree


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
    interrupt_id: str
    value: Tree


@dataclass(frozen=True, slots=True)
class TaskItem:
    name: str
    task_id: str
    error: str
    interrupts: tuple[InterruptItem, ...]
    finished: bool
    answered: bool = page_only(default=False)  #: it asked, got its answer and wrote values


@dataclass(frozen=True, slots=True)
class Selected:
    """The checkpoint that is looked at. The page fills what its tab shows, JSON everything."""

    checkpoint_id: str
    against: str | None
    flags: tuple[str, ...]  #: `rebuilt-values` when a value here was put together from writes
    changes: tuple[ChannelChangeItem, ...]
    unchanged: tuple[str, ...]  #: the graph's own channels that did not change
    state: dict[str, Tree]
    channels: tuple[ChannelItem, ...]
    writes: tuple[WriteItem, ...]
    writes_cut: bool  #: there may be more than were read
    tasks: tuple[TaskItem, ...]
    interrupts: tuple[InterruptItem, ...]
    metadata: dict[str, Json]
    checkpoint: CheckpointItem = page_only()
    compared: CheckpointItem | None = page_only()
    tab: str = page_only()
    input: ChannelItem | None = page_only(default=None)  #: what this checkpoint took in, where it is an input's


@dataclass(frozen=True, slots=True)
class TurnGroup:
    """Consecutive steps of one turn in the list of steps, newest first."""

    turn: int
    at: datetime | None
    hostnames: tuple[str, ...]
    steps: tuple[CheckpointItem, ...]


@dataclass(frozen=True, slots=True)
class AgainstChoice:
    """A step that the selected one may be compared with. The parent, which is the default, has the value ""."""

    value: str
    step: int | None
    words: str  #: what sets it apart: "parent", "first"
    current: bool


@dataclass(frozen=True, slots=True)
class ThreadPage:
    store: str
    thread: ThreadItem
    namespaces: tuple[NamespaceItem, ...]
    checkpoint_ns: str
    checkpoints: tuple[CheckpointItem, ...]
    truncated: bool  #: the namespace holds older checkpoints; `before` continues the list
    before: str
    selected: Selected | None
    bar: Bar = page_only()
    graphs: tuple[NamespaceItem, ...] = page_only()  #: the namespaces that the page links to: root, newest, current
    turns: tuple[TurnGroup, ...] = page_only()  #: the steps on this page of the list
    newer: str = page_only()  #: checkpoint that begins the list's newer page, "" on the newest
    older: str = page_only()
    next_step: str = page_only()  #: the checkpoint after the selected one, "" at the newest
    previous_step: str = page_only()
    newest: bool = page_only(default=False)  #: the selected one is the namespace's newest
    newer_steps: int = page_only(default=0)  #: how many of those read are newer than the selected one
    against: tuple[AgainstChoice, ...] = page_only(default=())
    alone: bool = page_only(default=False)  #: the selected one is all that is stored of its run
