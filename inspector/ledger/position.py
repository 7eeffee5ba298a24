"""Where a scan through a ledger's changes stands, as the text that `LedgerReader.read_changes` hands out and takes.

A ledger keeps with each row when it was last added to, by its server's clock. A row can become visible up to
`LOOK_BACK` later than that, as long as its batch takes. So a scan that is through goes on, next time, a `LOOK_BACK`
before the moment it began at: whatever it could not see came after that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from inspector.ledger.base import Changes
from inspector.ledger.sound import is_storable

#: Microseconds. Longer than a writer's batch may take: its server ends what takes five seconds.
LOOK_BACK = 15_000_000


def reach(after: str) -> int:
    """How far a scan has come: whatever changes later than these microseconds is read from `after` on."""
    began, _, rest = after.partition(" ")
    try:
        return int(rest.partition(" ")[0]) if rest else max(0, int(began) - LOOK_BACK)
    except ValueError:
        return 0


@dataclass(frozen=True, slots=True)
class Change:
    """One row in the order of (at, key). Times are microseconds since 1970 by the server's clock."""

    at: int
    key: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class Position:
    """Read next is what comes after (at, key). `began` is when the scan began."""

    began: int
    at: int
    key: str

    @classmethod
    def parse(cls, text: str, now: int) -> Position:
        """`now` is the server's clock, not later than the snapshot that is read. A text that is none, and a clock that
        was set back, begin anew."""
        began, _, rest = text.partition(" ")
        at, _, key = rest.partition(" ")
        try:
            if rest:
                return cls(int(began), int(at), key)
            after = int(began) - LOOK_BACK
        except ValueError:
            return cls(now, 0, "")
        return cls(now, after if 0 < after <= now else 0, "")

    def page(self, found: list[Change], limit: int) -> Changes:
        """What a read of up to `limit + 1` rows found, in order. Ids that no probe writes are left out."""
        shown, more = found[:limit], len(found) > limit
        names = tuple(dict.fromkeys(change.thread_id for change in shown if is_storable(change.thread_id)))
        if not more:
            return Changes(names, str(self.began), False)
        return Changes(names, str(replace(self, at=shown[-1].at, key=shown[-1].key)), True)

    def __str__(self) -> str:
        return f"{self.began} {self.at} {self.key}"
