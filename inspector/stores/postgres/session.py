"""A small pool of connections that cannot write.

Three locks, each enough by itself where the ones before it are missing: a role with SELECT only (`inspector grants`
prints it), `default_transaction_read_only` asked for at connection time, and a READ ONLY transaction around every read
whose first statement pins it. Settings are local to their transaction: behind a pooler that shares server connections,
a session-wide `SET` would reach the workers' own sessions and stop them from writing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from inspector.errors import StoreError, StoreTimeout
from inspector.stores.guard import Limits
from inspector.stores.postgres.errors import explain, translated
from inspector.stores.sql_file import load_queries

QUERIES = load_queries("inspector.stores.postgres", "queries.sql")

Connection = psycopg.Connection[DictRow]
Cursor = psycopg.Cursor[DictRow]

#: After a failed connection further reads fail at once for this long (seconds), so that a page never waits twice.
_DOWN_FOR = 1.0


class ReadOnlySessions:
    """Hands out cursors inside READ ONLY, REPEATABLE READ transactions. Opens nothing until the first read."""

    def __init__(self, conninfo: str, *, safe_url: str, limits: Limits) -> None:
        self._conninfo = conninfo
        self._safe_url = safe_url
        self._limits = limits
        self._lock = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None
        self._startup_options = True
        self._down: tuple[float, StoreError] | None = None

    @contextmanager
    def read(self, search_path: str = "", *, statement: float | None = None) -> Iterator[Cursor]:
        """One transaction, one snapshot. `statement` overrides the time budget in seconds. Raises `StoreError`."""
        with translated(self._safe_url), self._connection() as connection, connection.transaction():
            cursor = connection.cursor()
            cursor.execute(QUERIES["enter"], self._settings(search_path, statement))
            yield cursor

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(timeout=1)

    def _settings(self, search_path: str, statement: float | None) -> dict[str, str | None]:
        return {
            "statement_timeout": _milliseconds(statement or self._limits.statement),
            "lock_timeout": _milliseconds(self._limits.lock),
            "idle_timeout": _milliseconds(self._limits.idle),
            "search_path": sql.Identifier(search_path).as_string() if search_path else None,
        }

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        pool = self._pool or self._open_pool()
        try:
            connection = pool.getconn(timeout=self._limits.connect)
        except PoolTimeout as error:
            raise self._why_no_connection() from error
        try:
            yield connection
        finally:
            pool.putconn(connection)

    def _open_pool(self) -> ConnectionPool[Connection]:
        """The pool hides why a connection fails, so the first one is made by hand, and so is one after each failure."""
        with self._lock:
            if self._pool is not None:
                return self._pool
            if self._down is not None and time.monotonic() - self._down[0] < _DOWN_FOR:
                raise self._down[1]
            self._probe()
            self._pool = ConnectionPool(
                self._conninfo,
                connection_class=psycopg.Connection[DictRow],
                kwargs=self._connect_arguments(),
                configure=_configure,
                check=ConnectionPool.check_connection,
                min_size=0,
                max_size=self._limits.pool_size,
                max_idle=30,
                reconnect_timeout=self._limits.connect,
                open=True,
                name="checkpoint-inspector",
            )
            return self._pool

    def _why_no_connection(self) -> StoreError:
        """A pool that has none to give is either busy or cut off. Only a fresh attempt tells which."""
        with self._lock:
            pool = self._pool
            try:
                self._probe()
            except StoreError as error:
                self._pool = None
                if pool is not None:
                    pool.close(timeout=0)
                return error
        return StoreTimeout(f"Every connection to {self._safe_url} is busy.", "Try again in a moment.")

    def _probe(self) -> None:
        try:
            self._try_connect()
        except psycopg.Error as error:
            reason = explain(error, self._safe_url)
            self._down = (time.monotonic(), reason)
            raise reason from error
        self._down = None

    def _try_connect(self) -> None:
        """Poolers may refuse the `options` start-up parameter; the READ ONLY transactions hold without it."""
        try:
            psycopg.connect(self._conninfo, **self._connect_arguments()).close()
        except psycopg.OperationalError as error:
            if not (self._startup_options and "startup parameter" in str(error)):
                raise
            self._startup_options = False
            psycopg.connect(self._conninfo, **self._connect_arguments()).close()

    def _connect_arguments(self) -> dict[str, Any]:
        given = conninfo_to_dict(self._conninfo)
        arguments: dict[str, Any] = {
            "autocommit": True,  # every read opens its own transaction
            "prepare_threshold": None,  # prepared statements break behind transaction poolers
            "row_factory": dict_row,
            "connect_timeout": max(2, round(self._limits.connect)),
            "application_name": given.get("application_name") or "checkpoint-inspector",
        }
        if self._startup_options:
            asked = f"{given.get('options') or ''} -c default_transaction_read_only=on"
            arguments["options"] = asked.strip()
        return arguments


def _configure(connection: Connection) -> None:
    """Local to the client: each transaction begins as READ ONLY and sees one snapshot."""
    connection.read_only = True
    connection.isolation_level = IsolationLevel.REPEATABLE_READ


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))
