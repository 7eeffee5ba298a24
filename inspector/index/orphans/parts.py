"""Orphans by host, by graph and by id shape: their shares now and in the week before, and where each rose.

All of it is made of the tallies of whole hours, and of the rows of the young threads. In a window of an hour, which cuts
both hours that it lies in, the rows of that hour are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspector.index.begun import HOUR, NAMED, Begun, Named, Sums, floor, fold, nearest_hour
from inspector.index.orphans.rise import RISE, THREADS, Point, Rise, find_rise
from inspector.index.orphans.shares import Part, Parts, Share, by_hour_of_day, unmuted
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
        hours = self.begun.hours(first - LENGTH, by, asked)
        for name in asked:
            for cell in self.young.of((by, name)):
                _take(hours[name], cell.minute, cell.sums)
            _take(hours[name], self.begun.moment.now, ahead.get((by, name), Sums()))
        return [
            replace(part, rise=self._rise(first, hours[part.name])) if part.name in asked else part for part in parts
        ]

    def _rise(self, first: datetime, hours: Mapping[datetime, Sums]) -> Rise | None:
        bucket = max(HOUR, self.window.bucket)
        bars = fold(((at, sums) for at, sums in hours.items() if at >= first), bucket)
        points, at = [], floor(first, bucket)
        while at <= self.begun.moment.now:
            points.append(Point(at, unmuted(bars.get(at, Sums()))))
            at += bucket
        week = by_hour_of_day((at, sums) for at, sums in hours.items() if at < first)
        return find_rise(points, week, judged_until=self.begun.moment.orphan_before, hours=bucket // HOUR)


def _take(hours: dict[datetime, Sums], at: datetime, sums: Sums) -> None:
    hour = floor(at, HOUR)
    if hour in hours:
        hours[hour] = hours[hour].plus(sums, -1)
