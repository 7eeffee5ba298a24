"""Looks for rows that an earlier snapshot did not see, where such rows are likely to lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import LiteralString

from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor
from inspector.stores.postgres.position import Position, TableState

#: Blocks of both tables that one look may read: 512 MB of a table in memory take some tenths of a second.
_BLOCKS = 65_536
#: Around the block of the newest rows, so far back and ahead. Nearly all of 3,000 new rows lay within the third window,
#: and of 9,000 within the last. All but the first are read only while the counters say that rows are missing.
_WINDOWS = ((16, 64), (256, 1_024), (1_024, 8_192), (4_096, 24_576))
#: The last blocks of a table still take rows after its size was read.
_TAIL = 8
#: Ranges of blocks are a plan of its own since this version.
TID_RANGES = 140_000


@dataclass(slots=True)
class _Found:
    rows: int = 0
    block: int = -1  #: the last one that holds any


class Look:
    """One look at both tables: `thread_ids` of new rows; `behind` when a table grew by more than one look may read."""

    def __init__(self, cursor: Cursor, layout: Layout, earlier: Position, first_id: str) -> None:
        self._cursor = cursor
        self._layout = layout
        self._given = {**earlier.unseen(), "first_id": first_id}
        self._blocks = _BLOCKS
        self._by_blocks = cursor.connection.info.server_version >= TID_RANGES
        self.thread_ids: set[str] = set()
        self.behind = False
        cursor.execute(layout.query("use_indexes"))

    def find(self, table: LiteralString, earlier: TableState, now: TableState) -> TableState:
        """Adds the threads of new rows. Returns the table's state with what is owed, and where the last rows lay."""
        if now.ordered:
            self._run("new_by_id", table)
            return replace(now, owed=0)
        if not (now.plain and earlier.plain and self._by_blocks):
            return replace(now, owed=0)
        frontier, owed = now.frontier, now.owed
        seen: list[tuple[int, int]] = []
        for number, (low, high) in enumerate(_windows(earlier, now)):
            if number > 1 and owed <= 0:
                break
            for part in _beyond((max(0, low), min(high, now.blocks)), seen):
                if not self._may_read(part):
                    self.behind |= number == 0
                    frontier = now.blocks if number == 0 else frontier
                    continue
                found = self._run("new_in_blocks", table, low=f"({part[0]},0)", high=f"({part[1]},0)")
                owed -= found.rows
                frontier = found.block if found.rows else frontier
                seen.append(part)
        return replace(now, frontier=frontier, owed=min(owed, 0))

    def _may_read(self, part: tuple[int, int]) -> bool:
        size = part[1] - part[0]
        if size > self._blocks:
            return False
        self._blocks -= size
        return True

    def _run(self, query: str, table: LiteralString, **given: str) -> _Found:
        found = _Found()
        text = self._layout.query(query).replace("{table}", table)
        for row in self._cursor.execute(text, {**self._given, **given}):
            self.thread_ids.add(row["thread_id"])
            found.rows += row["found"]
            found.block = max(found.block, row["block"])
        return found


def _windows(earlier: TableState, now: TableState) -> list[tuple[int, int]]:
    """Ranges of blocks, the likely ones first: what the table grew by, then ever more around the newest rows."""
    around = [(now.frontier - back, now.frontier + ahead) for back, ahead in _WINDOWS]
    return [(earlier.blocks - _TAIL, now.blocks), *around]


def _beyond(wanted: tuple[int, int], seen: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a range that lie in none of those seen before."""
    parts = [wanted]
    for low, high in seen:
        parts = [part for start, end in parts for part in ((start, min(end, low)), (max(start, high), end))]
        parts = [(start, end) for start, end in parts if start < end]
    return [(start, end) for start, end in parts if start < end]
