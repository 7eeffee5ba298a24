"""Who says what when in a synthetic store: every thread, its turns and their times, drawn from a seed.

Nothing is kept of a turn: its time, host and ids are computed from the thread's number and the turn's number, so that a
loader, a live writer and a test agree on a million threads without a list of them.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

#: Kinds of threads that are no plain conversation, by their share.
SHARES = {"exit": 0.05, "subgraph": 0.05, "interrupted": 0.02, "failed": 0.01, "unfinished": 0.01}
#: The plain ones, with a tool's step in every fifth turn: which one of five tells the number.
ASSISTANTS = tuple(f"assistant-{number}" for number in range(5))
KINDS = (*SHARES, *ASSISTANTS)
STATES = {"interrupted": "interrupted", "failed": "failed", "unfinished": "unfinished"}
HOSTS = tuple(f"web-{number:02}" for number in range(1, 21))

ONE_TURN = 0.4
HEAVY_EVERY = 5_000  #: one thread in so many has 300 to 3,000 turns
WINDOW = 30 * 86_400 * 1_000_000  #: microseconds
_GAPS = (30.0, 86_400.0)  #: seconds between two turns, the thread's mean
_BITS = (1 << 64) - 1


def mix(first: int, second: int) -> int:
    """64 bits that look drawn at random, the same ones for the same two numbers."""
    value = (first * 0x9E3779B97F4A7C15 + second * 0xC2B2AE3D27D4EB4F + 0x165667B19E3779F9) & _BITS
    value = ((value ^ (value >> 32)) * 0xFF51AFD7ED558CCD) & _BITS
    value = ((value ^ (value >> 29)) * 0xC4CEB9FE1A85EC53) & _BITS
    return value ^ (value >> 32)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What decides every row of a store. `until` is the end of its 30 days, in microseconds since 1970."""

    threads: int
    seed: int
    until: int


class Plan:
    """The threads 0 to `threads` - 1, and, for a live writer, any above."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.threads = parameters.threads
        self._salt = mix(parameters.seed, 0)
        self._begin = parameters.until - WINDOW
        self._owners = max(10, self.threads // 20)
        self.turns = array("H", map(self._draw_turns, range(self.threads)))
        self._kinds = bytes(map(self._draw_kind, range(self.threads)))

    def draw(self, thread: int, what: int) -> float:
        """From 0 up to 1."""
        return (mix(self._salt ^ thread, what) >> 11) / (1 << 53)

    def key(self, thread: int) -> int:
        """64 bits of its own, from which its ids are made."""
        return mix(self._salt ^ thread, 1)

    def thread_id(self, thread: int) -> str:
        """Random ids for 70 %, as frameworks make them; the others say whose and what."""
        key = self.key(thread)
        if self.draw(thread, 2) < 0.7:
            return str(UUID(int=key << 64 | mix(key, 3), version=4))
        return f"customer-{thread}-chat" if key & 1 else f"tenant-{key % 40}-user-{thread}"

    def kind(self, thread: int) -> str:
        """One of `KINDS`."""
        return KINDS[self._kinds[thread] if thread < self.threads else self._draw_kind(thread)]

    def state(self, thread: int) -> str:
        """As the dashboard calls it."""
        return STATES.get(self.kind(thread), "complete")

    def is_heavy(self, thread: int) -> bool:
        return thread % HEAVY_EVERY == HEAVY_EVERY // 2

    def owner(self, thread: int) -> str:
        return f"user-{mix(self.key(thread), 5) % self._owners:05}"

    def host(self, thread: int, turn: int) -> str:
        """Seven of ten turns are served by the thread's own host."""
        key = self.key(thread)
        drawn = mix(key, turn)
        return HOSTS[(drawn >> 8 if drawn % 10 < 3 else key >> 8) % len(HOSTS)]

    def hosts(self, thread: int) -> set[str]:
        return {self.host(thread, turn) for turn in range(1, self.turns[thread] + 1)}

    def begin_of(self, thread: int, turn: int) -> int:
        """When a turn began, in microseconds since 1970; turns count from 1."""
        turns = self.turns[thread]
        low, high = _GAPS
        gap = low * (high / low) ** self.draw(thread, 6)
        span = min(WINDOW - 60_000_000, int(turns * gap * 1_000_000))
        start = self._begin + int((WINDOW - 60_000_000 - span) * self.draw(thread, 7))
        return start + int(span * (turn - 1 + 0.8 * self.draw(thread, 1_000 + turn)) / turns)

    def in_order(self) -> Iterator[tuple[int, int]]:
        """(thread, turn) by the time they began. Takes some 50 bytes a turn."""
        order = [
            (self.begin_of(thread, turn) - self._begin) // 1_000 << 36 | thread << 12 | turn
            for thread in range(self.threads)
            for turn in range(1, self.turns[thread] + 1)
        ]
        order.sort()
        for packed in order:
            yield packed >> 12 & 0xFFFFFF, packed & 0xFFF

    def _draw_kind(self, thread: int) -> int:
        drawn = self.draw(thread, 4)
        if not self.is_heavy(thread):
            for place, share in enumerate(SHARES.values()):
                if drawn < share:
                    return place
                drawn -= share
        return len(SHARES) + self.key(thread) % len(ASSISTANTS)

    def _draw_turns(self, thread: int) -> int:
        drawn = self.draw(thread, 8)
        if self.is_heavy(thread):
            return int(300 * 10**drawn)
        if drawn < ONE_TURN:
            return 1
        again = self.draw(thread, 9)
        if drawn < 0.97:
            return 2 + min(8, int(-1.6 * math.log(1 - again)))
        return int(10 * 5**again)
