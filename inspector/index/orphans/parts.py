"""Orphans by host, by graph and by id shape: their shares now and in the week before, and where each rose.

All of it is made of the tallies of whole hours, and of the rows of the young threads. In a window of an hour, which
cuts both hours that it lies in, the rows of that hour are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspector.index.begun import HOUR, NAMED, Begun, Named, Sums, floor, nearest_hour
from inspector.index.orphans.rise import RISE, THREADS, Point, Rise, find_rise
from inspector.index.orphans.shares import Part, Parts, Share, unmuted
from inspector.index.orphans.windows import Window
from inspector.index.orphans.young import INSIDE, Young, add_up
from inspector.index.week import LENGTH

SHOWN = 20  #: hosts, graphs or id shapes that a report shows
_FOLLOWED = 5  #: of these, those for which it is asked where they rose
_RISING = ("host", "graph")


@dataclass(frozen=True, slots=True)
class PartsReader:
    begun: Begun
    window: Window
    begin: datetime  #: of the window
    young: Young

    def read(self) -> dict[str, Parts]:
        """By "host", "graph" and "shape"."""
        ahead = self.begun.ahead()
        now, before = self._now(ahead), self.begun.named(self._hour - LENGTH, self._hour)
        found: dict[str, list[Part]] = {by: [] for by in NAMED}
        for named, sums in now.items():
            if sums.threads > 0:
                found[named[0]].append(self._part(named, sums, before.get(named, Sums())))
        return {by: self._shown(by, parts, ahead) for by, parts in found.items()}

    @property
    def _by_rows(self) -> bool:
        return self.window.length <= HOUR

    @property
    def _hour(self) -> datetime:
        """Where the window begins, as far as whole hours tell."""
        return nearest_hour(self.begin)

    def _now(self, ahead: Mapping[Named, Sums]) -> dict[Named, Sums]:
        now = self.begun.moment.now
        if self._by_rows:
            return self.begun.named_rows(self.begin, now + timedelta(microseconds=1))
        found = self.begun.named(self._hour, floor(now, HOUR) + HOUR)
        for named, sums in ahead.items():
            found[named] = found.get(named, Sums()).plus(sums, -1)
        return found

    def _part(self, named: Named, now: Sums, before: Sums) -> Part:
        young = self.young.of(named)
        inside = add_up(
            cell.sums for cell in young if (cell.when == INSIDE if self._by_rows else cell.minute >= self._hour)
        )
        week = (self._hour - LENGTH, self._hour)
        earlier = add_up(cell.sums for cell in young if week[0] <= cell.minute < week[1])
        return Part(named[1], Share.of(now, inside), Share.of(before, earlier), now.left_random)

    def _shown(self, by: str, parts: list[Part], ahead: Mapping[Named, Sums]) -> Parts:
        parts.sort(key=lambda part: (-part.current.orphans, -part.current.undecided, part.name))
        shown = parts[:SHOWN]
        if by in _RISING:
            shown = [*self._with_rises(by, shown[:_FOLLOWED], ahead), *shown[_FOLLOWED:]]
        return Parts(tuple(shown), len(parts) - len(shown))

    def _with_rises(self, by: str, parts: list[Part], ahead: Mapping[Named, Sums]) -> list[Part]:
        """Those of which so few are orphans that it cannot be a rise are not looked at."""
        asked = [part.name for part in parts if part.current.unmuted.orphans >= RISE * THREADS]
        if not asked:
            return parts
        first = floor(self.begin, HOUR)
        bars = self.begun.buckets_of(first, by, asked, self._bucket)
        week = self.begun.hours_of_day(first - LENGTH, first, by, asked)
        for name in asked:
            for cell in self.young.of((by, name)):
                self._take(bars[name], cell.minute, cell.sums)
            self._take(bars[name], self.begun.moment.now, ahead.get((by, name), Sums()))
        rises = {name: self._rise(floor(first, self._bucket), bars[name], week[name]) for name in asked}
        return [replace(part, rise=rises.get(part.name)) for part in parts]

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
