"""What the server shows of its condition: sessions, locks, schemas and sizes.

Each part is asked by itself: one that this login may not ask, or that somebody's lock keeps from us, is left out and
said so, and costs no other part its answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import errors as pg

from inspector.stores.postgres.facts import NEWEST_MIGRATION
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor
from inspector.stores.signs import Session, Signs, TableSize

Row = Mapping[str, Any]

#: Sessions that are told of, those that hold writes first, then the youngest.
_SESSIONS = 500
_KEPT_BACK = (pg.InsufficientPrivilege, pg.LockNotAvailable, pg.QueryCanceled)


class Watched:
    """Transactions of sessions whose times this login may not see, by when we saw each of them first."""

    def __init__(self) -> None:
        self._since: dict[tuple[int, str], float] = {}

    def seconds(self, rows: Iterable[Row]) -> dict[int, float]:
        """By the session's number, for how long its transaction has been seen: a lower bound of its age."""
        now, known = time.monotonic(), self._since
        keys = [(row["number"], row["transaction"]) for row in rows if row["hidden"] and row["transaction"]]
        self._since = {key: known.get(key, now) for key in keys}
        return {number: now - since for (number, _), since in self._since.items()}


def read_signs(cursor: Cursor, layout: Layout, watched: Watched) -> Signs:
    asking = _Asking(cursor, layout)
    sessions = asking.rows("signs_sessions", "The server's sessions", rows=_SESSIONS)
    connections = asking.one("signs_connections", "How many connections there are")
    path = asking.one("signs_search_path", "The search path")
    elsewhere = asking.rows("signs_schemas", "Other schemas", schema=layout.schema)
    broken = asking.rows("signs_indexes", "The state of indexes")
    return Signs(
        sessions=None if sessions is None else _sessions(sessions, watched.seconds(sessions)),
        sessions_hidden=any(row["hidden"] for row in sessions or ()),
        sessions_used=connections.get("used"),
        sessions_limit=connections.get("limit"),
        migration=_migration(asking),
        newest_migration=NEWEST_MIGRATION,
        broken_indexes=None if broken is None else tuple(row["name"] for row in broken),
        elsewhere=None if elsewhere is None else tuple(row["schema"] for row in elsewhere),
        elsewhere_sizes=tuple(_size(row["schema"], row) for row in elsewhere or ()),
        search_path=_path(path),
        tables=tuple(_size(row["name"], row) for row in asking.rows("signs_tables", "The sizes of tables") or ()),
        notes=tuple(asking.notes),
    )


class _Asking:
    def __init__(self, cursor: Cursor, layout: Layout) -> None:
        self._cursor, self._layout = cursor, layout
        self.notes: list[str] = []

    def rows(self, query: str, what: str, **given: Any) -> list[dict[str, Any]] | None:
        """None where it cannot be had; then `notes` say so."""
        try:
            with self._cursor.connection.transaction():  # a savepoint: the next part can still be asked
                return self._cursor.execute(self._layout.query(query), given).fetchall()
        except _KEPT_BACK as error:
            denied = isinstance(error, pg.InsufficientPrivilege)
            why = "this login may not ask for it" if denied else "it took too long, or another session keeps it locked"
            self.notes.append(f"{what} could not be looked at: {why}.")
            return None

    def one(self, query: str, what: str) -> dict[str, Any]:
        return next(iter(self.rows(query, what) or ()), {})


def _migration(asking: _Asking) -> int | None:
    what = "Which migrations the saver's setup() has made"
    access = asking.one("signs_migration", what).get("access")
    if access == "hidden":
        asking.notes.append(f"{what} could not be looked at: this login may not read checkpoint_migrations.")
    return asking.one("schema_version", what).get("version") if access == "readable" else None


def _sessions(rows: Iterable[Row], seen: Mapping[int, float]) -> tuple[Session, ...]:
    return tuple(
        Session(
            number=row["number"],
            application=row["application"],
            login=row["login"],
            address=row["address"],
            state=row["state"],
            age_seconds=row["age_seconds"],
            transaction_seconds=seen.get(row["number"]) if row["hidden"] else row["transaction_seconds"],
            holds_writes=row["holds_writes"],
        )
        for row in rows
    )


def _size(name: str, row: Row) -> TableSize:
    return TableSize(name, row["rows"], row["dead_rows"], row["size_bytes"])


def _path(row: Mapping[str, Any]) -> tuple[str, ...]:
    names = (name.strip().strip('"') for name in (row.get("search_path") or "").split(","))
    return tuple(row["login"] if name == "$user" else name for name in names if name)
