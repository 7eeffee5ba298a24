"""The newest threads of one host, each with how much it tells.

A young thread of one turn may go on yet. So a thread counts by the chance that it would have gone on by its age, if it
ever does: one of which nine in ten would have gone on by now tells nearly as much as an old one, and one that has just
begun tells nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspector.alerts.chance import chance_of_few

#: Of threads that are not to go on, so many do in a trice: what is bad is looked for as if it were so.
_BAD = 0.97


@dataclass(frozen=True, slots=True)
class Begun:
    """A thread that a host wrote to. `idle_since` is when its last turn ended. Neither interrupted nor running."""

    thread_id: str
    first_at: datetime
    idle_since: datetime
    went_on: bool  #: a second turn, or a second host
    random_id: bool = False
    graph: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Newest first, `weights` from 0 to 1 beside them."""

    threads: Sequence[Begun] = ()
    weights: Sequence[float] = ()

    @property
    def decided(self) -> float:
        """How many old threads tell as much."""
        return math.fsum(self.weights)

    @property
    def gone(self) -> int:
        return sum(thread.went_on for thread in self.threads)

    @property
    def left(self) -> float:
        """Those of the decided ones that nobody goes on with: without bias, as young threads that did go on count no
        more than they were expected to."""
        return max(0.0, self.decided - self.gone)

    @property
    def share(self) -> float:
        return self.left / self.decided if self.threads else 0.0

    @property
    def orphans(self) -> tuple[Begun, ...]:
        return tuple(thread for thread in self.threads if not thread.went_on)

    def chance(self, expected: float) -> float:
        """The chance that so few have gone on where this share is left after one turn."""
        return chance_of_few(self.gone, [(1 - expected) * weight for weight in self.weights])

    def since(self, expected: float) -> datetime:
        """When the first of those threads began that are left more often than expected: from there on, they speak most
        for it."""
        usual = min(max(expected, 0.02), _BAD - 0.02)
        score = best = 0.0
        at = self.threads[0].first_at
        for thread, weight in zip(self.threads, self.weights, strict=True):
            bad, fine = 1 - (1 - _BAD) * weight, 1 - (1 - usual) * weight
            score += math.log((1 - _BAD) / (1 - usual)) if thread.went_on else math.log(bad / fine)
            if score > best:
                best, at = score, thread.first_at
        return at


def window_of(
    threads: Iterable[Begun], weigh: Callable[[Begun], float], size: float, *, after: datetime | None = None
) -> Window:
    """The newest of these (newest first) that tell as much as `size` old ones, of those begun after this time."""
    kept: list[Begun] = []
    weights: list[float] = []
    decided = 0.0
    for thread in threads:
        if decided >= size or (after is not None and thread.first_at <= after):
            break
        if (weight := weigh(thread)) > 0:
            kept.append(thread)
            weights.append(weight)
            decided += weight
    return Window(kept, weights)
