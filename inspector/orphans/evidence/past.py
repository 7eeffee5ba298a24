"""What hosts, graphs and shapes of ids did about some hours and in the week before each of them: made of the hours'
tallies by three queries, however many threads are asked about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, QuerySet, Sum

from inspector.index.begun import HOUR, TO_HOUR, Begun, Sums, TimePrefix, floor, hour_of
from inspector.index.kinds import Moment
from inspector.index.workers import did_write
from inspector.models import HourTally, StoreEntry
from inspector.orphans.evidence.rates import ENOUGH
from inspector.orphans.evidence.share import Shares

_DAY = timedelta(days=1)
_WEEK = 7
#: Different hours of which the same hour of the day before is looked up; for more of them, whole days are compared.
_HOURS = 30
#: Days before the newest hour that are looked at: of older threads nothing is told.
_DAYS = 100

_Key = tuple[str, str]  #: what an `HourTally` is of, and its name
_ALL = ("all", "")
_KEPT = ("threads", "left")  #: of `Sums`, what is asked for


class Asked(NamedTuple):
    """What a page asks about: when its threads began, UTC, and the hosts, graphs and shapes of ids that they have."""

    ats: Collection[datetime]
    hosts: Collection[str]
    graphs: Collection[str]
    shapes: Collection[str]


@dataclass(frozen=True)
class Past:
    """Sums by key and time, UTC. Those of hours are without threads that are too young to tell."""

    days: Mapping[_Key, Mapping[date, Sums]]
    hours: Mapping[_Key, Mapping[datetime, Sums]]

    @classmethod
    def read(cls, store: StoreEntry, moment: Moment, asked: Asked) -> Past:
        """About one time at least."""
        hours = {floor(at, HOUR) for at in asked.ats}
        newest = max(hours)
        kept = HourTally.objects.filter(store=store)
        found = _by_hour(kept.filter(by__in=("host", "all"), name__in={*asked.hosts, ""}, hour__in=_asked(hours)))
        if newest + 2 * HOUR > moment.orphan_before:
            _leave_out_young(found, Begun(store, moment))
        new = {host for host in asked.hosts if any(_is_new(found, host, hour) for hour in hours)}
        kept = kept.filter(by__in=("all", "graph", "shape", *(["host"] if new else [])))
        names = {"", *asked.graphs, *asked.shapes, *new}  # a name more costs less than to tell whose it is
        begin = max(floor(min(hours), _DAY), floor(newest, _DAY) - _DAYS * _DAY) - _WEEK * _DAY
        days = _by_day(kept.filter(name__in=names, hour__gte=begin, hour__lt=floor(newest, _DAY) + _DAY))
        return cls(days, found)

    def shares(self, host: str, graph: str, hour: datetime) -> Shares:
        """Of a full hour."""
        about = [hour]
        if self._sum_hours(("host", host), about).threads < ENOUGH:  # few: look a little further
            about = [hour - HOUR, hour, hour + HOUR]
        now = self._sum_hours(("host", host), about)
        before = self._sum_hours(("host", host), _before(hour))
        by_hour = before.threads >= ENOUGH
        return Shares(
            hostname=host,
            now=now,
            others=_less(self._sum_hours(_ALL, about), now),
            host=before if by_hour else self._sum_days(("host", host), hour.date()),
            graph=self._sum_days(("graph", graph), hour.date()) if graph else Sums(),
            by_hour=by_hour,
        )

    def beside(self, by: str, name: str, day: date) -> tuple[Sums, Sums]:
        """Threads of the week with this graph or this shape of id, and all others. The day is in it: a store may be
        new."""
        same = self._sum_days((by, name), day, today=True)
        return same, _less(self._sum_days(_ALL, day, today=True), same)

    def _sum_days(self, key: _Key, day: date, *, today: bool = False) -> Sums:
        held = self.days.get(key, {})
        return _total(held.get(day - n * _DAY) for n in range(0 if today else 1, _WEEK + 1))

    def _sum_hours(self, key: _Key, hours: Iterable[datetime]) -> Sums:
        held = self.hours.get(key, {})
        return _total(held.get(hour) for hour in hours)


_ABOUT = (-HOUR, timedelta(0), HOUR)


def _asked(hours: Collection[datetime]) -> set[datetime]:
    asked = {hour + offset for hour in hours for offset in _ABOUT}
    if len(hours) <= _HOURS:
        asked |= {before for hour in hours for before in _before(hour)}
    return asked


def _before(hour: datetime) -> list[datetime]:
    """The same hour of the day in the week before, and those next to it."""
    return [hour - days * _DAY + offset for days in range(1, _WEEK + 1) for offset in _ABOUT]


def _is_new(hours: Mapping[_Key, Mapping[datetime, Sums]], host: str, hour: datetime) -> bool:
    """Whether those hours hold too few of its threads to compare with, so that whole days have to."""
    held = hours.get(("host", host), {})
    return sum(held[before].threads for before in _before(hour) if before in held) < ENOUGH


def _by_day(kept: QuerySet[HourTally]) -> dict[_Key, dict[date, Sums]]:
    rows = kept.order_by().annotate(at=TimePrefix("hour", length=10)).values("by", "name", "at")
    summed = rows.annotate(*(Sum(name) for name in _KEPT))
    found: dict[_Key, dict[date, Sums]] = {}
    for by, name, at, *sums in summed.values_list("by", "name", "at", *(f"{name}__sum" for name in _KEPT)):
        found.setdefault((by, name), {})[date.fromisoformat(at)] = Sums(*sums)
    return found


def _by_hour(kept: QuerySet[HourTally]) -> dict[_Key, dict[datetime, Sums]]:
    found: dict[_Key, dict[datetime, Sums]] = {}
    rows = kept.order_by().annotate(at=TO_HOUR)
    for by, name, at, *sums in rows.values_list("by", "name", "at", *_KEPT):
        found.setdefault((by, name), {})[hour_of(at)] = Sums(*sums)
    return found


def _leave_out_young(hours: Mapping[_Key, dict[datetime, Sums]], begun: Begun) -> None:
    """Of all hours that are held: whoever began a moment ago may go on yet."""
    for host, hour, count in _young(begun, max(max(held) for held in hours.values()) if hours else begun.moment.now):
        for key in (("host", host), _ALL):
            held = hours.get(key, {})
            if hour in held:
                held[hour] = _less(held[hour], Sums(count, count))


def _young(begun: Begun, newest: datetime) -> Iterator[tuple[str, datetime, int]]:
    rows = begun.young(newest - _DAY, newest + HOUR).order_by().filter(did_write("workers__"))
    grouped = rows.annotate(at=TimePrefix("first_at", length=13)).values("at", "workers__hostname")
    for at, host, count in grouped.annotate(count=Count("id")).values_list("at", "workers__hostname", "count"):
        yield host, hour_of(at), count


def _total(parts: Iterable[Sums | None]) -> Sums:
    threads = left = 0
    for part in parts:
        if part is not None:
            threads, left = threads + part.threads, left + part.left
    return Sums(threads, left)


def _less(whole: Sums, part: Sums) -> Sums:
    return Sums(max(0, whole.threads - part.threads), max(0, whole.left - part.left))
