"""The counters of one process.

The agent's threads only append what happened to a deque, which takes no lock: a signal handler or a finalizer may do
so in the middle of anything. Whoever sees the deque grow long, and the flusher before each batch, adds it up.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

from inspector.probe.ledger_schema import RECENT_READS, Read, ThreadCounts

#: Events without any more to say.
WRONG_LOOP, COMPILED, COMPILED_UNSAVED, INVOKED, INVOKED_UNSAVED = range(5)
_COUNTED = (
    ("loop_mismatches",),
    ("compiles",),
    ("compiles", "compiles_unsaved"),
    ("invocations",),
    ("invocations", "invocations_unsaved"),
)
#: Events of a call that ended: (kind, asynchronous, thread_id, slot, at, value, error). The value of a read is the id
#: that was found, that of writes their number. `error` is "" or a name; the kind is OTHER then. Events wait: nothing in
#: them leads to an object of the agent's.
READ, MISS, PUT, WRITES, OTHER = range(5)
Event = int | tuple[int, bool, str, int, float, Any, str]

#: Bytes that counters may take while they wait for the ledger.
PENDING_BYTES = 8 * 2**20
#: Event deques that grow to this length are added up by the thread that notices.
MANY = 256
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
    errors: dict[str, int] | None = None
    recent: list[tuple[float, str]] | None = None

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
            errors=self.errors or {},
            recent=tuple(Read(*read) for read in self.recent or ()),
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
        #: Whoever appends to it without `note` calls `relieve` when it has grown long.
        self.events: deque[Event] = deque()
        #: A flusher runs for it: calls need no closer look at who counts them.
        self.heard = False
        self._adding = threading.Lock()
        self._entries: dict[tuple[str, int], _Entry] = {}
        self._cost = 0  #: of the entries, and of those that were taken and not settled
        self._taken = 0
        self._totals = Totals()
        #: A call that begins takes the next number, without a lock: that is one step of the interpreter.
        self.begun = count()
        self._looked = 0  #: numbers that we took ourselves, to see how far it got
        self._changed = False  #: since the last `take`

    def note(self, event: Event) -> None:
        events = self.events
        events.append(event)
        if len(events) >= MANY:
            self.relieve()

    def relieve(self) -> None:
        """Adds up what has gathered, unless another thread does."""
        if self._adding.acquire(blocking=False):
            try:
                self._add_up()
            finally:
                self._adding.release()

    def read_totals(self) -> Mapping[str, Any]:
        """By the names of `WorkerReport`."""
        with self._adding:
            self._add_up()
            return self._in_report()

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
            return Taken(tuple(counts), self._in_report(), changed, more=bool(self._entries))

    def drop(self, counts: Iterable[ThreadCounts]) -> None:
        """Some that were taken will never be written."""
        with self._adding:
            dropped = self._totals.dropped
            for row in counts:
                for name in ("reads", "checkpoints", "writes"):
                    if lost := getattr(row, name):
                        dropped[name] = dropped.get(name, 0) + lost

    def settle(self) -> None:
        """What was taken is written."""
        with self._adding:
            self._cost -= self._taken
            self._taken = 0

    @property
    def pending_bytes(self) -> int:
        """What the counters are taken to use while they wait."""
        return self._cost

    def is_empty(self) -> bool:
        return not self.events and not self._entries

    def _in_report(self) -> dict[str, Any]:
        """With the calls that have begun and not ended by now. Only with the lock, and after adding up."""
        begun, totals = next(self.begun) - self._looked, self._totals
        self._looked += 1
        ended = totals.sync_calls + totals.async_calls
        return {**totals.in_report(), "open_calls": max(begun - ended, 0)}

    def _add_up(self) -> None:
        """Only with the lock. Others append meanwhile: what they append is for the next time. It takes the agent's
        time, so there are few steps for each event."""
        events, totals, entries = self.events, self._totals, self._entries
        calls = async_calls = 0
        try:
            for _ in range(len(events)):
                event = events.popleft()
                if isinstance(event, int):
                    self._add_plain(event)
                    continue
                kind, asynchronous, thread_id, slot, at, value, error = event
                key = thread_id, slot
                calls += 1
                if asynchronous:
                    async_calls += 1
                if kind == OTHER:
                    if error:
                        self._add_error(key, at, error)
                    continue
                entry = entries.get(key) or self._make_entry(key, at)
                if entry is None:
                    self._add_dropped(kind, value)
                    continue
                if at > entry.last_at:
                    entry.last_at = at
                if kind == PUT:
                    totals.checkpoints += 1
                    entry.checkpoints += 1
                elif kind == WRITES:
                    totals.writes += value
                    entry.writes += value
                else:
                    self._add_read(entry, at, value, kind == MISS)
        finally:  # whatever a signal handler raises here: what has left the deque is counted
            totals.async_calls += async_calls
            totals.sync_calls += calls - async_calls
            self._changed = self._changed or calls > 0

    def _add_plain(self, event: int) -> None:
        self._changed = True
        for name in _COUNTED[event]:
            setattr(self._totals, name, getattr(self._totals, name) + 1)

    def _add_dropped(self, kind: int, value: Any) -> None:
        """There is no room for its thread. The totals hold it all the same."""
        totals, name, many = self._totals, _DROPPED[kind], value if kind == WRITES else 1
        setattr(totals, name, getattr(totals, name) + many)
        totals.misses += kind == MISS
        totals.dropped[name] = totals.dropped.get(name, 0) + many

    def _add_read(self, entry: _Entry, at: float, found: str, missed: bool) -> None:
        self._totals.reads += 1
        entry.reads += 1
        if entry.last_read_at is None or at > entry.last_read_at:
            entry.last_read_at = at
        if missed:
            self._totals.misses += 1
            entry.misses += 1
            if entry.last_miss_at is None or at > entry.last_miss_at:
                entry.last_miss_at = at
        if entry.recent is None:
            entry.recent = []
        if len(entry.recent) == RECENT_READS:
            del entry.recent[0]
        elif not self._has_room(entry, _READ_BYTES):
            return
        entry.recent.append((at, found))

    def _add_error(self, key: tuple[str, int], at: float, error: str) -> None:
        known = self._totals.exceptions
        if error not in known and len(known) >= _ERROR_NAMES:
            error = _OTHER_ERRORS
        known[error] = known.get(error, 0) + 1
        entry = self._entries.get(key) or self._make_entry(key, at)
        if entry is None:
            return
        if entry.errors is None:
            entry.errors = {}
        if error in entry.errors or self._has_room(entry, _ERROR_BYTES):
            entry.errors[error] = entry.errors.get(error, 0) + 1
            entry.last_at = max(at, entry.last_at)

    def _make_entry(self, key: tuple[str, int], at: float) -> _Entry | None:
        entry = _Entry(at, at)
        # Up to four bytes a character in memory.
        if not self._has_room(entry, _ENTRY_BYTES + 4 * len(key[0])):
            return None
        self._entries[key] = entry
        return entry

    def _has_room(self, entry: _Entry, cost: int) -> bool:
        if self._cost + cost > self._limit:
            return False
        self._cost += cost
        entry.cost += cost
        return True


_DROPPED = {READ: "reads", MISS: "reads", PUT: "checkpoints", WRITES: "writes"}
