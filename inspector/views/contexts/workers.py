"""`/workers/`: the processes that report to the ledger, and the hosts they run on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar, LedgerState
from inspector.views.contexts.base import page_only
from inspector.views.contexts.doctor import MentionItem


@dataclass(frozen=True, slots=True)
class PlaceItem:
    """`elsewhere` is None where nobody can tell whether the place is this store. `store` names another configured store
    that it is."""

    saver: str
    kind: str
    where: str
    savers: int
    elsewhere: bool | None
    store: str
    short_saver: str = page_only()


@dataclass(frozen=True, slots=True)
class WorkerItem:
    """One process as it reported itself at `seen_at`, by its own clock. `saver`, `store` and `elsewhere` are those of
    its first place."""

    worker_id: str
    hostname: str
    pid: int
    program: str
    started_at: datetime | None
    seen_at: datetime | None
    state: str  #: `live`, `ended` (said goodbye) or `silent` (did not)
    saver: str
    store: str
    elsewhere: bool | None
    places: tuple[PlaceItem, ...]
    versions: dict[str, str]
    hooked: bool
    stamps: bool
    compiles: int
    compiles_unsaved: int
    invocations: int
    invocations_unsaved: int
    reads: int
    misses: int
    checkpoints: int
    writes: int
    sync_calls: int
    async_calls: int
    open_calls: int
    loop_mismatches: int
    exceptions: dict[str, int]
    dropped: dict[str, int]
    age: float = page_only(default=0.0)  #: seconds since it was heard of, by the ledger's clock
    late: bool = page_only(default=False)  #: it counts as live, and should have been heard of by now


@dataclass(frozen=True, slots=True)
class NoteItem:
    kind: str
    sentence: str
    tone: str = page_only(default="warn")
    rule: str = page_only(default="")  #: of the problem that says the same of this host, "" where none does


@dataclass(frozen=True, slots=True)
class HostItem:
    """Figures and notes are those of the live processes; where none lives, of those heard of within a day. Figures are
    None where the ledger knows of more processes than were read."""

    hostname: str
    live: int
    silent: int
    ended: int
    invocations: int | None
    compiles: int | None
    sync_calls: int | None
    async_calls: int | None
    reads: int | None
    misses: int | None
    checkpoints: int | None
    writes: int | None
    notes: tuple[NoteItem, ...]
    findings: tuple[MentionItem, ...] = ()  #: problems of the last diagnosis that name it
    hooked: bool = page_only(default=True)  #: runs and compiles are counted in one of them at least
    partial: bool = page_only(default=False)  #: there may be more of its processes
    other: tuple[MentionItem, ...] = page_only(default=())  #: the findings of which no note says the same


@dataclass(frozen=True, slots=True)
class Setup:
    """What processes of one host run, told once for all that run the same."""

    processes: int
    versions: tuple[tuple[str, str], ...]
    hooked: bool
    stamps: bool


@dataclass(frozen=True, slots=True)
class HostGroup:
    """One host on the page: `workers` within a day, `earlier` before that; `left_out` of both are only counted."""

    key: str  #: for ids in the page
    host: HostItem
    workers: tuple[WorkerItem, ...]
    earlier: tuple[WorkerItem, ...]
    left_out: int
    setups: tuple[Setup, ...]
    setups_left_out: int
    differ: bool  #: the versions are not the same in all processes
    missed: bool = False  #: the list of threads shows reads that it missed


@dataclass(frozen=True, slots=True)
class WorkersPage:
    """`error` says why the ledger could not be read. `unwatched_hosts` wrote to the store lately, and no
    probe tells of them; none are told where `truncated`."""

    store: str
    ledger: str  #: its address, without a password; "" where there is none
    workers: tuple[WorkerItem, ...]
    hosts: tuple[HostItem, ...]
    unwatched_hosts: tuple[str, ...]
    truncated: bool  #: the ledger may know of more processes: these are the ones heard of last
    error: str
    hint: str
    bar: Bar = page_only()
    folding: LedgerState = page_only()  #: what the lists know of the same ledger
    groups: tuple[HostGroup, ...] = page_only()
    gone: tuple[HostGroup, ...] = page_only()  #: hosts of which nothing was heard for a day, on the last page
    gone_more: int = page_only(default=0)
    number: int = page_only(default=1)  #: of this page of hosts
    numbers: int = page_only(default=1)
    previous: str = page_only(default="")  #: numbers of the pages beside it, "" where there is none
    following: str = page_only(default="")
    only: str | None = page_only(default=None)  #: the host that alone is shown
