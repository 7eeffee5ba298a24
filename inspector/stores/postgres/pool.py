"""Connections to a Postgres server: few, kept, and each made so that it cannot write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Self

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from inspector.errors import StoreError, StoreTimeout, StoreUnreachable
from inspector.stores.documents import load_document
from inspector.stores.guard import Limits
from inspector.stores.postgres.errors import explain
from inspector.stores.postgres.watchdog import cut_after
from inspector.stores.work import asking

Connection = psycopg.Connection[DictRow]
Cursor = psycopg.Cursor[DictRow]
Pool = ConnectionPool[Connection]

#: After a failed connection further reads fail at once for this long (seconds), so that a page never waits twice.
_DOWN_FOR = 1.0
#: Seconds that a connection has to answer, however late it was had.
_LEAST = 0.5
#: Seconds that a read waits until another one gives its connection back.
_TURN = 2.0
#: How the codes begin by which a server ends a session: it stops, has crashed, or an administrator wants so.
_ENDED = "57P"
#: Seconds in which a server that lives lets anybody log in. libpq knows no less.
_LOGIN = 2
#: A network that swallows packets is noticed within half a minute, not after the system's two hours.
_KEEPALIVE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "25000"}


class _Asking(psycopg.Cursor[Any]):
    """Tells how long each answer took."""

    def execute(self, *given: Any, **more: Any) -> Self:
        with asking():
            return super().execute(*given, **more)


class Lent(NamedTuple):
    """A connection, and the pool that it goes back to."""

    connection: Connection
    pool: Pool

    def is_wanted(self) -> bool:
        """Whether somebody waits for a connection of this pool."""
        return self.pool.get_stats()["requests_waiting"] > 0

    def give_back(self) -> None:
        self.pool.putconn(self.connection)


class Connections:
    """Opens nothing until the first is asked for. Safe to share between threads."""

    def __init__(self, conninfo: str, *, safe_url: str, limits: Limits) -> None:
        self._conninfo = conninfo
        self._safe_url = safe_url
        self._limits = limits
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._startup_options = True
        self._down: tuple[float, StoreError] | None = None

    def lend(self, begin: Callable[[Connection], None]) -> Lent:
        """One on which `begin` went through. One that leads nowhere by then says that the server went away or came back
        since: a new pool, opened by a fresh attempt, tells which, without a second wait. Raises `StoreError`, and
        psycopg's errors."""
        deadline, silent = time.monotonic() + self._limits.connect, 0
        while silent < 3 and (left := deadline - time.monotonic()) > 0:
            pool = self._pool or self._open_pool()
            try:
                lent = Lent(pool.getconn(timeout=min(left, _TURN)), pool)
            except PoolClosed:  # by another thread, which noticed first
                continue
            except PoolTimeout as error:
                self._raise_if_down(pool)
                raise StoreTimeout(
                    f"Every connection to {self._safe_url} is busy.", "Try again in a moment."
                ) from error
            try:
                with cut_after(lent.connection, max(_LEAST, deadline - time.monotonic()), self._safe_url):
                    begin(lent.connection)
            except BaseException as error:
                if not self._leads_nowhere(error):
                    lent.give_back()
                    raise
                silent += 1
                if isinstance(error, StoreTimeout):  # nobody else has to find that out
                    self._down = (time.monotonic(), error)
                self._retire(pool)
                lent.give_back()
            else:
                return lent
        self._raise_if_known_down()
        raise StoreUnreachable(f"{self._safe_url} ends every connection as soon as it is made.")

    def lives(self) -> bool:
        """Whether the server has anything to say to a new connection. A refusal is an answer too."""
        try:
            psycopg.connect(self._conninfo, **{**self._connect_arguments(), "connect_timeout": _LOGIN}).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.Error:
            pass
        return True

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(timeout=1)

    def _leads_nowhere(self, error: BaseException) -> bool:
        """Cut, silent, or ended by the server. libpq may notice only later that it is broken."""
        if not isinstance(error, psycopg.OperationalError):
            return isinstance(error, StoreTimeout)
        return not error.sqlstate or error.sqlstate.startswith(_ENDED)

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
