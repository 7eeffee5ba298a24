"""`/threads/`: one item a thread, shared with every page that lists or heads threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.domain.value import Json
from inspector.views.contexts.bar import AlsoIn, Bar, IndexState
from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class WorkerCount:
    """What one host did to a thread. `writes` are the checkpoints that this store holds of it. `reads` and `misses` are
    None where no probe reported, never 0. `elsewhere` when none of it was in this store: `writes_elsewhere` is then
    what it put there, and `kept_in` the kind of place that it was in ("memory", "postgres", ...)."""

    hostname: str
    writes: int
    reads: int | None
    misses: int | None
    elsewhere: bool = False
    writes_elsewhere: int = 0
    kept_in: str = page_only(default="")

    @property
    def put(self) -> int:
        """Checkpoints, wherever they went."""
        return self.writes or self.writes_elsewhere


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
    also_in: tuple[AlsoIn, ...] = ()  #: other stores with a thread of this id


@dataclass(frozen=True, slots=True)
class Filter:
    """A quick filter: its name in words, the query it sets, how many threads it would show, and whether it is on.
    Where `at_least`, it may show more."""

    words: str
    parameter: str
    value: str
    count: int
    current: bool
    at_least: bool = False


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
    total_is_exact: bool  #: else there are that many at least
    cut: int  #: threads that were looked at before the page was given up, though it is not full; 0 where it was not
    index: IndexState
    not_indexed: bool  #: the one thread shown was found in the store by its exact id; the index has not met it yet
    absent: int  #: of the total, those that are not stored
    muted: int  #: orphans that are muted and so not listed, at least; 0 for lists that leave none out
    also_in: tuple[AlsoIn, ...]  #: other stores with a thread whose id is exactly `q`
    bar: Bar = page_only()
    form: ThreadsForm = page_only()
    filters: tuple[Filter, ...] = page_only()
    hosts: tuple[str, ...] = page_only()
    owner_threads: int = page_only()  #: threads of the owner whom the search names exactly
    owner_threads_is_exact: bool = page_only()  #: else there are that many at least
    first_page: bool = page_only()
    tag: str = page_only(default="")  #: what a refresh sends back, see `views.still`
