"""How a Postgres store is reached: its sessions, and the layout that its tables were found to have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from inspector.errors import NotACheckpointStore
from inspector.stores.guard import Limits
from inspector.stores.postgres.layout import Layout, find_layout
from inspector.stores.postgres.pool import Cursor
from inspector.stores.postgres.session import ReadOnlySessions
from inspector.stores.urls import PostgresUrl


class PostgresReads:
    def __init__(self, name: str, url: str, limits: Limits | None = None) -> None:
        parsed = PostgresUrl.parse(url)
        self.name = name
        self.safe_url = parsed.safe
        self._wanted_schema = parsed.schema
        self._limits = limits or Limits()
        self._sessions = ReadOnlySessions(parsed.conninfo, safe_url=parsed.safe, limits=self._limits)
        self._layout: Layout | None = None

    def close(self) -> None:
        self._sessions.close()

    def _all(self, query: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self._read() as (cursor, layout):
            return cursor.execute(layout.query(query), given).fetchall()

    @contextmanager
    def _read(self, *, statement: float | None = None, plans: bool = False) -> Iterator[tuple[Cursor, Layout]]:
        """A read-only cursor on the store's schema. A layout that no longer holds is found anew by the next read."""
        layout = self._layout
        if layout is None:
            layout = self._layout = self._find_layout()
        try:
            with self._sessions.read(layout.schema, statement=statement, plans=plans) as cursor:
                yield cursor, layout
        except NotACheckpointStore:
            self._layout = None
            raise

    def _find_layout(self) -> Layout:
        return find_layout(self._sessions, wanted=self._wanted_schema, safe_url=self.safe_url)
