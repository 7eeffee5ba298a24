"""Where a share of orphans rose: the stretch of bars in which it lies persistently above what was before.

Each bar is a binomial sample. Without a rise its share is the one to be expected of its time of day, as told by the
week before and by the bars outside the stretch; with one, it lies higher by the same number of points throughout. The
stretch that gains most by that, the gain being a log-likelihood ratio, is the maximal sum of a row of numbers: looking
for it costs no more than reading the bars a few times.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

RISE = 0.15  #: no smaller rise is told
THREADS = 20  #: that both sides need: the stretch itself, and what it is compared with
#: How likely any of all stretches may seem to be a rise when there is none.
_MISTAKEN = 1e-3
#: How much likelier than not it has to be, as a logarithm, that it had not risen yet, or has ended.
_SURE = 3.0
#: Hours that are taken to be alike: what is known of a time of day is pooled over as many.
_ALIKE = 3
#: As many threads of the general share are added to what is known of a time of day, which may be little.
_GENERAL = 30
_ROUNDS = 6


class Counted(NamedTuple):
    """Threads of which it is known whether they are orphans, and how many are."""

    decided: float = 0
    orphans: float = 0

    def plus(self, other: Counted, weight: float = 1.0) -> Counted:
        return Counted(self.decided + weight * other.decided, self.orphans + weight * other.orphans)

    @property
    def rate(self) -> float:
        """Never 0 or 1: nobody knows that from so many."""
        return (self.orphans + 0.5) / (self.decided + 1)


class Point(NamedTuple):
    at: datetime  #: where the bar begins
    counted: Counted


@dataclass(frozen=True, slots=True)
class Rise:
    """`at` is where the first bar of the stretch begins, `until` where the first one after it does; None while it goes
    on. `earlier` says that it had risen when the first of all bars began. Shares are from 0 to 1."""

    at: datetime
    until: datetime | None
    before: float
    after: float
    earlier: bool


def find_rise(
    points: Sequence[Point], week: Mapping[int, Counted], *, judged_until: datetime, hours: int = 1
) -> Rise | None:
    """The rise among these bars of as many hours, or of less than one. `week` is what is known of the week before, by
    the hour of the day. Bars that end after `judged_until` hold threads that are too young to be orphans: they are no
    evidence that a rise has ended."""
    if not points:
        return None
    search = _Search(points, week, max(_ALIKE, hours))
    found = search.stretch()
    return search.told(found, judged_until) if found is not None else None


class _Search:
    def __init__(self, points: Sequence[Point], week: Mapping[int, Counted], alike: int) -> None:
        self._points = points
        self._slots = [point.at.hour // alike for point in points]
        of_week = [(hour // alike, counted) for hour, counted in week.items()]
        self._by_slot = _by_slot(of_week, {*self._slots})
        self._of_slot = _by_slot(zip(self._slots, (point.counted for point in points), strict=True), {*self._slots})
        self._week = _sum(week.values())
        self._all = _sum(point.counted for point in points)

    def stretch(self) -> tuple[int, int] | None:
        """The first bar of the rise and the one after its last; None where there is no rise."""
        begin, end, points_up = 0, 0, 2 * RISE
        for _ in range(_ROUNDS):
            gains = self._gains(begin, end, points_up)
            best = _greatest_sum(gains)
            points_up = max(RISE, self._points_up(*best))
            if best == (begin, end):
                break
            begin, end = best
        if begin == end or not self._is_sure(begin, end):
            return None
        return begin, end

    def told(self, found: tuple[int, int], judged_until: datetime) -> Rise:
        begin, end = found
        gains = self._gains(begin, end, self._points_up(begin, end))
        if self._week.decided >= THREADS and -sum(gains[:begin]) < _SURE:
            begin = 0  # the bars before it are too few to say that it had not risen yet
        judged = next(
            (place for place, after in enumerate(self._points[1:]) if after.at > judged_until), len(self._points) - 1
        )
        tail = -sum(gains[end:judged])
        inside, expected = self._inside(begin, end), self._expected(begin, end)
        return Rise(
            at=self._points[begin].at,
            until=self._points[end].at if end < judged and tail >= _SURE else None,
            before=sum(expected[begin:end]) / inside.decided,
            after=inside.orphans / inside.decided,
            earlier=begin == 0,
        )

    def _is_sure(self, begin: int, end: int) -> bool:
        inside, outside = self._inside(begin, end), self._outside(begin, end)
        if inside.decided < THREADS or outside.decided < THREADS or self._points_up(begin, end) < RISE:
            return False
        many = len(self._points) * (len(self._points) + 1) / 2
        gained = sum(self._gains(begin, end, self._points_up(begin, end))[begin:end])
        return gained >= math.log(many / _MISTAKEN)

    def _points_up(self, begin: int, end: int) -> float:
        """By how much the share of a stretch lies above what was to be expected."""
        inside = self._inside(begin, end)
        expected = sum(self._expected(begin, end)[begin:end])
        return (inside.orphans - expected) / inside.decided if inside.decided else 0.0

    def _gains(self, begin: int, end: int, points_up: float) -> list[float]:
        """What each bar says for a rise by so many points, against none; what is expected is learned outside of the
        stretch."""
        rates = self._rates(begin, end)
        weights = {slot: _weights(rate, min(0.995, rate + points_up)) for slot, rate in rates.items()}
        return [
            counted.orphans * weights[slot][0] + (counted.decided - counted.orphans) * weights[slot][1]
            for slot, (_, counted) in zip(self._slots, self._points, strict=True)
        ]

    def _expected(self, begin: int, end: int) -> list[float]:
        """Orphans to be expected, bar by bar."""
        rates = self._rates(begin, end)
        return [point.counted.decided * rates[slot] for point, slot in zip(self._points, self._slots, strict=True)]

    def _rates(self, begin: int, end: int) -> dict[int, float]:
        """Shares to be expected, by the time of day. Before any stretch is in sight, the bars say nothing of times of
        day: those of a rise would be among them."""
        general = self._outside(begin, end).rate
        known = self._by_slot
        if begin < end:
            known = {slot: self._of_slot[slot].plus(counted) for slot, counted in self._by_slot.items()}
            for place in range(begin, end):
                slot = self._slots[place]
                known[slot] = known[slot].plus(self._points[place].counted, -1)
        general_part = Counted(_GENERAL, _GENERAL * general)
        return {slot: min(0.98, counted.plus(general_part).rate) for slot, counted in known.items()}

    def _inside(self, begin: int, end: int) -> Counted:
        return _sum(point.counted for point in self._points[begin:end])

    def _outside(self, begin: int, end: int) -> Counted:
        """The bars outside, and the week before. That weighs no more than all bars: it is older."""
        outside = self._all.plus(self._inside(begin, end), -1)
        weight = min(1.0, max(self._all.decided, THREADS) / self._week.decided) if self._week.decided else 0.0
        return outside.plus(self._week, weight)


def _weights(expected: float, risen: float) -> tuple[float, float]:
    """What an orphan, and what a thread that went on, says for the greater share."""
    return math.log(risen / expected), math.log((1 - risen) / (1 - expected))


def _greatest_sum(numbers: Sequence[float]) -> tuple[int, int]:
    """Where the neighbours with the greatest sum begin and end; the same place twice where none is above 0."""
    best, best_sum = (0, 0), 0.0
    begin, current = 0, 0.0
    for place, number in enumerate(numbers):
        if current <= 0:
            begin, current = place, 0.0
        current += number
        if current > best_sum:
            best, best_sum = (begin, place + 1), current
    return best


def _by_slot(parts: Iterable[tuple[int, Counted]], slots: Iterable[int]) -> dict[int, Counted]:
    """What is known of these times of day."""
    found = dict.fromkeys(slots, Counted())
    for slot, counted in parts:
        if slot in found:
            found[slot] = found[slot].plus(counted)
    return found


def _sum(parts: Iterable[Counted]) -> Counted:
    total = Counted()
    for part in parts:
        total = total.plus(part)
    return total
