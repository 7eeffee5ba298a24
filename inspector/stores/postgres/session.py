"""A small pool of connections that cannot write.

Three locks, each enough by itself where the ones before it are missing: a role with SELECT only (`inspector grants`
prints it), `default_transaction_read_only` asked for at connection time, and a READ ONLY transaction around every read
whose first statement pins it. Settings are local to their transaction: behind a pooler that shares server connections,
a session-wide `SET` would reach the workers' own sessions and stop them from writing.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self
from weakref import WeakKeyDictionary

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
from inspector.stores.work import asking

_FILES = ("queries.sql", "counts.sql", "scan.sql", "changes.sql", "signs.sql", "newest.sql")
QUERIES = {name: text for file in _FILES for name, text in load_queries("inspector.stores.postgres", file).items()}

Connection = psycopg.Connection[DictRow]
Cursor = psycopg.Cursor[DictRow]
Pool = ConnectionPool[Connection]

#: After a failed connection further reads fail at once for this long (seconds), so that a page never waits twice.
_DOWN_FOR = 1.0
#: A connection that answered so lately (seconds) is not asked again before it is used.
_TRUSTED_FOR = 1.0
#: Seconds that the server has to end a read by itself, which it does with a better word than we have.
_GRACE = 1.0
#: Seconds that a connection has to answer, however late it was had.
_LEAST = 0.5
#: Seconds that a read waits until another one gives its connection back.
_TURN = 2.0
#: Seconds in which a server that lives lets anybody log in. libpq knows no less.
_LOGIN = 2
#: A network that swallows packets is noticed within half a minute, not after the system's two hours.
_KEEPALIVE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "25000"}


class _Asking(psycopg.Cursor[Any]):
    """Tells how long each answer took."""

    def execute(self, *given: Any, **more: Any) -> Self:
        with asking():
            return super().execute(*given, **more)


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
        self._answered: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()  # when each did last

    @contextmanager
    def read(self, search_path: str = "", *, statement: float | None = None) -> Iterator[Cursor]:
        """One transaction, one snapshot. `statement` overrides the time budget in seconds. Raises `StoreError`."""
        statement = within_deadline(statement or self._limits.statement)
        patience = within_deadline(2 * statement + self._limits.connect) + _GRACE
        with (
            translated(self._safe_url),
            self._connection() as connection,
            cut_after(connection, patience, self._safe_url, lives=self._lives),
            self._transaction(connection, self._settings(search_path, statement)) as cursor,
        ):
            yield cursor

    @contextmanager
    def _transaction(self, connection: Connection, settings: dict[str, str | None]) -> Iterator[Cursor]:
        """Its beginning asks for next to nothing, so whoever takes long over it does not answer at all."""
        with ExitStack() as stack:
            with cut_after(connection, self._limits.connect, self._safe_url):
                stack.enter_context(connection.transaction())
                cursor = connection.cursor()
                cursor.execute(QUERIES["enter"], settings)
            yield cursor
            self._answered[connection] = time.monotonic()

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
        while silent < 3 and (left := deadline - time.monotonic()) > 0:
            pool = self._pool or self._open_pool()
            try:
                connection = pool.getconn(timeout=min(left, _TURN))
            except PoolClosed:  # by another thread, which noticed first
                continue
            except PoolTimeout as error:
                self._raise_if_down(pool)
                raise StoreTimeout(
                    f"Every connection to {self._safe_url} is busy.", "Try again in a moment."
                ) from error
            try:
                self._check(connection, max(_LEAST, deadline - time.monotonic()))
            except (psycopg.OperationalError, StoreTimeout) as error:
                silent += 1
                if isinstance(error, StoreTimeout):  # nobody else has to find that out
                    self._down = (time.monotonic(), error)
                self._retire(pool)
                pool.putconn(connection)
            except BaseException:
                pool.putconn(connection)
                raise
            else:
                return pool, connection
        self._raise_if_known_down()
        raise StoreUnreachable(f"{self._safe_url} ends every connection as soon as it is made.")

    def _check(self, connection: Connection, seconds: float) -> None:
        """Raises `OperationalError` or `StoreTimeout` for one that leads nowhere. A server that goes says so on the
        line, so of a connection that answered just now it is enough that there is nothing to hear: asking costs a round
        trip, and a page reads a dozen times."""
        answered = self._answered.get(connection)
        if answered is not None and time.monotonic() - answered < _TRUSTED_FOR and _is_quiet(connection):
            return
        with cut_after(connection, seconds, self._safe_url):
            ConnectionPool.check_connection(connection)

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
                self._probe(_LOGIN)
        except StoreError:
            self._retire(pool)
            raise

    def _retire(self, pool: Pool) -> None:
        """Connections that are lent out still work, and are closed when they come back."""
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.close(timeout=0)

    def _probe(self, seconds: int | None = None) -> None:
        """Many threads may wait for the lock while one finds out that the server is down: they take its word for it."""
        self._raise_if_known_down()
        try:
            self._try_connect({} if seconds is None else {"connect_timeout": seconds})
        except psycopg.Error as error:
            reason = explain(error, self._safe_url)
            self._down = (time.monotonic(), reason)
            raise reason from error
        self._down = None

    def _raise_if_known_down(self) -> None:
        since, reason = self._down or (0.0, None)
        if reason is not None and time.monotonic() - since < _DOWN_FOR:
            raise type(reason)(reason.message, reason.hint)

    def _try_connect(self, given: dict[str, Any]) -> None:
        """Poolers may refuse the `options` start-up parameter; the READ ONLY transactions hold without it."""
        try:
            psycopg.connect(self._conninfo, **{**self._connect_arguments(), **given}).close()
        except psycopg.OperationalError as error:
            if not (self._startup_options and "startup parameter" in str(error)):
                raise
            self._startup_options = False
            psycopg.connect(self._conninfo, **{**self._connect_arguments(), **given}).close()

    def _lives(self) -> bool:
        """Whether the server has anything to say to a new connection. A refusal is an answer too."""
        try:
            psycopg.connect(self._conninfo, **{**self._connect_arguments(), "connect_timeout": _LOGIN}).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.Error:
            pass
        return True

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
    connection.cursor_factory = _Asking
    set_json_loads(load_document, connection)


def _is_quiet(connection: Connection) -> bool:
    """Whether the server has said nothing unasked, as it does when it ends a session or goes."""
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    return not line.poll(0)


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))
