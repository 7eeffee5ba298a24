"""What became of a store since an earlier look: a few numbers of the server's, and the blocks where new rows lie.

Nothing in the schema orders rows by time, but Postgres does: a table grows at its end, or fills freed pages in the
order of their places, each time from where it stopped. So new rows are looked for there (`postgres.look`). What lies
elsewhere is found by `search_threads`, through the primary keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from inspector.domain.coordinates import first_id_at
from inspector.stores.followed import Changes
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.look import Look
from inspector.stores.postgres.pool import Cursor
from inspector.stores.postgres.position import Position, TableState, load_position

CHECKPOINTS: LiteralString = "checkpoints"
WRITES: LiteralString = "checkpoint_writes"
TABLES = (CHECKPOINTS, WRITES)
#: By table, the block where its newest rows were found.
Frontiers = Mapping[str, int]

#: Counters arrive within ten seconds of the commit, from a session that stays open and idle.
_COUNTED_AFTER = 12.0
#: A worker's clock may be so many seconds behind the server's, or its transaction so long.
_CLOCKS = 60


def read_changes(cursor: Cursor, layout: Layout, since: str, frontiers: Frontiers) -> Changes:
    """One look. `since` is an earlier `Changes.position`; anything that is none counts as the first look. `frontiers`
    are what a search has found since, if there was one."""
    beat = cursor.execute(layout.query("pulse")).fetchone() or {}
    earlier = load_position(since)
    if earlier is not None and earlier.plain and earlier.pulse == beat["pulse"]:
        return _changes(replace(earlier, now=beat["now"]), set(), "")
    now = _read_state(cursor, layout, beat)
    if earlier is None:
        return _changes(now, set(), "first")
    word = _why_to_compare(earlier, now)
    if word in ("reset", "rewritten"):  # what was owed, and where rows lay, is of other counters or another table
        return _changes(now, set(), word)
    now = replace(
        now,
        moved_at=earlier.moved_at if earlier.counters == now.counters else now.now,
        checkpoints=_followed(earlier.checkpoints, now.checkpoints, frontiers.get(CHECKPOINTS)),
        writes=_followed(earlier.writes, now.writes, frontiers.get(WRITES)),
    )
    look = Look(cursor, layout, earlier, _first_id(earlier))
    checkpoints = look.find(CHECKPOINTS, earlier.checkpoints, now.checkpoints)
    writes = look.find(WRITES, earlier.writes, now.writes)
    now = replace(now, checkpoints=checkpoints, writes=writes)
    return _changes(now, look.thread_ids, word or ("behind" if look.behind else ""))


def search_threads(cursor: Cursor, layout: Layout, since: str) -> tuple[list[str], Frontiers]:
    """Ids of threads with rows whose ids were made after `since`, or shortly before: of every thread where it is no
    position. And the blocks where the newest of these rows lie, by table."""
    earlier = load_position(since)
    given = {"first_id": _first_id(earlier) if earlier else ""}
    cursor.execute(layout.query("use_indexes"))
    found: set[str] = set()
    frontiers = {}
    for table in TABLES:
        by_blocks = earlier is not None and earlier.plain
        query = layout.query("blocks_since" if by_blocks else "threads_since").replace("{table}", table)
        rows = cursor.execute(query, given).fetchall()
        found.update(row["thread_id"] for row in rows)
        if by_blocks and rows:
            frontiers[table] = max(rows, key=lambda row: str(row["checkpoint_id"]))["block"]
    return list(found), frontiers


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


def _read_state(cursor: Cursor, layout: Layout, beat: Mapping[str, Any]) -> Position:
    row = cursor.execute(layout.query("state")).fetchone() or {}
    return Position(
        pulse=beat["pulse"],
        snapshot=row["snapshot"],
        standby=row["standby"],
        counted=row["counted"],
        started=row["started"],
        reset=row["reset"] or "",
        now=beat["now"],
        moved_at=beat["now"],
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
        return "standby" if now.standby else "uncounted"
    if any(after < before for before, after in zip(old, new, strict=True)):
        return "reset"
    return "deleted" if (old[1], old[3]) != (new[1], new[3]) else ""


def _kept_files(earlier: TableState, now: TableState) -> bool:
    """A new partition is one more file; a rewritten table has another one in place of its own."""
    return set(earlier.files) <= set(now.files)


def _followed(earlier: TableState, now: TableState, frontier: int | None) -> TableState:
    owed = earlier.owed
    if now.inserted is not None and earlier.inserted is not None:
        owed += now.inserted - earlier.inserted
    return replace(now, frontier=earlier.frontier if frontier is None else frontier, owed=owed)


def _first_id(position: Position) -> str:
    moment = datetime.fromtimestamp(position.now, UTC) - timedelta(seconds=_CLOCKS)
    return first_id_at(moment)
