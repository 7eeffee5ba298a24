"""How long a store was at work for us: what a pass rests by, so that the store serves its workers most of the time.

Waiting is no work: for a network that is late, for a connection, for a lock of the index. Resting for that would only
keep the index old, for minutes after a fault that is over. Only our end of the line can be looked at, so of each answer
that came over a network as much counts as the way as the quickest one took in the same stretch: it asked for next to
nothing, as the settings of each transaction do.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Work:
    """What was asked of stores inside a `measured` block."""

    __slots__ = ("_answers", "_outer", "_quickest", "_total")

    def __init__(self) -> None:
        self._outer: Work | None = None
        self._total = 0.0  #: seconds, as are all of these
        self._answers = 0  #: of those that are remote
        self._quickest = math.inf

    def within(self, outer: Work | None) -> None:
        self._outer = outer

    @property
    def seconds(self) -> float:
        return self._total - (self._answers * self._quickest if self._answers else 0.0)

    def add(self, seconds: float, *, remote: bool) -> None:
        self._total += seconds
        if remote:
            self._answers += 1
            self._quickest = min(self._quickest, seconds)
        if self._outer is not None:
            self._outer.add(seconds, remote=remote)


class Steady:
    """One pass that took longer than the one before it says little: something may have held it up that is over. So of
    each counts as much as of the one before it, and the first one whole."""

    def __init__(self) -> None:
        self._before = math.inf

    def part(self, seconds: float) -> float:
        part, self._before = min(seconds, self._before), seconds
        return part


_work: ContextVar[Work | None] = ContextVar("work", default=None)


@contextmanager
def measured(work: Work) -> Iterator[Work]:
    """What this thread asks of stores inside the block counts, also in blocks around it."""
    work.within(_work.get())
    token = _work.set(work)
    try:
        yield work
    finally:
        _work.reset(token)


@contextmanager
def asking(*, remote: bool = True) -> Iterator[None]:
    """One question and its answer; not `remote` where no network is between."""
    work, began = _work.get(), time.monotonic()
    try:
        yield
    finally:
        if work is not None:
            work.add(time.monotonic() - began, remote=remote)
