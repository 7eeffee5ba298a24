"""The time axis that the lines of a thread's graphs share: the time in which any of them was at work.

Calls of a conversation are seconds long and days apart. Time between calls is drawn at a fixed width, and marked where
it is longer than that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

WIDTH = 1_000
#: What a pause takes of the time at work, and all of them at most.
_PAUSE, _PAUSES = 0.03, 0.4

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """`begins` and `ends` of the stretches at work, in seconds, and where each is drawn."""

    begins: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()
    places: tuple[Span, ...] = ()
    pauses: tuple[tuple[float, float], ...] = ()  #: where time was left out, and how many seconds

    def place(self, moment: float) -> float:
        if not self.begins:
            return 0.0
        index = max(0, bisect_right(self.begins, moment) - 1)
        begin, end, (left, right) = self.begins[index], self.ends[index], self.places[index]
        share = (moment - begin) / (end - begin) if end > begin else 0.0
        return left + (right - left) * min(1.0, max(0.0, share))


def lay_out(spans: Iterable[tuple[datetime, datetime]]) -> Scale:
    merged: list[list[float]] = []
    for begin, end in sorted((one.timestamp(), max(one, two).timestamp()) for one, two in spans):
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    if not merged:
        return Scale()
    work = sum(end - begin for begin, end in merged) or 1.0
    longest = work * min(_PAUSE, _PAUSES / len(merged))
    gaps = [after[0] - before[1] for before, after in pairwise(merged)]
    unit = WIDTH / (work + sum(min(gap, longest) for gap in gaps))
    places, pauses, at = [], [], 0.0
    for (begin, end), gap in zip(merged, [*gaps, 0.0], strict=True):
        places.append((at, at + (end - begin) * unit))
        at = places[-1][1] + min(gap, longest) * unit
        if gap > longest:
            pauses.append(((places[-1][1] + at) / 2, gap))
    return Scale(tuple(one for one, _ in merged), tuple(two for _, two in merged), tuple(places), tuple(pauses))
