"""How soon conversations go on: the chance that a thread of some age has had its second turn.

A young thread of one turn looks like one that nobody goes on with. So each is asked how likely it is, at its age, that
it would have gone on by now if all were well. It is learnt from threads that did go on and from those that did not yet,
by the estimate of Kaplan and Meier, which takes the latter for what they are: not over.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Threads that went on, from which a pace can be learnt. Fewer tell nothing.
FEW = 5
#: Standard errors that a cautious share is below the estimate.
_CAUTION = 1.64
#: No single thread is surer than this to go on.
_MOST = 0.9
#: Where nothing can be learnt: so large a share goes on, half of it within so many seconds, spread so wide. Less and
#: later than in any chat that we know of.
_PRIOR_SHARE, _PRIOR_HALF, _PRIOR_SPREAD = 0.15, 600.0, 1.5


@dataclass(frozen=True, slots=True)
class Pace:
    """`ages` in seconds, ascending; `shares` have gone on at that age or before, `least` at the least."""

    ages: Sequence[float] = ()
    shares: Sequence[float] = ()
    least: Sequence[float] = ()
    events: int = 0  #: threads that went on, from which it was learnt; 0 for a guess

    @classmethod
    def learn(cls, gaps: Iterable[float], idle: Iterable[float]) -> Pace | None:
        """`gaps` are the seconds until the second turn of threads that have one, `idle` the ages of those that have
        none. None where there are too few."""
        events = sorted(gaps)
        if len(events) < FEW:
            return None
        censored = sorted(idle)
        ages: list[float] = []
        shares: list[float] = []
        least: list[float] = []
        survival, variance, number = 1.0, 0.0, 0
        while number < len(events):
            age = events[number]
            died = bisect_right(events, age) - number
            at_risk = len(events) - number + len(censored) - _before(censored, age)
            survival *= 1 - died / at_risk
            if died < at_risk:
                variance += died / (at_risk * (at_risk - died))
            ages.append(age)
            shares.append(1 - survival)
            lower = 1 - survival - _CAUTION * survival * math.sqrt(variance)
            least.append(max(lower, least[-1] if least else 0.0, 0.0))
            number += died
        return cls(ages, shares, least, len(events))

    def share(self, age: float) -> float:
        """Of threads of this age, those that have gone on."""
        return self._at(self.shares, age)

    def cautious(self, age: float) -> float:
        """The same, at the least."""
        return min(_MOST, self._at(self.least, age))

    def surprise(self, ages: Iterable[float]) -> float:
        """How odd it is that of threads of these ages none has gone on: minus the logarithm of its chance. 16 is one
        in nine million."""
        return sum(-math.log1p(-self.cautious(age)) for age in ages)

    def expected(self, ages: Iterable[float]) -> float:
        """How many of them should have gone on."""
        return sum(self.share(age) for age in ages)

    def _at(self, values: Sequence[float], age: float) -> float:
        if not self.events:
            return guess(age)
        place = bisect_right(self.ages, age)
        return values[place - 1] if place else 0.0


def guess(age: float) -> float:
    """The share that has gone on at this age, where no thread tells."""
    if age <= 0:
        return 0.0
    return _PRIOR_SHARE * 0.5 * math.erfc(-math.log(age / _PRIOR_HALF) / _PRIOR_SPREAD / math.sqrt(2))


def _before(ordered: Sequence[float], age: float) -> int:
    """How many are less than `age`: one that is as old was still at risk."""
    return bisect_right(ordered, math.nextafter(age, 0.0))
