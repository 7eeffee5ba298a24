"""Fills a database with a plan's rows: COPY into bare tables, a process each, then the indexes as setup made them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from psycopg import sql

from benchmarks.plan import Parameters, Plan
from benchmarks.rows import Rows
from benchmarks.shapes import COLUMNS, TABLES, Family

#: Characters handed to COPY at once.
_CHUNK = 400_000
_INDEXES = "select indexdef from pg_indexes where tablename = any(%s) order by indexname"
_KEYS = (
    "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint "
    "where contype = 'p' and conrelid = any(%s::regclass[]) order by 1"
)


def fill(url: str, families: dict[str, Family], parameters: Parameters) -> None:
    """Fill the tables, which are there and empty, with all rows of the plan.

    The server should run with `wal_level=minimal`: then rows copied into a table of the same transaction, and indexes,
    are not logged.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        with _without_indexes(connection, url):
            copiers = [_copier(url, table, (families, parameters)) for table in TABLES]
            ended = [copier.wait() for copier in copiers]
            if any(ended):
                raise RuntimeError("A table could not be filled.")
        connection.execute("vacuum analyze")


def _copier(url: str, table: str, what: tuple[dict[str, Family], Parameters]) -> subprocess.Popen[bytes]:
    """A process of its own, told what to copy over its input."""
    command = [sys.executable, __file__, url, table]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603  our own arguments
    assert process.stdin is not None  # noqa: S101  we asked for a pipe
    with process.stdin as pipe:
        pickle.dump(what, pipe)
    return process


def copy_table(url: str, table: str, families: dict[str, Family], parameters: Parameters) -> None:
    """One table's rows, in the order of time."""
    rows = Rows(Plan(parameters), families)
    name = sql.Identifier(table)
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table].split()))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("truncate {}").format(name))
        with cursor.copy(sql.SQL("copy {} ({}) from stdin with (freeze)").format(name, columns)) as copy:
            for chunk in _chunks(rows, table):
                copy.write(chunk)


def _chunks(rows: Rows, table: str) -> Iterator[str]:
    held: list[str] = []
    size = 0
    lines = rows.lines
    for thread, turn in rows.plan.in_order():
        text = lines(table, thread, turn)
        held.append(text)
        size += len(text)
        if size > _CHUNK:
            yield "".join(held)
            held.clear()
            size = 0
    yield "".join(held)


@contextmanager
def _without_indexes(connection: psycopg.Connection, url: str) -> Iterator[None]:
    """Drops the indexes and keys of the tables, and makes the same ones again at the end, two at a time."""
    tables = list(TABLES)
    before = connection.execute(_INDEXES, [tables]).fetchall()
    keys = connection.execute(_KEYS, [tables]).fetchall()
    for table, name, _ in keys:
        connection.execute(
            sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(name))
        )
    others = connection.execute(
        "select indexname, indexdef from pg_indexes where tablename = any(%s)", [tables]
    ).fetchall()
    for name, _ in others:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    yield
    made = [f"alter table {table} add constraint {name} {definition}" for table, name, definition in keys]
    # Those of one table lock each other out, so a table is one piece of work.
    pieces = [
        [statement for statement in (*made, *(row[1] for row in others)) if _is_about(statement, table)]
        for table in TABLES
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda statements: _make(url, statements), pieces))
    after = connection.execute(_INDEXES, [tables]).fetchall()
    if after != before:
        raise RuntimeError(f"The indexes are not those of the saver: {after}")


def _is_about(statement: str, table: str) -> bool:
    return f" {table} " in statement or f".{table} " in statement


def _make(url: str, statements: list[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '1GB'")
        connection.execute("set max_parallel_maintenance_workers = 0")
        for statement in statements:
            connection.execute(statement.encode())


if __name__ == "__main__":
    copy_table(*sys.argv[1:3], *pickle.load(sys.stdin.buffer))  # noqa: S301  from our own parent
