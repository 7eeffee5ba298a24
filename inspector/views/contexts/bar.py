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
