"""The `LedgerReader` protocol over the three Postgres tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from psycopg import sql

from inspector.errors import NotACheckpointStore, StoreDenied
from inspector.ledger.base import THREADS, WORKERS, Changes, Counted, Counts, Workers
from inspector.ledger.position import Change, Position
from inspector.ledger.rows import (
    COUNT_ROWS,
    NOBODY,
    RECENT_ROWS,
    ROWS,
    counted,
    counted_row,
    cut_of,
    errors_by_place,
    heard,
    worker_of,
)
from inspector.probe.ledger_schema import COUNTS_TABLE, ERRORS_TABLE, WORKERS_TABLE, thread_key
from inspector.sql_file import load_queries
from inspector.stores.guard import Limits
from inspector.stores.postgres.pool import Cursor
from inspector.stores.postgres.session import ReadOnlySessions
from inspector.stores.urls import PostgresUrl

_TABLES = {"workers": WORKERS_TABLE, "counts": COUNTS_TABLE, "errors": ERRORS_TABLE}
_QUERIES = {name: text.format(**_TABLES) for name, text in load_queries("inspector.ledger", "postgres.sql").items()}
Answer = TypeVar("Answer")


class PostgresLedgerReader:
    """Building one opens no connection; safe to share between threads."""

    def __init__(self, url: str, limits: Limits, schema: str = "") -> None:
        parsed = PostgresUrl.parse(url)
        self.safe_url = parsed.safe
        self._wanted = parsed.schema or schema
        self._sessions = ReadOnlySessions(parsed.conninfo, safe_url=parsed.safe, limits=limits)
        self._schema = ""

    def exists(self) -> bool:
        return self._read(lambda cursor: bool(_one(cursor, "exists")["found"]), False)

    def read_workers(self, limit: int = WORKERS) -> Workers:
        def read(cursor: Cursor) -> Workers:
            rows = cursor.execute(_QUERIES["workers"], {"limit": limit + 1})
            return heard([(row["report"], row["ago"]) for row in rows], limit)

        return self._read(read, Workers())

    def read_changes(self, after: str, limit: int = THREADS) -> Changes:
        def read(cursor: Cursor) -> Changes:
            position = Position.parse(after, _one(cursor, "now")["now"])
            given = {"after": position.at, "key": position.key, "limit": limit + 1}
            rows = cursor.execute(_QUERIES["changes"], given).fetchall()
            return position.page(
                [Change(row["updated_at"], row["thread_key"], row["thread_id"]) for row in rows], limit
            )

        return self._read(read, Changes((), after, False))

    def read_counts(self, thread_ids: Sequence[str]) -> Counts:
        return self._read(lambda cursor: _counts(cursor, thread_ids, {}), Counts())

    def read_thread(self, thread_id: str) -> list[Counted]:
        def read(cursor: Cursor) -> list[Counted]:
            given = {"key": thread_key(thread_id), "rows": ROWS}
            errors = errors_by_place(cursor.execute(_QUERIES["errors"], given).fetchall())
            return list(_counts(cursor, [thread_id], errors, recent=True).rows)

        return self._read(read, [])

    def close(self) -> None:
        self._sessions.close()

    def _read(self, read: Callable[[Cursor], Answer], nothing: Answer) -> Answer:
        """What `read` answers, `nothing` where there are no tables. Tables that moved, were dropped or may no longer be
        read since they were found are looked for once more."""
        if self._schema:
            try:
                with self._sessions.read(self._schema) as cursor:
                    return read(cursor)
            except (NotACheckpointStore, StoreDenied):
                self._schema = ""
        self._schema = self._find_schema()
        if not self._schema:
            return nothing
        with self._sessions.read(self._schema) as cursor:
            return read(cursor)

    def _find_schema(self) -> str:
        """ "" where no schema holds the tables. Raises `StoreDenied` for tables that this login may not read."""
        given = {"tables": list(_TABLES.values()), "wanted": self._wanted}
        with self._sessions.read() as cursor:
            row = cursor.execute(_QUERIES["find_schemas"], given).fetchone()
        if row is None:
            return ""
        if not row["readable"]:
            raise StoreDenied(
                f"This login may not read the ledger in {self.safe_url}.", _grant(row["schema"], row["login"])
            )
        return str(row["schema"])


def _one(cursor: Cursor, query: str) -> dict[str, Any]:
    return cursor.execute(_QUERIES[query]).fetchone() or {}


def _counts(
    cursor: Cursor,
    thread_ids: Sequence[str],
    errors: dict[tuple[str, int], dict[str, int]],
    *,
    recent: bool = False,
) -> Counts:
    asked = {thread_key(thread_id): thread_id for thread_id in thread_ids}
    of_one = RECENT_ROWS if recent else COUNT_ROWS
    given = {"keys": list(asked), "recent": recent, "of_one": of_one, "rows": ROWS}
    found = cursor.execute(_QUERIES["counts"], given).fetchall()
    cut = cut_of(asked, ((row["thread_key"], row["total"]) for row in found), of_one, full=len(found) == ROWS)
    rows = [row for one in found if (row := counted_row(one, asked, errors)) is not None]
    worker_ids = list({row.worker_id for row in rows})
    reports = cursor.execute(_QUERIES["reports"], {"worker_ids": worker_ids}) if worker_ids else ()
    workers = {row["worker_id"]: worker_of(row["hostname"], row["report"]) for row in reports}
    return Counts(tuple(counted(row, workers.get(row.worker_id, NOBODY)) for row in rows), cut)


def _grant(schema: str, login: str) -> str:
    """The statements for the owner of the tables."""
    role = sql.Identifier(login).as_string()
    within = sql.Identifier(schema).as_string()
    tables = ", ".join(f"{within}.{table}" for table in _TABLES.values())
    return f"Have this run: GRANT USAGE ON SCHEMA {within} TO {role}; GRANT SELECT ON {tables} TO {role};"
