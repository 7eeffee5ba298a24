"""A ledger in one SQLite file, for workers of one machine. A batch is one transaction."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inspector.probe.ledger_schema import (
    COUNTS_TABLE,
    ERRORS_TABLE,
    RECENT_READS,
    WORKERS_TABLE,
    Batch,
    Refused,
    storable,
)
from inspector.probe.ledgers.rows import CountRow, count_rows, report_json
from inspector.sql_file import load_queries

#: Seconds to wait for another process that writes.
_BUSY = 3.0
#: Rows that one statement adds at most: old versions of SQLite take no more than 999 values. Fewer are added by powers
#: of two, so that the connection knows every statement after a while.
_ROWS = 64
#: Rows of each table that one call of `prune` removes.
_PRUNED = 5_000
_TABLES = {"workers": WORKERS_TABLE, "counts": COUNTS_TABLE, "errors": ERRORS_TABLE}
#: `json.dumps` makes one at every call.
_JSON = json.JSONEncoder(ensure_ascii=False)
#: Connections of parent processes: SQLite forbids a child to touch them, or to let them be collected.
_PARENTS: list[sqlite3.Connection] = []


class SqliteLedger:
    """Opens the file at the first call, and again after a failure or when another file takes its place. Makes the file
    and no directory: a path that is wrong in one container must fail there, not become a ledger that nobody reads."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        queries = load_queries("inspector.probe.ledgers", "sqlite.sql")
        self._queries = {name: text.format(**_TABLES) for name, text in queries.items()}

    def write(self, batch: Batch) -> None:
        rows = count_rows(batch)
        with self._transaction() as connection:
            self._create_tables(connection)
            self._add(connection, batch, rows)

    def prune(self, before: float) -> bool:
        given = {"before": before, "rows": _PRUNED}
        with self._transaction() as connection:
            self._create_tables(connection)
            removed = connection.execute(self._queries["prune_counts"], given).fetchall()
            connection.executemany(self._queries["prune_errors"], removed)
            many = len(removed)
            if many < _PRUNED:  # as long as there are counts, somebody may want to know whose they are
                many = connection.execute(self._queries["prune_workers"], given).rowcount
        return many >= _PRUNED

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def before_fork(self) -> None:
        """SQLite keeps a list of the locks that its process has on a file. A child inherits the list and not the locks,
        and the last connection of the parent may remove a log that the child still writes to."""
        self.close()

    def forget(self) -> None:
        if self._connection is not None:
            _PARENTS.append(self._connection)
        self._connection = None

    def _add(self, connection: sqlite3.Connection, batch: Batch, rows: list[CountRow]) -> None:
        worker_id = batch.report.worker_id
        known = connection.execute(self._queries["known_batch"], {"worker_id": worker_id}).fetchone()
        now = time.time_ns() // 1_000
        worker = {
            "worker_id": worker_id,
            "hostname": storable(batch.report.hostname),
            "pid": batch.report.pid,
            "started_at": batch.report.started_at,
            "seen_at": batch.report.seen_at,
            "batch": batch.number,
            "report": report_json(batch.report),
            "now": now,
        }
        connection.execute(self._queries["report"], worker)
        if known is not None and known[0] >= batch.number:
            return
        try:
            if rows:
                self._add_rows(connection, worker_id, rows, now)
        except (sqlite3.DataError, sqlite3.IntegrityError, OverflowError, UnicodeError) as error:
            raise Refused from error

    def _add_rows(self, connection: sqlite3.Connection, worker_id: str, rows: list[CountRow], now: int) -> None:
        """In few steps: at each one the agent's threads and this one change places."""
        given = {"worker_id": worker_id, "keys": _JSON.encode([row.thread_key for row in rows])}
        (found,) = connection.execute(self._queries["recent"], given).fetchone()
        old = {(key, slot): json.loads(recent) for key, slot, recent in json.loads(found)}
        values, errors = [], []
        for row in rows:
            recent = [*old.get((row.thread_key, row.slot), ()), *row.recent][-RECENT_READS:]
            values.append((
                row.thread_key, row.slot, row.thread_id, row.reads, row.misses, row.checkpoints, row.writes,
                row.first_at, row.last_at, row.last_read_at, row.last_miss_at, _JSON.encode(recent), worker_id, now,
            ))  # fmt: skip
            key = {"worker_id": worker_id, "thread_key": row.thread_key, "slot": row.slot}
            for name, count in row.errors.items():
                errors.append({**key, "error": name, "count": count, "last_at": row.last_at})
        start = 0
        while left := len(values) - start:
            size = min(_ROWS, 1 << left.bit_length() - 1)
            query = self._queries["add_counts"].format(rows=",".join([f"({','.join('?' * len(values[0]))})"] * size))
            connection.execute(query, [value for row in values[start : start + size] for value in row])
            start += size
        if errors:
            connection.executemany(self._queries["add_error"], errors)

    def _create_tables(self, connection: sqlite3.Connection) -> None:
        (found,) = connection.execute(self._queries["tables"]).fetchone()
        if found < len(_TABLES):
            for name in ("create_workers", "create_counts", "create_index", "create_errors"):
                connection.execute(self._queries[name])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Takes the write lock at once: one that is taken later is not waited for."""
        connection = self._open()
        try:
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")
        except BaseException:
            self.close()  # which rolls back
            raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._file == _identity(self._path):
            return self._connection
        self.close()
        connection = sqlite3.connect(self._path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        with suppress(sqlite3.OperationalError):  # another process is just doing it, or the file system cannot
            connection.execute("pragma journal_mode = wal")
        with suppress(sqlite3.OperationalError):
            connection.execute("pragma synchronous = normal")
        self._connection, self._file = connection, _identity(self._path)
        return connection


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file the path leads to; None where there is none. A file that was deleted can still be written to."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
