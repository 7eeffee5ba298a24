"""Threads one after the other, each read whole, in the order of the primary key."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.stores.followed import Scan
from inspector.stores.guard import Limits
from inspector.stores.postgres.aggregates import Part, read_thread_rows
from inspector.stores.postgres.counts import find_end, in_range
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor


def scan_threads(
    cursor: Cursor, layout: Layout, after: str, checkpoints: int, host_keys: Sequence[str], limits: Limits
) -> Scan:
    """The threads after `after` ("" from the first), of about so many checkpoints together."""
    cursor.execute(layout.query("in_key_order"))
    end = find_end(cursor, layout, after or None, checkpoints)
    if end == "":  # a thread's id may be empty, and as a place to go on that would mean the beginning
        end = find_end(cursor, layout, "", checkpoints)
    part = Part(in_range(after or None, end), {"after": after, "end": end})
    return Scan(tuple(read_thread_rows(cursor, layout, part, host_keys, limits)), end or "")
