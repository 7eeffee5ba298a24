"""A ledger in three Postgres tables. A batch is one transaction, so it is there as a whole or not at all."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

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
from inspector.probe.ledgers.watchdog import Watchdog
from inspector.sql_file import load_queries

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

#: Seconds to wait for a connection, and for all of a batch on one that is there.
_CONNECT, _BATCH = 5, 6.0
#: Rows of each table that one call of `prune` removes.
_PRUNED = 5_000
_TABLES = {"workers": WORKERS_TABLE, "counts": COUNTS_TABLE, "errors": ERRORS_TABLE}
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}
#: Connections of parent processes. To close one, or to let it be collected, would speak on the parent's line.
_PARENTS: list[Any] = []
#: How the probe's connections are called in pg_stat_activity.
_NAME = "checkpoint-inspector-probe"


class PostgresLedger:
    """Connects at the first call, and again at the next one after any failure."""

    def __init__(self, conninfo: str, *, schema: str = "") -> None:
        self._conninfo = conninfo
        self._schema = schema
        self._connection: Connection[Any] | None = None
        self._watchdog = Watchdog()
        self._queries = {name: text.format(**_TABLES) for name, text in _load().items()}

    def write(self, batch: Batch) -> None:
        from psycopg import errors

        rows = count_rows(batch)
        try:
            with self._transaction() as cursor:
                self._add(cursor, batch, rows)
        except errors.UndefinedTable:
            self._create_tables()
            with self._transaction() as cursor:
                self._add(cursor, batch, rows)

    def prune(self, before: float) -> bool:
        given = {"before": before, "rows": _PRUNED}
        with self._transaction() as cursor:
            if self._tables_missing(cursor):
                return False
            (removed,) = cursor.execute(self._query("prune_counts"), given).fetchone() or (0,)
            if removed < _PRUNED:  # as long as there are counts, somebody may want to know whose they are
                removed = cursor.execute(self._query("prune_workers"), given).rowcount
        return bool(removed >= _PRUNED)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        self._watchdog.stop()
        if connection is not None:
            connection.close()

    def before_fork(self) -> None:
        """Nothing: the child lets the connection be."""

    def forget(self) -> None:
        if self._connection is not None:
            _PARENTS.append(self._connection)
        self._connection = None
        self._watchdog = Watchdog()

    def _add(self, cursor: Cursor[Any], batch: Batch, rows: list[CountRow]) -> None:
        worker = {
            "worker_id": batch.report.worker_id,
            "hostname": storable(batch.report.hostname),
            "pid": batch.report.pid,
            "started_at": batch.report.started_at,
            "seen_at": batch.report.seen_at,
            "batch": batch.number,
            "report": report_json(batch.report),
        }
        if cursor.execute(self._query("advance"), worker).fetchone() is None:
            cursor.execute(self._query("report"), worker)
            return
        with _refusing():  # only from here on: this transaction has seen that the number is new
            self._add_rows(cursor, batch.report.worker_id, rows)

    def _add_rows(self, cursor: Cursor[Any], worker_id: str, rows: list[CountRow]) -> None:
        given = {"worker_id": worker_id, "keep": RECENT_READS}
        if errors := _errors(rows):
            cursor.execute(self._query("add_errors"), {**given, "errors": _json(errors)})
        if rows:
            cursor.execute(self._query("add_counts"), {**given, "counts": _json([row.columns() for row in rows])})

    def _create_tables(self) -> None:
        """Several workers may do so at once at their start: whoever comes second finds the tables, or an error of one
        that was just being made, and both are fine. A login without CREATE gets as far as this only without tables."""
        from psycopg import errors

        with (
            suppress(errors.UniqueViolation, errors.DuplicateTable, errors.DuplicateObject),
            self._transaction() as cursor,
        ):
            if self._tables_missing(cursor):
                cursor.execute(self._query("create"))

    def _tables_missing(self, cursor: Cursor[Any]) -> bool:
        (missing,) = cursor.execute(self._query("missing"), _TABLES).fetchone() or (True,)
        return bool(missing)

    def _query(self, name: str) -> bytes:
        return self._queries[name].encode()

    @contextmanager
    def _transaction(self) -> Iterator[Cursor[Any]]:
        """A connection that failed, was cut off or is stuck in a transaction is closed; the next call makes another."""
        connection = self._connection
        if connection is None or connection.closed:
            connection = self._connection = self._connect()
        try:
            with self._watchdog.watching(connection, _BATCH), connection.transaction(), connection.cursor() as cursor:
                cursor.execute(self._query("enter"), {"schema": self._schema})
                yield cursor
        finally:
            if connection.closed or connection.info.transaction_status:
                self.close()

    def _connect(self) -> Connection[Any]:
        import psycopg

        try:
            given = psycopg.conninfo.conninfo_to_dict(self._conninfo)
        except psycopg.Error:  # libpq's message may quote the password
            raise ValueError("The ledger's URL cannot be read, or has a parameter that libpq does not know.") from None
        own: dict[str, Any] = {**_KEEPALIVE, "connect_timeout": _CONNECT, "application_name": _NAME}
        connection = psycopg.connect(
            self._conninfo,
            autocommit=True,
            prepare_threshold=None,  # prepared statements break behind transaction poolers
            client_encoding="UTF8",
            **{name: value for name, value in own.items() if name not in given},
        )
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.read_only = False  # roles may be read-only by default
        return connection


def _load() -> dict[str, str]:
    tables = load_queries("inspector.probe", "ledger_tables.sql")["postgres"]
    return {
        **load_queries("inspector.probe.ledgers", "postgres.sql"),
        "create": tables.replace("{index}", f"{COUNTS_TABLE}_changes"),
    }


def _errors(rows: list[CountRow]) -> list[dict[str, Any]]:
    return [
        {"thread_key": row.thread_key, "slot": row.slot, "error": name, "count": count, "last_at": row.last_at}
        for row in rows
        for name, count in row.errors.items()
    ]


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)


@contextmanager
def _refusing() -> Iterator[None]:
    """Says of what is wrong with the data itself that it is. All else may be otherwise the next time: a lock, a full
    disk, a missing right."""
    from psycopg import DataError, IntegrityError, errors

    try:
        yield
    except (DataError, IntegrityError, errors.ProgramLimitExceeded) as error:
        raise Refused from error
    except (UnicodeError, struct.error, OverflowError) as error:  # the driver cannot put it into words
        raise Refused from error
