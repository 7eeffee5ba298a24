"""The counters of one process.

The agent's threads only append what happened to a deque, which takes no lock: a signal handler or a finalizer may do
so in the middle of anything. Whoever sees the deque grow long, and the flusher before each batch, adds it up.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from inspector.probe.ledger_schema import RECENT_READS, Read, ThreadCounts

#: Events without any more to say.
SYNC_CALL, ASYNC_CALL, WRONG_LOOP, COMPILED, COMPILED_UNSAVED, INVOKED, INVOKED_UNSAVED = range(7)
_COUNTED = (
    ("sync_calls",),
    ("async_calls",),
    ("loop_mismatches",),
    ("compiles",),
    ("compiles", "compiles_unsaved"),
    ("invocations",),
    ("invocations", "invocations_unsaved"),
)
#: Events of a call that ended: (kind, thread_id, slot, at, value, error). `error` is "" or a name.
READ, PUT, WRITES, OTHER = range(4)
Event = int | tuple[int, str, int, float, Any, str]

#: Bytes that counters may take while they wait for the ledger.
PENDING_BYTES = 8 * 2**20
#: Event deques that grow to this length are added up by the thread that notices.
_MANY = 256
_ENTRY_BYTES = 512
_READ_BYTES = 160
_ERROR_BYTES = 300
#: Names of errors a process tells apart. There are few classes, but a class may be made at run time.
_ERROR_NAMES = 50
_OTHER_ERRORS = "other"


@dataclass(slots=True)
class Totals:
    """Everything that was done, dropped or not. Fields as in `WorkerReport`."""

    compiles: int = 0
    compiles_unsaved: int = 0
    invocations: int = 0
    invocations_unsaved: int = 0
    reads: int = 0
    misses: int = 0
    checkpoints: int = 0
    writes: int = 0
    sync_calls: int = 0
    async_calls: int = 0
    ended_calls: int = 0
    loop_mismatches: int = 0
    exceptions: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)

    def in_report(self) -> dict[str, Any]:
        """By the names of `WorkerReport`."""
        names = (
            "compiles", "compiles_unsaved", "invocations", "invocations_unsaved", "reads", "misses", "checkpoints",
            "writes", "sync_calls", "async_calls", "loop_mismatches",
        )  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "open_calls": self.sync_calls + self.async_calls - self.ended_calls,
            "exceptions": dict(self.exceptions),
            "dropped": dict(self.dropped),
        }


@dataclass(slots=True)
class _Entry:
    first_at: float
    last_at: float
    cost: int = 0
    reads: int = 0
    misses: int = 0
    checkpoints: int = 0
    writes: int = 0
    last_read_at: float | None = None
    last_miss_at: float | None = None
    errors: dict[str, int] = field(default_factory=dict)
    recent: deque[Read] = field(default_factory=lambda: deque(maxlen=RECENT_READS))

    def as_counts(self, thread_id: str, slot: int) -> ThreadCounts:
        return ThreadCounts(
            thread_id=thread_id,
            slot=slot,
            first_at=self.first_at,
            last_at=self.last_at,
            reads=self.reads,
            misses=self.misses,
            checkpoints=self.checkpoints,
            writes=self.writes,
            last_read_at=self.last_read_at,
            last_miss_at=self.last_miss_at,
            errors=self.errors,
            recent=tuple(self.recent),
        )


@dataclass(frozen=True, slots=True)
class Taken:
    counts: tuple[ThreadCounts, ...]
    totals: Mapping[str, Any]  #: by the names of `WorkerReport`
    changed: bool  #: anything happened since the last time
    more: bool  #: counters are left


class Recorder:
    """`note` is for the agent's threads. The other methods are for the flusher."""

    def __init__(self, pending_bytes: int = PENDING_BYTES) -> None:
        self._limit = pending_bytes
        self._events: deque[Event] = deque()
        self._adding = threading.Lock()
        self._entries: dict[tuple[str, int], _Entry] = {}
        self._cost = 0  #: of the entries, and of those that were taken and not settled
        self._taken = 0
        self._totals = Totals()
        self._changed = False  #: since the last `take`

    def note(self, event: Event) -> None:
        events = self._events
        events.append(event)
        if len(events) >= _MANY and self._adding.acquire(blocking=False):
            try:
                self._add_up()
            finally:
                self._adding.release()

    def read_totals(self) -> Mapping[str, Any]:
        """By the names of `WorkerReport`."""
        with self._adding:
            self._add_up()
            return self._totals.in_report()

    def take(self, most: int) -> Taken:
        """The oldest counters, at most so many. They take up room until `settle`."""
        with self._adding:
            self._add_up()
            counts = []
            for key in list(islice(self._entries, most)):
                entry = self._entries.pop(key)
                self._taken += entry.cost
                counts.append(entry.as_counts(*key))
            changed, self._changed = self._changed or bool(counts), False
            return Taken(tuple(counts), self._totals.in_report(), changed, more=bool(self._entries))

    def settle(self) -> None:
        """What was taken is written."""
        with self._adding:
            self._cost -= self._taken
            self._taken = 0

    def _add_up(self) -> None:
        """Only with the lock."""
        events, totals = self._events, self._totals
        while events:
            event = events.popleft()
            self._changed = True
            if isinstance(event, int):
                for name in _COUNTED[event]:
                    setattr(totals, name, getattr(totals, name) + 1)
            else:
                self._add_call(*event)

    def _add_call(self, kind: int, thread_id: str, slot: int, at: float, value: Any, error: str) -> None:
        totals = self._totals
        totals.ended_calls += 1
        if error:
            error = self._bounded(error)
            totals.exceptions[error] = totals.exceptions.get(error, 0) + 1
        elif kind == READ:
            totals.reads += 1
            totals.misses += value is None
        elif kind == PUT:
            totals.checkpoints += 1
        elif kind == WRITES:
            totals.writes += value
        if kind != OTHER or (error and thread_id):
            self._add_to_thread(kind, thread_id, slot, at, value, error)

    def _bounded(self, error: str) -> str:
        known = self._totals.exceptions
        return error if error in known or len(known) < _ERROR_NAMES else _OTHER_ERRORS

    def _add_to_thread(self, kind: int, thread_id: str, slot: int, at: float, value: Any, error: str) -> None:
        entry = self._entries.get((thread_id, slot)) or self._make_entry(thread_id, slot, at)
        if entry is None:
            if not error:
                self._drop(kind, value)
            return
        entry.first_at = min(at, entry.first_at)
        entry.last_at = max(at, entry.last_at)
        if error:
            if error in entry.errors or self._has_room(entry, _ERROR_BYTES):
                entry.errors[error] = entry.errors.get(error, 0) + 1
        elif kind == READ:
            self._add_read(entry, at, value)
        elif kind == PUT:
            entry.checkpoints += 1
        else:
            entry.writes += value

    def _add_read(self, entry: _Entry, at: float, found: str | None) -> None:
        entry.reads += 1
        entry.last_read_at = max(at, entry.last_read_at or at)
        if found is None:
            entry.misses += 1
            entry.last_miss_at = max(at, entry.last_miss_at or at)
        if len(entry.recent) == RECENT_READS or self._has_room(entry, _READ_BYTES):
            entry.recent.append(Read(at, found or ""))

    def _make_entry(self, thread_id: str, slot: int, at: float) -> _Entry | None:
        entry = _Entry(at, at)
        # Up to four bytes a character in memory.
        if not self._has_room(entry, _ENTRY_BYTES + 4 * len(thread_id)):
            return None
        self._entries[thread_id, slot] = entry
        return entry

    def _has_room(self, entry: _Entry, cost: int) -> bool:
        if self._cost + cost > self._limit:
            return False
        self._cost += cost
        entry.cost += cost
        return True

    def _drop(self, kind: int, value: Any) -> None:
        name = {READ: "reads", PUT: "checkpoints", WRITES: "writes"}[kind]
        dropped = self._totals.dropped
        dropped[name] = dropped.get(name, 0) + (value if kind == WRITES else 1)
