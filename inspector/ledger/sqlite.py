"""The `LedgerReader` protocol over a SQLite file. It is opened for reading only, anew for every read."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from inspector.errors import StoreDenied, StoreError, StoreTimeout, StoreUnreachable
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
from inspector.stores.guard import Limits, within_deadline

_TABLES = {"workers": WORKERS_TABLE, "counts": COUNTS_TABLE, "errors": ERRORS_TABLE}
_QUERIES = {name: text.format(**_TABLES) for name, text in load_queries("inspector.ledger", "sqlite.sql").items()}
#: Instructions of SQLite's machine between two looks at the clock: well below a millisecond.
_INSTRUCTIONS = 10_000


class SqliteLedgerReader:
    """Safe to share between threads: nothing is kept open."""

    def __init__(self, url: str, limits: Limits, schema: str = "") -> None:
        parsed = LedgerUrl.parse(url)
        self.safe_url = parsed.safe
        self._path = Path(parsed.address)
        self._limits = limits

    def exists(self) -> bool:
        with self._read() as connection:
            return connection is not None and bool(connection.execute(_QUERIES["exists"]).fetchone()[0])

    def read_workers(self, limit: int = WORKERS) -> Workers:
        given = {"limit": limit + 1, "now": time.time_ns() // 1_000}
        with self._read() as connection:
            rows = connection.execute(_QUERIES["workers"], given).fetchall() if connection else []
        return heard([(row["report"], row["ago"]) for row in rows], limit)

    def read_changes(self, after: str, limit: int = THREADS) -> Changes:
        position = Position.parse(after, time.time_ns() // 1_000)
        given = {"after": position.at, "key": position.key, "limit": limit + 1}
        with self._read() as connection:
            if connection is None:
                return Changes((), after, False)
            rows = connection.execute(_QUERIES["changes"], given).fetchall()
        return position.page([Change(*row) for row in rows], limit)

    def read_counts(self, thread_ids: Sequence[str]) -> Counts:
        with self._read() as connection:
            return _counts(connection, thread_ids, {}) if connection else Counts()

    def read_thread(self, thread_id: str) -> list[Counted]:
        with self._read() as connection:
            if connection is None:
                return []
            given = {"key": thread_key(thread_id), "rows": ROWS}
            errors = errors_by_place(connection.execute(_QUERIES["errors"], given).fetchall())
            return list(_counts(connection, [thread_id], errors, recent=True).rows)

    def close(self) -> None:
        """Nothing is kept open."""

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection | None]:
        """One snapshot; None where there is no file, or one without the tables."""
        until = time.monotonic() + within_deadline(self._limits.statement)
        if not self._path.exists():
            yield None
            return
        address = f"file:{quote(str(self._path.absolute()))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=self._limits.lock, isolation_level=None)) as opened:
                opened.row_factory = sqlite3.Row
                opened.text_factory = lambda text: text.decode("utf-8", "replace")
                opened.set_progress_handler(lambda: time.monotonic() > until, _INSTRUCTIONS)
                opened.execute("pragma query_only = on")
                opened.execute("begin")
                (tables,) = opened.execute(_QUERIES["tables"]).fetchone()
                yield opened if tables == len(_TABLES) else None
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.Error) -> StoreError:
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_INTERRUPT":
            return StoreTimeout(f"{self.safe_url} took longer than the read's time budget.")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return StoreTimeout(f"{self.safe_url} is locked by another process.", "The page recovers by itself.")
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_READONLY")):
            if not os.access(self._path, os.R_OK):
                return StoreDenied(f"This login may not read {self.safe_url}.", "Make the file readable for it.")
            return StoreUnreachable(
                f"{self.safe_url} cannot be opened.",
                "While workers write, SQLite keeps two files beside it that every reader must be able to open too, "
                "the one that ends in -shm also for writing.",
            )
        return StoreError(f"{self.safe_url} cannot be read as a ledger ({name or type(error).__name__}).")


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
