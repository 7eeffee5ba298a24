"""Every thread's counts, in parts that follow each other in the store's own order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString

from psycopg.rows import tuple_row

from inspector.stores.base import ThreadCount
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor

#: Checkpoints of one part, unless so many take too long: some tenths of a second.
PART = 100_000


def find_end(cursor: Cursor, layout: Layout, after: str | None, checkpoints: int) -> str | None:
    """The last thread of a part of about so many checkpoints, whole threads. None where the rest is no larger."""
    query = layout.query("range_end").replace("{after}", _after(after))
    row = cursor.execute(query, {"after": after, "rows": checkpoints}).fetchone()
    return row["thread_id"] if row else None


def read_next(cursor: Cursor, layout: Layout, after: str | None) -> str | None:
    """The first thread after `after`, which is None before the first."""
    query = layout.query("next_thread").replace("{after}", _after(after))
    row = cursor.execute(query, {"after": after}).fetchone()
    return row["thread_id"] if row else None


def read_counts(
    cursor: Cursor, layout: Layout, after: str | None, checkpoints: int
) -> tuple[list[ThreadCount], str | None]:
    """The next part, of about so many checkpoints, and the thread that it ends with: None where it is the last one."""
    cursor.execute(layout.query("in_key_order"))
    end = find_end(cursor, layout, after, checkpoints)
    given = {"after": after, "end": end}
    with cursor.connection.cursor(row_factory=tuple_row) as plain:
        writes = _pairs(plain.execute(_in_range(layout.query("range_writes"), after, end), given))
        found = plain.execute(_in_range(layout.query("range_checkpoints"), after, end), given)
        return [ThreadCount(thread_id, count, writes.get(thread_id, 0), last) for thread_id, count, last in found], end


def _pairs(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    return dict(rows)


def in_range(after: str | None, end: str | None) -> LiteralString:
    """The condition on thread_id of a part that begins after one thread and ends with another."""
    upto: LiteralString = "" if end is None else " and thread_id <= %(end)s"
    return "thread_id " + _after(after) + upto


def _in_range(query: LiteralString, after: str | None, end: str | None) -> LiteralString:
    return query.replace("{range}", in_range(after, end))


def _after(after: str | None) -> LiteralString:
    """No text sorts before the empty one, which may itself be a thread's id."""
    return ">= ''" if after is None else "> %(after)s"
