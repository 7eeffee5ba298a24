"""The report on orphans: what the page of orphans is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from inspector.index.begun import HOUR, Begun, Named, Sums, floor, fold, nearest_hour
from inspector.index.kinds import Moment
from inspector.index.orphans.parts import PartsReader
from inspector.index.orphans.rise import Point, Rise, find_rise
from inspector.index.orphans.shares import Bar, Parts, Share, unmuted
from inspector.index.orphans.windows import Window
from inspector.index.orphans.young import INSIDE, WEEK_BEFORE, Young, add_up
from inspector.index.week import LENGTH
from inspector.models import StoreEntry, ThreadEntry


@dataclass(frozen=True, slots=True)
class OrphanReport:
    window: Window
    begin: datetime
    current: Share
    baseline: Share  #: the week before the window
    series: tuple[Bar, ...]  #: one a bucket, oldest first, empty ones included
    rise: Rise | None
    hosts: Parts
    graphs: Parts
    shapes: Parts
    newest_at: datetime | None  #: when the newest thread began, where none began in the window


def report_orphans(store: StoreEntry, window: Window, moment: Moment) -> OrphanReport:
    """Whole hours are kept, and of the hours that a stretch of time cuts, the rows are counted.

    Parts are of another stretch: in windows of more than an hour, their threads are those begun since the full hour
    next to the window's begin.
    """
    begin = moment.now - window.length
    begun = Begun(store, moment)
    young = Young.read(begun, begin, moment.now + timedelta(microseconds=1))
    all_ = _All(begun, window, begin, young, begun.hours(_first(begin, window) - LENGTH), begun.ahead())
    series = all_.series()
    parts = PartsReader(begun, window, begin, young, all_.ahead).read()
    current = Share(*(sum(numbers) for numbers in zip(*(bar.share.numbers for bar in series), strict=True)))
    return OrphanReport(
        window=window,
        begin=begin,
        current=current,
        baseline=all_.before(),
        series=series,
        rise=all_.rise(series),
        hosts=parts["host"],
        graphs=parts["graph"],
        shapes=parts["shape"],
        newest_at=None if current.threads else _newest(store, moment),
    )


def _first(begin: datetime, window: Window) -> datetime:
    """The full hour in which the first bar begins."""
    return floor(floor(begin, window.bucket), HOUR)


@dataclass(frozen=True)
class _All:
    """All threads of the store. `hours` are of the window and of the week before, `ahead` are among them."""

    begun: Begun
    window: Window
    begin: datetime
    young: Young
    hours: Mapping[datetime, Sums]
    ahead: Mapping[Named, Sums]

    @cached_property
    def _edge(self) -> Sums:
        return self.begun.edge(self.begin)

    def series(self) -> tuple[Bar, ...]:
        bucket = self.window.bucket
        if bucket < HOUR:
            found = fold(self.begun.minutes(self.begin).items(), bucket)
        else:
            since = nearest_hour(self.begin)
            found = fold(((hour, sums) for hour, sums in self.hours.items() if hour >= since), bucket)
            ahead = add_up(sums for (by, _), sums in self.ahead.items() if by == "shape")
            for at, sums, sign in ((self.begin, self._edge, 1), (self.begun.moment.now, ahead, -1)):
                bar = floor(at, bucket)
                found[bar] = found.get(bar, Sums()).plus(sums, sign)
        return self._bars(found, floor(self.begin, bucket), bucket)

    def before(self) -> Share:
        since, until = nearest_hour(self.begin) - LENGTH, nearest_hour(self.begin)
        kept = add_up(sums for hour, sums in self.hours.items() if since <= hour < until)
        begun = kept.plus(self.begun.edge(self.begin - LENGTH)).plus(self._edge, -1)
        return Share.of(begun, add_up(sums for _, sums in self.young.all(WEEK_BEFORE)))

    def rise(self, series: tuple[Bar, ...]) -> Rise | None:
        """Bars of more than an hour are too wide to tell when it was: hours stand for them."""
        if not any(bar.share.orphans for bar in series):
            return None
        first = _first(self.begin, self.window)
        if self.window.bucket > HOUR:
            series = self._bars(self.hours, first, HOUR)
        week: dict[int, Sums] = {}
        for hour, sums in self.hours.items():
            if first - LENGTH <= hour < first:
                week[hour.hour] = week.get(hour.hour, Sums()).plus(sums)
        return find_rise(
            [Point(bar.at, bar.share.unmuted) for bar in series],
            {hour: unmuted(sums) for hour, sums in week.items()},
            judged_until=self.begun.moment.orphan_before,
        )

    def _bars(self, begun: Mapping[datetime, Sums], at: datetime, bucket: timedelta) -> tuple[Bar, ...]:
        """Until now, empty ones included."""
        young, bars = fold(self.young.all(INSIDE), bucket), []
        while at <= self.begun.moment.now:
            bars.append(Bar(at, Share.of(begun.get(at, Sums()), young.get(at, Sums()))))
            at += bucket
        return tuple(bars)


def _newest(store: StoreEntry, moment: Moment) -> datetime | None:
    began = ThreadEntry.objects.filter(store=store, first_at__lte=moment.now).order_by("-first_at", "-id")
    return began.values_list("first_at", flat=True).first()
