"""Following a store's changes, and proving by the server's own counters that none was missed.

A short look names the threads with newer rows, but may miss some: nothing in the schema of a checkpoint store orders
rows by time. So each pass holds what the server has counted against what the index holds. Where rows are missing, a
search by the ids' own times finds every new one; where that does not explain it, or rows were deleted, all threads are
compared. Both go through an index of all rows, so in the background they wait for their turn.

Counters count rolled-back changes, too, arrive late, and begin anew after a crash. So they count "up to a constant". A
comparison takes it from what was counted before it began, so that it is never too low, which would hide rows; one that
proves too high brings another comparison, and is lowered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.utils import timezone

from inspector.errors import ReadTooLong
from inspector.index.compare import find_stale
from inspector.index.lease import Lease
from inspector.index.pace import Pace
from inspector.index.progress import Progress
from inspector.index.refresh import Refresh
from inspector.index.tallies import read_tally
from inspector.stores.followed import Changes, FollowedStore
from inspector.stores.work import Work, measured

Found = TypeVar("Found")

#: Reads of all rows may take this share of the time.
_DUTY = 0.05
#: All threads are compared once in so long, whatever the counters say.
_SURE_FOR = timedelta(hours=6)
#: And after so long where rows kept coming, so that the constants had to be believed.
_UNSURE_FOR = timedelta(minutes=10)
#: `StoreEntry.compare` when all threads have been read or compared, and a later pass sees whether the constants hold;
#: when they have to be compared once more, as these did not; and when that is done.
SETTLE, AGAIN, AT_LAST = "settle", "again", "at last"
#: When the server has counted more rows than can be found.
MISSING = "missing"
#: When a thread was read at last that had been left out: its rows were counted while the index held none of them, so
#: the constants are too low by now.
LEFT_OUT = "left out"
_FIELDS = [
    "position",
    "proven",
    "checkpoints_apart",
    "writes_apart",
    "compare",
    "compared_at",
    "search_at",
]


@dataclass(slots=True)
class Follow:
    """One look at what changed. `stale` collects ids that were found to differ, also those too slow to be read."""

    lease: Lease
    store: FollowedStore
    refresh: Refresh
    pace: Pace
    tell: Progress
    began_at: datetime
    stale: set[str]

    def run(self) -> bool:
        """True when the index equals the store as it was when this began, as far as the server can tell."""
        entry = self.lease.entry
        changes = self.store.read_changes(entry.position)
        self._read(changes.thread_ids)
        reason = changes.compare or entry.compare or self._is_due()
        if reason in (SETTLE, AT_LAST):
            reason = self._settle(changes)
        elif not reason and not self._explain(changes):
            reason = MISSING
        if reason:
            self._compare_in_turn(reason, changes)
        sound = entry.compare in ("", SETTLE, AT_LAST)
        entry.position = changes.position
        if sound:
            entry.proven = changes.position
        self.lease.save(_FIELDS)
        return sound

    def _is_due(self) -> str:
        at = self.lease.entry.compared_at
        return "" if at and self.began_at - at < _SURE_FOR else "routine"

    def _read(self, thread_ids: Collection[str]) -> None:
        self.stale.update(thread_ids)
        self.refresh.read(thread_ids, "Reading threads")

    def _explain(self, changes: Changes) -> bool:
        """Whether the server has counted no more rows than the index holds, if need be after a search for them."""
        if not self._is_missing(changes):
            return True
        if not self._has_turn():
            return False
        self._in_turn(self._search)
        return not self._is_missing(changes)

    def _is_missing(self, changes: Changes) -> bool:
        """Whether the server has counted more rows than the index holds."""
        entry, held = self.lease.entry, read_tally(self.lease.entry)
        counted = (
            (changes.checkpoints, entry.checkpoints_apart, held.checkpoints),
            (changes.writes, entry.writes_apart, held.writes),
        )
        return any(rows is not None and apart is not None and rows + apart > mine for rows, apart, mine in counted)

    def _search(self) -> bool:
        """False when that takes too long: then only a comparison helps, whose reads are short."""
        try:
            found = self.store.search_changes(self.lease.entry.proven)
        except ReadTooLong:
            return False
        self._read(found)
        return True

    def _compare_in_turn(self, reason: str, changes: Changes) -> None:
        entry = self.lease.entry
        entry.compare = reason
        if not self._has_turn():
            return
        self._in_turn(self._compare)
        if reason not in (MISSING, AGAIN):  # deletes that were rolled back are counted, too
            entry.checkpoints_apart = entry.writes_apart = None
        self._take_constants(changes)  # the comparison has seen all that was counted before it
        entry.compare = AT_LAST if reason == AGAIN else SETTLE
        entry.compared_at = self.began_at

    def _compare(self) -> None:
        self._read(find_stale(self.lease, self.store, self.began_at, self.tell))

    def _settle(self, changes: Changes) -> str:
        """Lowers the constants if they are too high: by what was written during the comparison, and seen by it. It may
        have missed as much, so what was written since is searched for, and if that does not explain it, all threads are
        compared once more; where rows kept coming all the while, only after some minutes. Returns why, or ""."""
        entry = self.lease.entry
        unknown = changes.checkpoints is not None and entry.checkpoints_apart is None
        if unknown or self._is_missing(changes):
            if not self._has_turn():
                return AGAIN
            searched = self._in_turn(self._search)
            if self._is_missing(changes):
                if entry.compare == SETTLE or not searched or changes.still:
                    return AGAIN
                entry.compared_at = self.began_at - _SURE_FOR + _UNSURE_FOR
            self._take_constants(changes)
        entry.compare = ""
        return ""

    def _take_constants(self, changes: Changes) -> None:
        entry, held = self.lease.entry, read_tally(self.lease.entry)
        entry.checkpoints_apart = _apart(entry.checkpoints_apart, changes.checkpoints, held.checkpoints, changes.still)
        entry.writes_apart = _apart(entry.writes_apart, changes.writes, held.writes, changes.still)

    def _has_turn(self) -> bool:
        at = self.lease.entry.search_at
        return not (self.pace.holds_back and at and timezone.now() < at)

    def _in_turn(self, read: Callable[[], Found]) -> Found:
        with measured(Work()) as work:
            found = read()
        rest = timedelta(seconds=work.seconds * (1 / _DUTY - 1))
        self.lease.entry.search_at = timezone.now() + rest
        return found


def _apart(apart: int | None, counted: int | None, held: int, still: bool) -> int | None:
    if counted is None:
        return None
    return held - counted if still or apart is None else min(apart, held - counted)
