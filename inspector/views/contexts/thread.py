"""`/thread/`: namespaces, steps, and the selected checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.domain.picture import Picture
from inspector.domain.value import Json
from inspector.views.contexts.bar import AlsoIn, Bar
from inspector.views.contexts.base import Tree, page_only
from inspector.views.contexts.calls import CallItem, Nest
from inspector.views.contexts.changes import ChannelChangeItem, RewrittenItem
from inspector.views.contexts.doctor import MentionItem
from inspector.views.contexts.evidence import OrphanAssessment
from inspector.views.contexts.narrow import Narrowed
from inspector.views.contexts.tasks import InterruptItem, TaskItem, WriteItem
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class NamespaceItem:
    checkpoint_ns: str
    checkpoints: int
    node_names: tuple[str, ...]
    current: bool = page_only()
    number: int = page_only(default=0)  #: its place among subgraphs of the same name; 0 where it is the only one


@dataclass(frozen=True, slots=True)
class GraphList:
    """Namespaces that the page links to: root, current one, and some of the `matching` of `total` subgraphs."""

    items: tuple[NamespaceItem, ...]
    total: int
    matching: int
    text: str  #: what their names hold
    older: str  #: numbers of the pages before and behind, "" where there is none
    newer: str


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
    #: What its tasks left behind: some of `failed`, `asked`, `answered`; and how the thread went on all the same:
    #: `handled` (within the run), `retried` (by a run without an input), `resumed` (so, and nothing failed or asked).
    marks: tuple[str, ...] = ()
    resumed: bool = False  #: made by a run that went on from its parent: with an answer, or with no input
    calls: tuple[CallItem, ...] = ()  #: subgraphs that its tasks called, oldest first
    failed: tuple[str, ...] = page_only(default=())  #: nodes that did, as far as they are named
    asked: tuple[str, ...] = page_only(default=())


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
    loadable: bool = page_only(default=True)  #: whether it is shown where it is asked for, or larger than that


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
    inner_tasks: tuple[TaskItem, ...] = ()  #: what the nodes of `tasks` called by themselves (functional API)
    children: tuple[CheckpointItem, ...] = page_only(default=())  #: those that are known, oldest first
    input: ChannelItem | None = page_only(default=None)  #: what this checkpoint took in, where it is an input's
    rewritten: tuple[RewrittenItem, ...] = ()  #: written without becoming another value
    writes_known: bool = True  #: what the nodes wrote to become this checkpoint is stored, or it compares with another


@dataclass(frozen=True, slots=True)
class TurnGroup:
    """Consecutive steps of one turn in the list of steps, newest first. `seconds` run from its first checkpoint to its
    last, where the page has both; `before` is the wait for its input."""

    turn: int
    at: datetime | None
    hostnames: tuple[str, ...]
    steps: tuple[CheckpointItem, ...]
    seconds: float | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class ReadItem:
    """One read of the root namespace, as its worker's probe reported it. `checkpoint_id` is None where it found none;
    `elsewhere` is the kind of place that was asked where that is no configured store ("memory"), else ""."""

    at: datetime | None
    hostname: str
    found: bool
    checkpoint_id: str | None
    elsewhere: str


@dataclass(frozen=True, slots=True)
class WorkerError:
    """What calls about this thread ended with, in the words of the probe."""

    hostname: str
    error: str
    count: int


@dataclass(frozen=True, slots=True)
class ReadLine:
    """Reads of one host between two steps that found the same. `hosts` is how many hosts are put together, as 0 for
    one that is named."""

    hostname: str
    count: int
    misses: int
    found: str  #: what they found, in words; "" where they did not all find the same
    elsewhere: str
    first_at: datetime | None
    last_at: datetime | None
    hosts: int = 0


@dataclass(frozen=True, slots=True)
class ReadMark:
    """How many reads of one host between two steps found something, or nothing."""

    hostname: str
    found: bool
    count: int


@dataclass(frozen=True, slots=True)
class ReadGap:
    """Reads between two steps, listed under the newer one: `under` is its id, "" above the newest. Newest first."""

    under: str
    lines: tuple[ReadLine, ...]
    marks: tuple[ReadMark, ...]


@dataclass(frozen=True, slots=True)
class AskedHost:
    """What one process did about a thread that is not stored, in one place. `checkpoints` it says to have put there.
    `elsewhere` is the kind of that place where it is no configured store, else ""."""

    hostname: str
    reads: int
    misses: int
    checkpoints: int
    where: str
    elsewhere: str
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A thread that is not stored and that workers have asked for. With an error's status."""

    error: str
    hint: str
    thread_id: str
    reads: tuple[ReadItem, ...]
    worker_errors: tuple[WorkerError, ...]
    workers: tuple[AskedHost, ...]
    store: str
    also_in: tuple[AlsoIn, ...]  #: other stores that hold it
    findings: tuple[MentionItem, ...]  #: problems of the last diagnosis that name it
    status: int = page_only()
    bar: Bar = page_only()
    listed: tuple[AskedHost, ...] = page_only(default=())  #: those that the page has room for


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
    after: str  #: continues the list with newer ones; "" where there are none
    newer: int  #: how many checkpoints of the namespace are newer than those, and how many older
    older: int
    counted_at: datetime | None  #: when the thread was counted whole; None where that was just now
    selected: Selected | None
    reads: tuple[ReadItem, ...]  #: of the root namespace, newest first
    reads_truncated: bool  #: workers read it more often: the newest reads of each process are kept
    reads_is_lower_bound: bool  #: more processes read it than were counted
    reads_error: str  #: why reads are not known now; "" where they are, and where there is no ledger
    worker_errors: tuple[WorkerError, ...]
    layout: str  #: which of `stores.differences.LAYOUTS` the thread is kept in
    findings: tuple[MentionItem, ...]  #: problems of the last diagnosis that name the thread
    assessment: OrphanAssessment | None  #: of an orphan: whether it is part of a conversation that went on elsewhere
    bar: Bar = page_only()
    graphs: GraphList = page_only()
    nest: Nest = page_only()
    turns: tuple[TurnGroup, ...] = page_only()  #: the steps on this page of the list
    listed: tuple[TurnGroup, ...] = page_only()  #: those of them that are asked for
    narrowed: Narrowed = page_only()
    next_step: str = page_only()  #: the checkpoint after the selected one, "" at the newest
    previous_step: str = page_only()
    newest: bool = page_only(default=False)  #: the selected one is the namespace's newest
    newer_steps: int = page_only(default=0)  #: how many are newer than the selected one
    against: tuple[AgainstChoice, ...] = page_only(default=())
    alone: bool = page_only(default=False)  #: the selected one is all that is stored of its run
    reads_hint: str = page_only(default="")
    gaps: tuple[ReadGap, ...] = page_only(default=())  #: reads between the steps in `turns`
    picture: Picture | None = page_only(default=None)
    tag: str = page_only(default="")  #: what a refresh sends back, see `views.still`
