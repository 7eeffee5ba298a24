"""One READ ONLY, REPEATABLE READ transaction on a lent connection.

It begins in one message, with its settings: over a line that is late, each way there and back counts. That message is
also how a connection shows that it leads somewhere.
"""

from __future__ import annotations

import select
from contextlib import suppress

import psycopg
from psycopg import errors, pq, sql

from inspector.errors import StoreError
from inspector.sql_file import load_queries
from inspector.stores.guard import Limits
from inspector.stores.postgres.pool import Connection, Connections
from inspector.stores.postgres.watchdog import cut_after
from inspector.stores.work import asking

_FILES = ("queries.sql", "counts.sql", "scan.sql", "changes.sql", "signs.sql", "newest.sql")
QUERIES = {name: text for file in _FILES for name, text in load_queries("inspector.stores.postgres", file).items()}

_BEGIN = "begin isolation level repeatable read read only; "


class Transaction:
    """Begun when it is made. `statement` is the time budget in force, in seconds. Raises `StoreError`, and psycopg's
    errors."""

    def __init__(
        self, connections: Connections, safe_url: str, limits: Limits, search_path: str, statement: float
    ) -> None:
        self._safe_url = safe_url
        self._limits = limits
        self._search_path = search_path
        self.statement = statement
        self._spent = False
        self._lent = connections.lend(self._begin)

    @property
    def connection(self) -> Connection:
        return self._lent.connection

    def is_free(self) -> bool:
        """A server that goes says so unasked on the line: of a connection that answered a moment ago it is enough that
        there is nothing to hear."""
        return self.connection.pgconn.transaction_status == pq.TransactionStatus.INTRANS and _is_quiet(self.connection)

    def is_wanted(self) -> bool:
        return self._lent.is_wanted()

    def serves(self, search_path: str) -> bool:
        return search_path == self._search_path and not self._spent

    def spend(self) -> None:
        """The read changes settings, which no other may find: they end with the transaction."""
        self._spent = True

    def begin_anew(self, search_path: str, statement: float) -> None:
        """On the same connection, in one message as well."""
        self._search_path, self.statement, self._spent = search_path, statement, False
        with cut_after(self.connection, self._limits.connect, self._safe_url):
            self._begin(self.connection)

    def allow(self, statement: float) -> None:
        """Of a page each read leaves the next one less time. That is told where it makes a difference: to tell costs as
        much as to ask."""
        if not 0.8 * statement - 0.5 <= self.statement <= 1.25 * statement + 0.5:
            self.connection.cursor().execute(QUERIES["allow"], {"statement_timeout": _milliseconds(statement)})
            self.statement = statement

    def let_go(self) -> None:
        """Nothing was written, so that nothing is lost where its end does not arrive."""
        try:
            with suppress(psycopg.Error, StoreError), cut_after(self.connection, self._limits.connect, self._safe_url):
                self.connection.rollback()
        finally:
            self._lent.give_back()

    def _begin(self, connection: Connection) -> None:
        """By libpq itself: psycopg would begin by a message of its own. Should a read end the transaction, psycopg
        begins the next one, and as READ ONLY, too."""
        settings = psycopg.ClientCursor(connection).mogrify(QUERIES["enter"], self._settings())
        before = "" if connection.pgconn.transaction_status == pq.TransactionStatus.IDLE else "rollback; "
        with asking():
            result = connection.pgconn.exec_((before + _BEGIN + settings).encode())
        if result.status == pq.ExecStatus.FATAL_ERROR:
            if not result.error_field(pq.DiagnosticField.SQLSTATE):  # libpq's own word: the line is cut
                raise psycopg.OperationalError(result.get_error_message())
            raise errors.error_from_result(result)

    def _settings(self) -> dict[str, str | None]:
        return {
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self._limits.lock),
            "idle_timeout": _milliseconds(self._limits.idle),
            "search_path": sql.Identifier(self._search_path).as_string() if self._search_path else None,
        }


def _is_quiet(connection: Connection) -> bool:
    """Whether the server has said nothing unasked, as it does when it ends a session or goes."""
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    return not line.poll(0)


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))
