"""How fast a pass goes: after each read it rests, so that the store serves its workers most of the time.

The rest is a share of what the read took, so a store that is busy, and therefore slow, is asked less.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: A pass ends after so many seconds and leaves the rest to the next one, so that a ledger is folded meanwhile.
SLICE = 20.0
#: Seconds of one rest at most.
_LONGEST = 5.0


class PassStopped(Exception):
    """The process ends. Raised by a pace's `sleep`, so at a moment when all that was read is written."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`share` of the time may be spent on reads and what is made of them, and `stride` seconds on one read of many
    threads. `holds_back` puts off what goes through all rows until its turn comes; a person who waits for a pass does
    not want that."""

    share: float
    stride: float = 0.2
    holds_back: bool = False
    sleep: Callable[[float], object] = time.sleep

    @property
    def unsparing(self) -> bool:
        return self.share >= 1

    @contextmanager
    def step(self) -> Iterator[None]:
        """One read and what is made of it, then the rest that it is due."""
        began = time.monotonic()
        yield
        if not self.unsparing:
            self.sleep(min((time.monotonic() - began) * (1 / self.share - 1), _LONGEST))


#: The workers of a store notice nothing of it.
GENTLE = Pace(0.25)
#: As fast as it goes.
FAST = Pace(1.0, stride=0.5)
