"""The `LedgerReader` protocol over a SQLite file. It is opened for reading only, anew for every read."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

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
from inspector.probe.ledger_url import LedgerUrl
from inspector.sql_file import load_queries
from inspector.stores.guard import Limits
from inspector.stores.sqlite.file import Session, SqliteFile

_TABLES = {"workers": WORKERS_TABLE, "counts": COUNTS_TABLE, "errors": ERRORS_TABLE}
_QUERIES = {name: text.format(**_TABLES) for name, text in load_queries("inspector.ledger", "sqlite.sql").items()}
Answer = TypeVar("Answer")


class SqliteLedgerReader:
    """Safe to share between threads: nothing is kept open."""

    def __init__(self, url: str, limits: Limits, schema: str = "") -> None:
        parsed = LedgerUrl.parse(url)
        self.safe_url = parsed.safe
        self._file = SqliteFile(Path(parsed.address), safe_url=parsed.safe, limits=limits)

    def exists(self) -> bool:
        return self._ask(lambda connection: bool(connection.execute(_QUERIES["exists"]).fetchone()[0]), False)

    def read_workers(self, limit: int = WORKERS) -> Workers:
        given = {"limit": limit + 1, "now": time.time_ns() // 1_000}
        rows: list[Any] = self._ask(lambda connection: connection.execute(_QUERIES["workers"], given).fetchall(), [])
        return heard([(row["report"], row["ago"]) for row in rows], limit)

    def read_changes(self, after: str, limit: int = THREADS) -> Changes:
        position = Position.parse(after, time.time_ns() // 1_000)
        given = {"after": position.at, "key": position.key, "limit": limit + 1}
        rows = self._ask(lambda connection: connection.execute(_QUERIES["changes"], given).fetchall(), None)
        return Changes((), after, False) if rows is None else position.page([Change(*row) for row in rows], limit)

    def read_counts(self, thread_ids: Sequence[str]) -> Counts:
        return self._ask(lambda connection: _counts(connection, thread_ids, {}), Counts())

    def read_thread(self, thread_id: str) -> list[Counted]:
        given = {"key": thread_key(thread_id), "rows": ROWS}

        def question(connection: sqlite3.Connection) -> Counts:
            errors = errors_by_place(connection.execute(_QUERIES["errors"], given).fetchall())
            return _counts(connection, [thread_id], errors, recent=True)

        return list(self._ask(question, Counts()).rows)

    def close(self) -> None:
        """Nothing is kept open."""

    def _ask(self, question: Callable[[sqlite3.Connection], Answer], otherwise: Answer) -> Answer:
        """What `question` makes of one snapshot; `otherwise` where there is no file, or one without the tables."""

        def asked(session: Session) -> Answer:
            (tables,) = session.connection.execute(_QUERIES["tables"]).fetchone()
            return question(session.connection) if tables == len(_TABLES) else otherwise

        return self._file.ask(asked) if self._file.path.exists() else otherwise


def _counts(
    connection: sqlite3.Connection,
    thread_ids: Sequence[str],
    errors: dict[tuple[str, int], dict[str, int]],
    *,
    recent: bool = False,
) -> Counts:
    asked = {thread_key(thread_id): thread_id for thread_id in thread_ids}
    of_one = RECENT_ROWS if recent else COUNT_ROWS
    given: dict[str, Any] = {"keys": json.dumps(list(asked)), "recent": recent, "of_one": of_one, "rows": ROWS}
    found = [dict(row) for row in connection.execute(_QUERIES["counts"], given)]
    cut = cut_of(asked, ((row["thread_key"], row["total"]) for row in found), of_one, full=len(found) == ROWS)
    read = [counted_row({**row, "recent": _recent(row["recent"])}, asked, errors) for row in found]
    rows = [row for row in read if row is not None]
    worker_ids = json.dumps(list({row.worker_id for row in rows}))
    workers = {
        row["worker_id"]: worker_of(row["hostname"], row["report"])
        for row in connection.execute(_QUERIES["reports"], {"worker_ids": worker_ids})
    }
    return Counts(tuple(counted(row, workers.get(row.worker_id, NOBODY)) for row in rows), cut)


def _recent(text: Any) -> list[Any]:
    """The column's JSON list; nothing of one that is none, which says nothing about the row's counts."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []
