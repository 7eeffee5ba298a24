"""How far a store's changes were followed: what the server said then, to be compared with what it says now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

#: Another number here makes every earlier position count as none.
_FORMAT = 1
#: Transaction ids are compared in 32 bits: beyond half of these an earlier one looks like a later one.
_MAX_AGE = 1_000_000_000
_XID = 2**32


@dataclass(frozen=True, slots=True)
class TableState:
    """One table, all its partitions together. Counters are None where the server keeps none of it."""

    inserted: int | None
    deleted: int | None
    blocks: int
    files: tuple[int, ...]
    plain: bool  #: one heap of its own, whose blocks can be read
    ordered: bool  #: has an index that begins with checkpoint_id
    frontier: int = 0  #: the block where new rows were last found; beyond it new rows are likely
    #: Rows that were counted and not found yet, in all looks so far; less than 0 where they were found before counted.
    owed: int = 0


@dataclass(frozen=True, slots=True)
class Position:
    pulse: str  #: moves with every change to plain tables, and with much else
    snapshot: str  #: as Postgres writes it: oldest running transaction, next one, those running between them
    standby: bool
    counted: bool
    started: str
    reset: str
    now: float  #: the server's clock, seconds since 1970
    moved_at: float  #: since when the counters have read as they do
    checkpoints: TableState
    writes: TableState

    def dump(self) -> str:
        return json.dumps({"format": _FORMAT, **asdict(self)}, separators=(",", ":"))

    @property
    def counters(self) -> tuple[int, int, int, int] | None:
        """Inserted and deleted rows of both tables; None where the server does not tell all of them."""
        c, w = self.checkpoints, self.writes
        if self.standby or not self.counted or c.inserted is None or c.deleted is None:
            return None
        if w.inserted is None or w.deleted is None:
            return None
        return c.inserted, c.deleted, w.inserted, w.deleted

    @property
    def plain(self) -> bool:
        """Whether nothing can have changed while the pulse is the same: behind a view or a partition it says less."""
        return self.checkpoints.plain and self.writes.plain

    @property
    def xids(self) -> tuple[int, int, list[int]]:
        """Oldest running transaction, the next one to begin, those running between them."""
        oldest, following, running = self.snapshot.split(":")
        return int(oldest), int(following), [int(xid) for xid in running.split(",") if xid]

    def precedes(self, later: Position) -> bool:
        """Whether the ids of its transactions still compare with those of `later`, a position of the same server."""
        return 0 <= later.xids[0] - self.xids[0] < _MAX_AGE

    def unseen(self) -> dict[str, Any]:
        """Parameters that tell rows which this position's snapshot did not see. Rows carry ids of 32 bits."""
        oldest, following, running = self.xids
        return {
            "oldest": str(oldest % _XID),
            "next": str(following % _XID),
            "running": [str(xid % _XID) for xid in running],
        }


def load_position(text: str) -> Position | None:
    """None for a text that is no position, or one of another format."""
    try:
        given = json.loads(text)
        if given.pop("format") != _FORMAT:
            return None
        given |= {name: _table(given[name]) for name in ("checkpoints", "writes")}
        position = Position(**given)
        _ = position.xids, position.now + position.moved_at
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return position


def _table(given: Mapping[str, Any]) -> TableState:
    return TableState(**{**given, "files": tuple(given["files"])})
