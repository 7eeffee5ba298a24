"""How likely it is that so few threads go on by chance, and how large a share may be that so many threads show."""

from __future__ import annotations

import math
from collections.abc import Iterable

#: Standard errors by which a share that few threads show may be larger than it looks.
_DOUBT = 2.0


def chance_of_few(gone: int, chances: Iterable[float]) -> float:
    """The chance that at most `gone` threads go on, where each goes on with its own chance, whatever the others do."""
    exactly = [1.0] + [0.0] * gone
    for chance in chances:
        for number in range(gone, 0, -1):
            exactly[number] += (exactly[number - 1] - exactly[number]) * chance
        exactly[0] *= 1 - chance
    return min(1.0, math.fsum(exactly))


def at_most(part: float, whole: float) -> float:
    """The largest share of which `part` out of `whole` is still no surprise: Wilson's upper bound. 1 for nothing."""
    if whole <= 0:
        return 1.0
    share, square = part / whole, _DOUBT**2
    middle = share + square / (2 * whole)
    spread = _DOUBT * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    return min(1.0, (middle + spread) / (1 + square / whole))
