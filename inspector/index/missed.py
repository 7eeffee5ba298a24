"""What a ledger says of a thread as a whole, and whether reads found nothing where something should be.

The first read of every new thread misses and is no fault. So a miss counts when it came after the first checkpoint,
here or elsewhere, and where there were several reads and none found anything. Where a single read missed, or the id
looks made anew for each conversation, it counts only when nothing came of the thread for as long as makes an orphan: a
new one looks the same until its first turn ends or its second begins.

What a row says of itself is worked out when it is written, so that a list asks for a number.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from inspector.models import ABSENT, UNKNOWN_TIME, ThreadEntry

#: What a ledger says of a thread as a whole. Every other field of its row is the store's word.
TOLD = ("reads", "misses", "last_miss_at", "elsewhere_at")
#: Values of `ThreadEntry.missed`.
NOTHING, ONCE_IDLE, SOMETHING = 0, 1, 2


class Told(Protocol):
    """A row that has it from a ledger, or the ledger's sums."""

    @property
    def reads(self) -> int | None: ...
    @property
    def misses(self) -> int | None: ...
    @property
    def last_miss_at(self) -> datetime | None: ...
    @property
    def elsewhere_at(self) -> datetime | None: ...


def tell(entry: ThreadEntry, told: Told | None) -> None:
    """Puts into a row what a ledger says of its thread; None for nothing."""
    for name in TOLD:
        setattr(entry, name, getattr(told, name) if told is not None else None)
    entry.missed = rank_missed(entry)


def tell_row(row: Any, told: Told | None) -> Any:
    """The same of an `EntryRow`, which cannot be changed."""
    row = row._replace(**{name: getattr(told, name) if told is not None else None for name in TOLD})
    return row._replace(missed=rank_missed(row))


def told_nothing() -> dict[str, Any]:
    """The fields of a row of which no ledger tells anything."""
    return {**dict.fromkeys(TOLD), "missed": NOTHING}


def rank_missed(entry: ThreadEntry) -> int:
    """Of a row of the model or an `EntryRow`."""
    reads, misses, missed_at = entry.reads or 0, entry.misses or 0, entry.last_miss_at or UNKNOWN_TIME
    elsewhere = entry.elsewhere_at
    if not misses:
        return NOTHING
    late = missed_at > entry.first_at > UNKNOWN_TIME or (elsewhere is not None and missed_at > elsewhere)
    if late or (misses == reads > 1 and not entry.random_id):
        return SOMETHING
    unwritten = entry.state == ABSENT and elsewhere is None
    return ONCE_IDLE if misses == reads and (entry.random_id or reads > 1 or unwritten) else NOTHING


def has_missed(entry: ThreadEntry, idle_before: datetime) -> bool:
    """`idle_before` is since when nothing has come of a thread that is left. `kinds` asks the database for the same."""
    return entry.missed == SOMETHING or (entry.missed == ONCE_IDLE and entry.last_at < idle_before)
