"""The report on orphans: what the page of orphans is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inspector.index.begun import HOUR, Begun, Sums, floor, fold
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
    begin, end = moment.now - window.length, moment.now + timedelta(microseconds=1)
    begun = Begun(store, moment)
    young = Young.read(begun, begin, end)
    series = _series(begun.buckets(begin, window.bucket), fold(young.all(INSIDE), window.bucket), window, begin, moment)
    parts = PartsReader(begun, window, begin, young).read()
    current = Share(*(sum(numbers) for numbers in zip(*(bar.share.numbers for bar in series), strict=True)))
    return OrphanReport(
        window=window,
        begin=begin,
        current=current,
        baseline=_before(begun, begin, young),
        series=series,
        rise=_rise(begun, window, young, series),
        hosts=parts["host"],
        graphs=parts["graph"],
        shapes=parts["shape"],
        newest_at=None if current.threads else _newest(store, moment),
    )


def _before(begun: Begun, begin: datetime, young: Young) -> Share:
    earlier = add_up(sums for _, sums in young.all(WEEK_BEFORE))
    return Share.of(begun.count(begin - LENGTH, begin), earlier)


def _series(
    begun: Mapping[datetime, Sums], young: Mapping[datetime, Sums], window: Window, begin: datetime, moment: Moment
) -> tuple[Bar, ...]:
    bars = []
    at = floor(begin, window.bucket)
    while at <= moment.now:
        bars.append(Bar(at, Share.of(begun.get(at, Sums()), young.get(at, Sums()))))
        at += window.bucket
    return tuple(bars)


def _rise(begun: Begun, window: Window, young: Young, series: tuple[Bar, ...]) -> Rise | None:
    """Bars of more than an hour are too wide to tell when it was: hours stand for them."""
    if not any(bar.share.orphans for bar in series):
        return None
    first = floor(series[0].at, HOUR)
    if window.bucket > HOUR:
        hours = begun.buckets_of(first, "all", [""], HOUR)[""]
        bars = replace(window, bucket=HOUR)
        series = _series(hours, fold(young.all(INSIDE), HOUR), bars, first, begun.moment)
    week = begun.hours_of_day(first - LENGTH, first, "all", [""])[""]
    return find_rise(
        [Point(bar.at, bar.share.unmuted) for bar in series],
        {hour: unmuted(sums) for hour, sums in week.items()},
        judged_until=begun.moment.orphan_before,
    )


def _newest(store: StoreEntry, moment: Moment) -> datetime | None:
    began = ThreadEntry.objects.filter(store=store, first_at__lte=moment.now).order_by("-first_at", "-id")
    return began.values_list("first_at", flat=True).first()
