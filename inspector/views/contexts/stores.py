"""`/stores/`: what each store is and what its login could do."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.views.contexts.bar import Bar, IndexState
from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class TableItem:
    name: str
    rows: int | None
    size_bytes: int | None
    readable: bool


@dataclass(frozen=True, slots=True)
class DifferenceItem:
    """What a store does not keep. `layouts` are those of its kind that do not; none where no layout of it does."""

    slug: str
    title: str
    sentence: str
    layouts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreItem:
    name: str
    status: str  #: `connected`, or the trouble in a few words
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
    differences: tuple[DifferenceItem, ...]


@dataclass(frozen=True, slots=True)
class StoresPage:
    stores: tuple[StoreItem, ...]
    bar: Bar = page_only()
