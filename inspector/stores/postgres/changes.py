"""What became of a store since an earlier look: a few numbers of the server's, and the blocks where new rows lie.

Nothing in the schema orders rows by time, but Postgres does: a table grows at its end, or fills freed pages in the
order of their places, each time from where it stopped. So new rows are looked for there (`postgres.look`). What lies
elsewhere is found by `search_threads`, through the primary keys.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from inspector.domain.coordinates import first_id_at
from inspector.stores.base import Changes
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.look import Look
from inspector.stores.postgres.position import Position, TableState, load_position
from inspector.stores.postgres.session import Cursor

#: Counters arrive within ten seconds of the commit, from a session that stays open and idle.
_COUNTED_AFTER = 12.0
#: A worker's clock may be so many seconds behind the server's, or its transaction so long.
_CLOCKS = 60


def read_changes(cursor: Cursor, layout: Layout, since: str) -> Changes:
    """One look. `since` is an earlier `Changes.position`; anything that is none counts as the first look."""
    now = _read_state(cursor, layout)
    earlier = load_position(since)
    if earlier is None:
        return _changes(now, set(), "first")
    word = _why_to_compare(earlier, now)
    same = earlier.counters == now.counters
    now = replace(
        now,
        moved_at=earlier.moved_at if same else now.now,
        checkpoints=_followed(earlier.checkpoints, now.checkpoints),
        writes=_followed(earlier.writes, now.writes),
    )
    if word in ("reset", "rewritten") or (earlier.snapshot, earlier.wal) == (now.snapshot, now.wal):
        return _changes(now, set(), word)
    look = Look(cursor, layout, earlier, _first_id(earlier))
    checkpoints = look.find("checkpoints", earlier.checkpoints, now.checkpoints)
    writes = look.find("checkpoint_writes", earlier.writes, now.writes)
    now = replace(now, checkpoints=checkpoints, writes=writes)
    return _changes(now, look.thread_ids, word or ("behind" if look.behind else ""))


def search_threads(cursor: Cursor, layout: Layout, since: str) -> list[str]:
    """Ids of threads with rows whose ids were made after `since`, or shortly before. Every thread where it is none."""
    earlier = load_position(since)
    cursor.execute(layout.query("use_indexes"))
    given = {"first_id": _first_id(earlier) if earlier else ""}
    return [row["thread_id"] for row in cursor.execute(layout.query("threads_since"), given)]


def read_extent(cursor: Cursor, layout: Layout) -> int | None:
    """Checkpoints by the planner's estimate; None where it has none, as of a view."""
    row = cursor.execute(layout.query("extent")).fetchone()
    return row["rows"] if row else None


def _changes(now: Position, thread_ids: set[str], word: str) -> Changes:
    counters = now.counters
    return Changes(
        position=now.dump(),
        thread_ids=tuple(thread_ids),
        checkpoints=None if counters is None else counters[0] - counters[1],
        writes=None if counters is None else counters[2] - counters[3],
        still=counters is not None and now.now - now.moved_at >= _COUNTED_AFTER,
        compare=word,
    )


def _read_state(cursor: Cursor, layout: Layout) -> Position:
    row = cursor.execute(layout.query("state")).fetchone() or {}
    return Position(
        snapshot=row["snapshot"],
        wal=row["wal"] or "",
        standby=row["standby"],
        counted=row["counted"],
        started=row["started"],
        reset=row["reset"] or "",
        now=row["now"],
        moved_at=row["now"],
        checkpoints=_table_state(row, "c"),
        writes=_table_state(row, "w"),
    )


def _table_state(row: dict[str, Any], table: str) -> TableState:
    blocks = row[f"{table}_blocks"] or 0
    return TableState(
        inserted=row[f"{table}_ins"],
        deleted=row[f"{table}_del"],
        blocks=blocks,
        files=tuple(row[f"{table}_files"] or ()),
        plain=row[f"{table}_kind"] == "r",
        ordered=row[f"{table}_ordered"],
        frontier=blocks,
    )


def _why_to_compare(earlier: Position, now: Position) -> str:
    """Why rows may have come or gone that no look can find, in a word; "" where none may."""
    old, new = earlier.counters, now.counters
    if earlier.started != now.started or earlier.reset != now.reset or not earlier.precedes(now):
        return "reset"
    if not (_kept_files(earlier.checkpoints, now.checkpoints) and _kept_files(earlier.writes, now.writes)):
        return "rewritten"
    if new is None or old is None:
        unmoved = now.checkpoints.plain and now.writes.plain and earlier.snapshot == now.snapshot
        return "" if unmoved and earlier.wal == now.wal else "standby" if now.standby else "uncounted"
    if any(after < before for before, after in zip(old, new, strict=True)):
        return "reset"
    return "deleted" if (old[1], old[3]) != (new[1], new[3]) else ""


def _kept_files(earlier: TableState, now: TableState) -> bool:
    """A new partition is one more file; a rewritten table has another one in place of its own."""
    return set(earlier.files) <= set(now.files)


def _followed(earlier: TableState, now: TableState) -> TableState:
    owed = earlier.owed
    if now.inserted is not None and earlier.inserted is not None:
        owed += now.inserted - earlier.inserted
    return replace(now, frontier=earlier.frontier, owed=owed)


def _first_id(position: Position) -> str:
    moment = datetime.fromtimestamp(position.now, UTC) - timedelta(seconds=_CLOCKS)
    return first_id_at(moment)
