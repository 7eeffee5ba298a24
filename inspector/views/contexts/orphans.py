"""`/orphans/`: shares, the chart, hosts and the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar, IndexState
from inspector.views.contexts.base import page_only
from inspector.views.contexts.conversations import GroupItem
from inspector.views.contexts.mutes import Suggestion
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class OrphanShare:
    """`decided` threads are old enough to tell, `undecided` ones have one turn so far; the rate is of the decided.
    `muted` of the orphans are muted."""

    threads: int
    orphans: int
    undecided: int
    decided: int
    rate: float | None
    muted: int


@dataclass(frozen=True, slots=True)
class OrphanBar:
    at: datetime
    threads: int
    orphans: int
    undecided: int
    muted: int  #: of the orphans


@dataclass(frozen=True, slots=True)
class OrphanPart:
    """`random_ids` are its one-turn threads with such an id. `rose_at` is where the share of orphans rose and `fell_at`
    where that ended; None where it did not. `rose_before` says that it had risen when the window began."""

    threads: int
    orphans: int
    undecided: int
    random_ids: int
    decided: int
    muted: int
    rate: float | None
    before: OrphanShare
    rose_at: datetime | None
    fell_at: datetime | None
    rose_before: bool


@dataclass(frozen=True, slots=True)
class OrphanHost(OrphanPart):
    """A thread that several hosts wrote to counts for each."""

    hostname: str


@dataclass(frozen=True, slots=True)
class OrphanGraph(OrphanPart):
    graph: str


@dataclass(frozen=True, slots=True)
class OrphanShape(OrphanPart):
    shape: str


@dataclass(frozen=True, slots=True)
class OrphanMark:
    """A moment that the chart marks: `rose`, `fell`, `fired` or `ended`; the last two are of a host's alert."""

    at: datetime
    kind: str
    hostname: str = ""
    earlier: bool = False  #: it was so when the window began


@dataclass(frozen=True, slots=True)
class PartRow:
    name: str
    part: OrphanPart


@dataclass(frozen=True, slots=True)
class PartTable:
    """`by` is "host", "graph" or "shape"; `more` are not shown."""

    by: str
    rows: tuple[PartRow, ...]
    more: int


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
    headline: str  #: how the share stands, in plain words; "" where no thread is old enough to tell
    rose_at: datetime | None
    fell_at: datetime | None
    rose_before: bool
    muted: int  #: of the orphans in the window
    newest_at: datetime | None  #: when the newest thread began, where none began in the window
    bucket_seconds: float
    series: tuple[OrphanBar, ...]
    marks: tuple[OrphanMark, ...]
    hosts: tuple[OrphanHost, ...]
    more_hosts: int  #: that are not listed
    graphs: tuple[OrphanGraph, ...]
    more_graphs: int
    shapes: tuple[OrphanShape, ...]
    groups: tuple[GroupItem, ...]  #: in data only; the page fetches them by itself
    threads: tuple[ThreadItem, ...]
    next: str
    total: int
    muted_left_out: int  #: orphans that the list leaves out because they are muted, of any time
    cut: int  #: as of the list of threads
    index: IndexState
    bar: Bar = page_only()
    windows: tuple[WindowChoice, ...] = page_only()
    words: str = page_only()
    first_page: bool = page_only()
    tables: tuple[PartTable, ...] = page_only()
    leads: tuple[OrphanHost, ...] = page_only()  #: hosts that the headline names, two at most
    wider: WindowChoice | None = page_only()  #: a window in which threads began, where none did in this one
    one_shots: tuple[Suggestion, ...] = page_only()  #: graphs that never go on and are probably meant to
    narrowed: bool = page_only()  #: by host, graph or shape, or to muted ones
    overview: bool = page_only()  #: with shares and groups: the first page of the whole list
    tag: str = page_only(default="")  #: what a refresh sends back, see `views.still`
