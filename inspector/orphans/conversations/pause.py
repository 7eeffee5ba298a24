"""How long people of a store pause between two turns.

The pauses of threads that went on say how long a turn is awaited. They spread over powers, not over sums: half a minute
and five are as near as five and fifty. So their logarithms are taken to be normal, with a middle and a width that a few
odd threads do not move.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

#: Pauses from which something can be learnt. Fewer leave the guess.
FEW = 20
#: Seconds: the guess where nothing can be learnt, and between what the learnt middle may lie.
_MIDDLE, _LEAST, _MOST = 60.0, 5.0, 900.0
_WIDTH, _NARROWEST, _WIDEST = 1.1, 0.8, 1.5
#: Standard widths above the middle beyond which nobody goes on, and between what seconds that may lie.
_FAR = 3.2
_SOONEST, _LATEST = 180.0, 3_600.0
#: Of the pauses, so many are of another kind: people are called away. They lie anywhere up to the cut.
_ODD = 0.04
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Pause:
    """`middle` in seconds, `width` in powers of e; `learnt` from so many pauses, 0 for a guess."""

    middle: float = _MIDDLE
    width: float = _WIDTH
    learnt: int = 0

    @classmethod
    def learn(cls, pauses: Iterable[float]) -> Pause:
        """Of threads that went on: seconds from one turn to the next."""
        logs = sorted(math.log(max(pause, 0.05)) for pause in pauses)
        if len(logs) < FEW:
            return cls()
        middle, high = _quantile(logs, 0.5), _quantile(logs, 0.9)
        width = (high - middle) / _NORMAL.inv_cdf(0.9)
        return cls(
            middle=min(max(math.exp(middle), _LEAST), _MOST),
            width=min(max(width, _NARROWEST), _WIDEST),
            learnt=len(logs),
        )

    @property
    def cut(self) -> float:
        """Seconds after which a conversation is over, whatever was said."""
        return min(max(self.middle * math.exp(_FAR * self.width), _SOONEST), _LATEST)

    def density(self, gap: float) -> float:
        """Of the next turn, per second, so long after the one before. A shorter gap is never less likely than a longer
        one: scripts are quick, and clocks of hosts differ."""
        if gap > self.cut:
            return 0.0
        usual = math.exp(math.log(self.middle) - self.width**2)  # where the density is greatest
        gap = max(gap, usual, 0.05)
        normal = _NORMAL.pdf((math.log(gap) - math.log(self.middle)) / self.width) / (self.width * gap)
        return (1 - _ODD) * normal + _ODD / self.cut


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
