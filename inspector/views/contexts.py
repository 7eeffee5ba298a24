"""What each page shows, as frozen dataclasses: the one source of the whole page, its parts and its JSON.

A field marked `page_only` is furniture of the HTML page (links, choices, the bar) and stays out of the JSON. Field
names are part of the public interface: they are added to, never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inspector.domain.value import Absent, Json, Value

#: Key of the metadata that marks a field as furniture.
PAGE_ONLY = "page_only"


def page_only(**default: Any) -> Any:
    return field(metadata={PAGE_ONLY: True}, **default)


@dataclass(frozen=True, slots=True)
class Tree:
    """A value tree inside a context. JSON shows it as `to_json` does, templates by the tag `show_value`."""

    value: Value | Absent


# The bar that every page has.


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is behind the store. `lag_seconds` is None until a first pass has ended."""

    synced_at: datetime | None
    lag_seconds: float | None
    threads: int
    checkpoints: int
    building: bool  #: the first pass is still going on: lists are not complete yet
    error: str  #: why the last pass failed; "" when it did not
    hint: str


@dataclass(frozen=True, slots=True)
class Bar:
    """`section` is the current page's name; `store` is "" when none is configured."""

    section: str
    store: str
    stores: tuple[str, ...]
    server: str
    index: IndexState | None
    orphans: int


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that says what went wrong and what to do."""

    error: str
    hint: str
    status: int = page_only()
    title: str = page_only()
    bar: Bar = page_only()


# Threads.


@dataclass(frozen=True, slots=True)
class WorkerCount:
    """What one host did to a thread. `reads` and `misses` are None where no probe reported, never 0."""

    hostname: str
    writes: int
    reads: int | None
    misses: int | None


@dataclass(frozen=True, slots=True)
class ThreadItem:
    thread_id: str
    turns: int
    turns_is_lower_bound: bool
    checkpoints: int
    writes: int
    namespaces: int
    first_at: datetime | None
    last_at: datetime | None
    state: str
    flags: tuple[str, ...]
    owner: str
    workers: tuple[WorkerCount, ...]
    metadata: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Filter:
    """A quick filter: its name in words, the query it sets, how many threads it would show, and whether it is on."""

    words: str
    parameter: str
    value: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class ThreadsForm:
    """The list's parameters as they were given, to fill the form again."""

    q: str
    host: str | None
    owner: str | None
    since: str
    sort: str
    filtered: bool  #: anything at all narrows the list


@dataclass(frozen=True, slots=True)
class ThreadsPage:
    store: str
    threads: tuple[ThreadItem, ...]
    next: str
    total: int
    total_is_exact: bool
    index: IndexState
    not_indexed: bool  #: the one thread shown was found in the store by its exact id; the index has not met it yet
    bar: Bar = page_only()
    form: ThreadsForm = page_only()
    filters: tuple[Filter, ...] = page_only()
    hosts: tuple[str, ...] = page_only()
    first_page: bool = page_only()


# One thread.


@dataclass(frozen=True, slots=True)
class NamespaceItem:
    checkpoint_ns: str
    checkpoints: int
    node_names: tuple[str, ...]
    current: bool = page_only()


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
    tasks: tuple[TaskItem, ...]
    interrupts: tuple[InterruptItem, ...]
    metadata: dict[str, Json]
    checkpoint: CheckpointItem = page_only()
    compared: CheckpointItem | None = page_only()
    tab: str = page_only()


@dataclass(frozen=True, slots=True)
class TurnGroup:
    """Consecutive steps of one turn in the list of steps, newest first."""

    turn: int
    at: datetime | None
    hostnames: tuple[str, ...]
    steps: tuple[CheckpointItem, ...]


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
    turns: tuple[TurnGroup, ...] = page_only()  #: the steps on this page of the list
    newer: str = page_only()  #: checkpoint that begins the list's newer page, "" on the newest
    older: str = page_only()
    next_step: str = page_only()  #: the checkpoint after the selected one, "" at the newest
    previous_step: str = page_only()


# Orphans.


@dataclass(frozen=True, slots=True)
class OrphanShare:
    threads: int
    orphans: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class OrphanBar:
    at: datetime
    threads: int
    orphans: int


@dataclass(frozen=True, slots=True)
class OrphanHost:
    hostname: str
    threads: int
    orphans: int


@dataclass(frozen=True, slots=True)
class WindowChoice:
    name: str
    words: str
    current: bool


@dataclass(frozen=True, slots=True)
class OrphansPage:
    store: str
    window: str
    orphan_after: float
    rate: float | None
    baseline: float | None
    current: OrphanShare
    before: OrphanShare
    series: tuple[OrphanBar, ...]
    hosts: tuple[OrphanHost, ...]
    groups: tuple[Json, ...]
    threads: tuple[ThreadItem, ...]
    next: str
    total: int
    index: IndexState
    bar: Bar = page_only()
    windows: tuple[WindowChoice, ...] = page_only()
    words: str = page_only()
    first_page: bool = page_only()


# Stores.


@dataclass(frozen=True, slots=True)
class TableItem:
    name: str
    rows: int | None
    size_bytes: int | None
    readable: bool


@dataclass(frozen=True, slots=True)
class StoreItem:
    name: str
    kind: str
    url: str
    server: str
    database: str
    login: str
    schema: str
    schema_version: int | None
    size_bytes: int | None
    tables: tuple[TableItem, ...]
    read_only_session: bool
    could_write: tuple[str, ...]
    warnings: tuple[str, ...]
    error: str
    hint: str
    index: IndexState


@dataclass(frozen=True, slots=True)
class StoresPage:
    stores: tuple[StoreItem, ...]
    bar: Bar = page_only()
