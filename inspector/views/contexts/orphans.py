"""`/orphans/`: shares, the chart, hosts and the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.domain.value import Json
from inspector.views.contexts.bar import Bar, IndexState
from inspector.views.contexts.base import page_only
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class OrphanShare:
    """`decided` threads are old enough to tell, `undecided` ones have one turn so far; the rate is of the decided."""

    threads: int
    orphans: int
    undecided: int
    decided: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class OrphanBar:
    at: datetime
    threads: int
    orphans: int


@dataclass(frozen=True, slots=True)
class OrphanHost:
    """A thread that several hosts wrote to counts for each. `random_ids` are its one-turn threads with such an id."""

    hostname: str
    threads: int
    orphans: int
    undecided: int
    random_ids: int
    decided: int


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
    cut: int  #: as of the list of threads
    index: IndexState
    bar: Bar = page_only()
    windows: tuple[WindowChoice, ...] = page_only()
    words: str = page_only()
    first_page: bool = page_only()
