"""How many of some threads were left after one turn, compared with how many are usually."""

from __future__ import annotations

import math

from inspector.index.begun import Sums

#: Threads from which on a share is compared, and from which on it is compared with.
FEW, ENOUGH = 8, 20
#: Standard errors from which on a difference is no chance.
_SURE = 2.6
#: Ratios of odds from which on a rise weighs 1, 2 and 3.
_STEPS = (2.5, 5.0, 12.0)


def share(sums: Sums) -> float:
    """Of the threads, those left after one turn; 0 where there are none."""
    return sums.left / sums.threads if sums.threads else 0.0


def went_on(sums: Sums) -> float:
    return 1 - share(sums) if sums.threads else 0.0


def rise(now: Sums, usual: Sums) -> int:
    """How far the share is above the usual one, from 0 (not, or by chance) to 3, by the ratio of their odds."""
    if not now.threads or not usual.threads or share(now) <= share(usual):
        return 0
    pooled = (now.left + usual.left + 1) / (now.threads + usual.threads + 2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / now.threads + 1 / usual.threads))
    if share(now) - share(usual) < _SURE * error:
        return 0
    ratio = _odds(now) / _odds(usual)
    return sum(ratio >= step for step in _STEPS)


def _odds(sums: Sums) -> float:
    """With half a thread more on either side, so that there are odds of all and of none, too."""
    return (sums.left + 0.5) / (sums.threads - sums.left + 0.5)


def of(sums: Sums) -> str:
    """ "21 of 100 (21 %)"."""
    return f"{sums.left:,} of {sums.threads:,} ({percent(sums)})"


def percent(sums: Sums) -> str:
    exact = 100 * share(sums)
    return f"{exact:.1f} %" if 0 < exact < 1 or 99 < exact < 100 else f"{exact:.0f} %"
