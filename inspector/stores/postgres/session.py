"""Reads that cannot write.

Three locks, each enough by itself where the ones before it are missing: a role with SELECT only (`inspector grants`
prints it), `default_transaction_read_only` asked for at connection time, and a READ ONLY transaction around every read
whose first statement pins it. Settings are local to their transaction: behind a pooler that shares server connections,
a session-wide `SET` would reach the workers' own sessions and stop them from writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from inspector.stores.guard import Limits, within_deadline
from inspector.stores.postgres.errors import translated
from inspector.stores.postgres.pool import Connections, Cursor
from inspector.stores.postgres.transaction import Transaction
from inspector.stores.postgres.watchdog import cut_after
from inspector.stores.together import held_by_page

#: Seconds that the server has to end a read by itself, which it does with a better word than we have.
_GRACE = 1.0


class ReadOnlySessions:
    """Hands out cursors inside READ ONLY, REPEATABLE READ transactions. Opens nothing until the first read."""

    def __init__(self, conninfo: str, *, safe_url: str, limits: Limits) -> None:
        self._safe_url = safe_url
        self._limits = limits
        self._connections = Connections(conninfo, safe_url=safe_url, limits=limits)

    @contextmanager
    def read(self, search_path: str = "", *, statement: float | None = None, plans: bool = False) -> Iterator[Cursor]:
        """One snapshot, which is that of the reads before it inside a `together` block, unless others waited for the
        connection. `statement` overrides the time budget in seconds; a read that `plans` changes what the server plans
        by. Raises `StoreError`."""
        statement = within_deadline(statement or self._limits.statement)
        patience = within_deadline(2 * statement + self._limits.connect) + _GRACE
        with translated(self._safe_url), self._transaction(search_path, statement) as transaction:
            longest = max(patience, transaction.statement + _GRACE)
            with cut_after(transaction.connection, longest, self._safe_url, lives=self._connections.lives):
                transaction.allow(statement)
                if plans:
                    transaction.spend()
                yield transaction.connection.cursor()

    def close(self) -> None:
        self._connections.close()

    @contextmanager
    def _transaction(self, search_path: str, statement: float) -> Iterator[Transaction]:
        """The page's, where it has one that is free and fits; after an error it has none, nor while others wait for a
        connection: what a page does between its reads may take longer than they do."""
        transaction = self._of_page(search_path, statement)
        if transaction is None:
            transaction = Transaction(self._connections, self._safe_url, self._limits, search_path, statement)
        try:
            yield transaction
        except BaseException:
            transaction.let_go()
            raise
        held = held_by_page()
        if held is None or self in held or transaction.is_wanted():
            transaction.let_go()
        else:
            held[self] = transaction

    def _of_page(self, search_path: str, statement: float) -> Transaction | None:
        held = held_by_page()
        transaction = held.pop(self, None) if held is not None else None
        if not isinstance(transaction, Transaction):
            return None
        try:
            if not transaction.is_free():
                transaction.let_go()
                return None
            if not transaction.serves(search_path):
                transaction.begin_anew(search_path, statement)
        except BaseException:
            transaction.let_go()
            raise
        return transaction
