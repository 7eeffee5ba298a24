"""The bar above every page, and the page that tells an error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class LedgerState:
    """Where what is known of reads comes from. `url` is without a password, and "" where there is no ledger."""

    url: str
    kind: str  #: "postgres", "redis", "sqlite"; "" where there is none
    folded_at: datetime | None  #: when it was last read into the index; None while nobody has reported
    error: str  #: why it could not be read then; "" when it could
    hint: str


@dataclass(frozen=True, slots=True)
class WalkState:
    """How far the walk through all of a store's threads has come. `total` is the server's estimate."""

    checkpoints: int
    total: int | None
    seconds_left: float | None  #: None while too little was read to tell


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
    ledger: LedgerState
    walk: WalkState | None  #: None when no walk is under way

    @property
    def unread(self) -> bool:
        """Nothing of the store is known: its numbers are 0 only because nobody has counted."""
        return self.synced_at is None and not self.threads


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """One of several stores in the bar's switcher: what it is, and how its index stands (see `IndexState`)."""

    name: str
    kind: str
    server: str  #: "" until a first pass has ended
    threads: int
    lag_seconds: float | None
    building: bool
    error: str
    current: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """`section` is the current page's name; `store` is "" when none is configured. `choices` are the stores of a
    dashboard that has several, else none. `orphans` is without the `muted` ones. `kind` is the current store's.
    `problems` are those of the last diagnosis, `errors` among them. `alerts` fire, and `alert` tells the last one."""

    section: str
    store: str
    stores: tuple[str, ...]
    server: str
    index: IndexState | None
    orphans: int
    kind: str = ""
    choices: tuple[StoreChoice, ...] = ()
    problems: int = 0
    errors: int = 0
    alerts: int = 0
    alert: str = ""
    muted: int = 0


@dataclass(frozen=True, slots=True)
class AlsoIn:
    """Another store that holds a thread of the same id. `last_at` is None where it tells no time."""

    store: str
    checkpoints: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The answer to a refresh of a page that would come out as it is shown."""

    bar: Bar


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that says what went wrong and what to do."""

    error: str
    hint: str
    status: int = page_only()
    title: str = page_only()
    bar: Bar = page_only()


@dataclass(frozen=True, slots=True)
class ElsewherePage:
    """A thread that this store lacks, or cannot show now, and that is in another one. With an error's status."""

    error: str
    hint: str
    thread_id: str
    store: str
    also_in: tuple[AlsoIn, ...]
    status: int = page_only()
    title: str = page_only()
    bar: Bar = page_only()
