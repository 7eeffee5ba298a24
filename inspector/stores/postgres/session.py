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
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from inspector.errors import StoreError, StoreTimeout, StoreUnreachable
from inspector.sql_file import load_queries
from inspector.stores.documents import load_document
from inspector.stores.guard import Limits, within_deadline
from inspector.stores.postgres.errors import explain, translated
from inspector.stores.postgres.watchdog import cut_after

_FILES = ("queries.sql", "counts.sql", "scan.sql", "changes.sql", "signs.sql", "newest.sql")
QUERIES = {name: text for file in _FILES for name, text in load_queries("inspector.stores.postgres", file).items()}

Connection = psycopg.Connection[DictRow]
Cursor = psycopg.Cursor[DictRow]
Pool = ConnectionPool[Connection]

#: After a failed connection further reads fail at once for this long (seconds), so that a page never waits twice.
_DOWN_FOR = 1.0
#: A network that swallows packets is noticed within half a minute, not after the system's two hours.
_KEEPALIVE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "25000"}


class ReadOnlySessions:
    """Hands out cursors inside READ ONLY, REPEATABLE READ transactions. Opens nothing until the first read."""

    def __init__(self, conninfo: str, *, safe_url: str, limits: Limits) -> None:
        self._conninfo = conninfo
        self._safe_url = safe_url
        self._limits = limits
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._startup_options = True
        self._down: tuple[float, StoreError] | None = None

    @contextmanager
    def read(self, search_path: str = "", *, statement: float | None = None) -> Iterator[Cursor]:
        """One transaction, one snapshot. `statement` overrides the time budget in seconds. Raises `StoreError`."""
        statement = within_deadline(statement or self._limits.statement)
        patience = 2 * statement + self._limits.connect
        with (
            translated(self._safe_url),
            self._connection() as connection,
            cut_after(connection, patience, self._safe_url),
            connection.transaction(),
        ):
            cursor = connection.cursor()
            cursor.execute(QUERIES["enter"], self._settings(search_path, statement))
            yield cursor

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(timeout=1)

    def _settings(self, search_path: str, statement: float) -> dict[str, str | None]:
        return {
            "statement_timeout": _milliseconds(statement),
            "lock_timeout": _milliseconds(self._limits.lock),
            "idle_timeout": _milliseconds(self._limits.idle),
            "search_path": sql.Identifier(search_path).as_string() if search_path else None,
        }

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        pool, connection = self._borrow()
        try:
            yield connection
        finally:
            pool.putconn(connection)

    def _borrow(self) -> tuple[Pool, Connection]:
        """A connection that answers, and the pool to give it back to. One that does not answer says that the server
        went away or came back since: a new pool, opened by a fresh attempt, tells which, without a second wait."""
        deadline, silent = time.monotonic() + self._limits.connect, 0
        while silent < 3 and time.monotonic() < deadline:
            pool = self._pool or self._open_pool()
            try:
                connection = pool.getconn(timeout=self._limits.connect)
            except PoolClosed:  # by another thread, which noticed first
                continue
            except PoolTimeout as error:
                self._raise_if_down(pool)
                raise StoreTimeout(
                    f"Every connection to {self._safe_url} is busy.", "Try again in a moment."
                ) from error
            try:
                with cut_after(connection, self._limits.connect, self._safe_url):
                    ConnectionPool.check_connection(connection)
            except (psycopg.OperationalError, StoreTimeout):
                silent += 1
                self._retire(pool)
                pool.putconn(connection)
            except BaseException:
                pool.putconn(connection)
                raise
            else:
                return pool, connection
        raise StoreUnreachable(f"{self._safe_url} ends every connection as soon as it is made.")

    def _open_pool(self) -> Pool:
        """The pool hides why a connection fails, so the first one is made by hand, and so is one after each failure."""
        with self._lock:
            if self._pool is not None:
                return self._pool
            self._probe()
            self._pool = ConnectionPool(
                self._conninfo,
                connection_class=psycopg.Connection[DictRow],
                kwargs=self._connect_arguments(),
                configure=_configure,
                min_size=0,
                max_size=self._limits.pool_size,
                max_idle=30,
                reconnect_timeout=self._limits.connect,
                open=True,
                name="checkpoint-inspector",
            )
            return self._pool

    def _raise_if_down(self, pool: Pool) -> None:
        """A pool that has no connection to give is either busy or cut off. Only a fresh attempt tells which."""
        try:
            with self._lock:
                self._probe()
        except StoreError:
            self._retire(pool)
            raise

    def _retire(self, pool: Pool) -> None:
        """Connections that are lent out still work, and are closed when they come back."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.close(timeout=0)

    def _probe(self) -> None:
        """Many threads may wait for the lock while one finds out that the server is down: they take its word for it."""
        if self._down is not None and time.monotonic() - self._down[0] < _DOWN_FOR:
            reason = self._down[1]
            raise type(reason)(reason.message, reason.hint)
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
            **{name: value for name, value in _KEEPALIVE.items() if name not in given},
            "autocommit": False,  # psycopg itself begins every transaction, also after a stray COMMIT, and as READ ONLY
            "prepare_threshold": None,  # prepared statements break behind transaction poolers
            "row_factory": dict_row,
            "connect_timeout": max(2, round(self._limits.connect)),
            "client_encoding": "UTF8",  # any text can be asked for, whatever the database's own encoding
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
    set_json_loads(load_document, connection)


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))
