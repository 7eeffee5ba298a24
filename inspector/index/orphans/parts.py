"""Orphans by host, by graph and by id shape: their shares now and in the week before, and where each rose.

All of it is made of the tallies of whole hours, and of the rows of the young threads. In a window of an hour, which
cuts both hours that it lies in, the rows of that hour are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import nlargest

from inspector.index.begun import HOUR, NAMED, Begun, Named, Sums, floor, nearest_hour
from inspector.index.orphans.rise import RISE, THREADS, Point, Rise, find_rise
from inspector.index.orphans.shares import Part, Parts, Share, unmuted
from inspector.index.orphans.windows import Window
from inspector.index.orphans.young import INSIDE, Young, add_up
from inspector.index.week import LENGTH

SHOWN = 20  #: hosts, graphs or id shapes that a report shows
#: Of these, so many hosts and graphs are asked where they rose: each takes a look at all hours of the window. They are
#: those that left more than they used to.
_FOLLOWED = 3
_RISING = ("host", "graph")


@dataclass(frozen=True, slots=True)
class PartsReader:
    begun: Begun
    window: Window
    begin: datetime  #: of the window
    young: Young
    ahead: Mapping[Named, Sums]  #: that the tallies count, and that begin later than now

    def read(self) -> dict[str, Parts]:
        """By "host", "graph" and "shape"."""
        before, now = self._sums()
        found: dict[str, list[Part]] = {by: [] for by in NAMED}
        for named, sums in now.items():
            if sums.threads > 0:
                found[named[0]].append(self._part(named, sums, before.get(named, Sums())))
        for parts in found.values():
            parts.sort(key=lambda part: (-part.current.orphans, -part.current.undecided, part.name))
        rises = self._rises({by: nlargest(_FOLLOWED, found[by][:SHOWN], key=_excess) for by in _RISING})
        return {
            by: Parts(
                tuple(replace(part, rise=rises.get((by, part.name))) for part in parts[:SHOWN]),
                max(0, len(parts) - SHOWN),
            )
            for by, parts in found.items()
        }

    @property
    def _by_rows(self) -> bool:
        return self.window.length <= HOUR

    @property
    def _hour(self) -> datetime:
        """Where the window begins, as far as whole hours tell."""
        return nearest_hour(self.begin)

    def _sums(self) -> tuple[dict[Named, Sums], dict[Named, Sums]]:
        """Of the week before, and of the window."""
        before, now = self.begun.named(self._hour - LENGTH, self._hour)
        if self._by_rows:
            return before, self.begun.named_rows(self.begin, self.begun.moment.now + timedelta(microseconds=1))
        for named, sums in self.ahead.items():
            now[named] = now.get(named, Sums()).plus(sums, -1)
        return before, now

    def _part(self, named: Named, now: Sums, before: Sums) -> Part:
        young = self.young.of(named)
        inside = add_up(
            cell.sums for cell in young if (cell.when == INSIDE if self._by_rows else cell.minute >= self._hour)
        )
        week = (self._hour - LENGTH, self._hour)
        earlier = add_up(cell.sums for cell in young if week[0] <= cell.minute < week[1])
        return Part(named[1], Share.of(now, inside), Share.of(before, earlier), now.left_random)

    def _rises(self, asked: Mapping[str, list[Part]]) -> dict[Named, Rise | None]:
        """Of those of which so few are orphans that it cannot be a rise, none."""
        named = [
            (by, part.name)
            for by, parts in asked.items()
            for part in parts
            if part.current.unmuted.orphans >= RISE * THREADS
        ]
        first = floor(self.begin, HOUR)
        cells = self.begun.cells(first - LENGTH, first, self._bucket, named)
        for key, held in cells.items():
            for cell in self.young.of(key):
                self._take(held.bars, cell.minute, cell.sums)
            self._take(held.bars, self.begun.moment.now, self.ahead.get(key, Sums()))
        return {key: self._rise(floor(first, self._bucket), held.bars, held.before) for key, held in cells.items()}

    @property
    def _bucket(self) -> timedelta:
        return max(HOUR, self.window.bucket)

    def _take(self, bars: dict[datetime, Sums], at: datetime, sums: Sums) -> None:
        bar = floor(at, self._bucket)
        if bar in bars:
            bars[bar] = bars[bar].plus(sums, -1)

    def _rise(self, first: datetime, bars: Mapping[datetime, Sums], week: Mapping[int, Sums]) -> Rise | None:
        many = (self.begun.moment.now - first) // self._bucket + 1
        starts = (first + place * self._bucket for place in range(many))
        return find_rise(
            [Point(at, unmuted(bars.get(at, Sums()))) for at in starts],
            {hour: unmuted(sums) for hour, sums in week.items()},
            judged_until=self.begun.moment.orphan_before,
            hours=self._bucket // HOUR,
        )


def _excess(part: Part) -> float:
    """How many more orphans than the share of the week before would have made; all of them where that is not known."""
    counted = part.current.unmuted
    return counted.orphans - counted.decided * (part.before.rate or 0.0)
