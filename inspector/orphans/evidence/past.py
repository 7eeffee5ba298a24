"""What hosts, graphs and shapes of ids did about some hours and in the week before each of them: made of the hours'
tallies by three queries, however many threads are asked about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast, Substr

from inspector.index.begun import HOUR, Begun, Sums, floor
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
#: Lengths of a time's text up to its hour and its day.
_TO_HOUR, _TO_DAY = 13, 10

_Key = tuple[str, str]  #: what an `HourTally` is of, and its name
_ALL = ("all", "")


@dataclass(frozen=True, slots=True)
class Past:
    """Sums by key and time, UTC. Those of hours are without threads that are too young to tell."""

    days: Mapping[_Key, Mapping[date, Sums]]
    hours: Mapping[_Key, Mapping[datetime, Sums]]

    @classmethod
    def read(
        cls, store: StoreEntry, moment: Moment, ats: Collection[datetime], hosts: Collection[str], graphs: Iterable[str]
    ) -> Past:
        """About these times, at least one; of these hosts and graphs, and of every shape."""
        hours = {floor(at.astimezone(UTC), HOUR) for at in ats}
        newest = max(hours)
        kept = HourTally.objects.filter(store=store)
        named = Q(by="host", name__in=set(hosts)) | Q(by="graph", name__in=set(graphs)) | Q(by__in=["shape", "all"])
        begin = max(floor(min(hours), _DAY), floor(newest, _DAY) - _DAYS * _DAY) - _WEEK * _DAY
        days = _by_day(kept.filter(named, hour__gte=begin, hour__lt=floor(newest, _DAY) + _DAY))
        by_host_or_all = Q(by="host", name__in=set(hosts)) | Q(by="all")
        found = _by_hour(kept.filter(by_host_or_all, hour__in=_asked(hours)))
        if newest + 2 * HOUR > moment.orphan_before:
            _leave_out_young(found, Begun(store, moment))
        return cls(days, found)

    def shares(self, host: str, graph: str, at: datetime) -> Shares:
        hour = floor(at.astimezone(UTC), HOUR)
        about = [hour]
        if self._sum_hours(("host", host), about).threads < ENOUGH:  # few: look a little further
            about = [hour - HOUR, hour, hour + HOUR]
        now = self._sum_hours(("host", host), about)
        before = self._sum_hours(("host", host), [hour - days * _DAY + o for days in range(1, 8) for o in _ABOUT])
        by_hour = before.threads >= ENOUGH
        return Shares(
            hostname=host,
            now=now,
            others=_less(self._sum_hours(_ALL, about), now),
            host=before if by_hour else self._sum_days(("host", host), hour),
            graph=self._sum_days(("graph", graph), hour) if graph else Sums(),
            by_hour=by_hour,
        )

    def shape(self, shape: str, at: datetime) -> tuple[Sums, Sums]:
        """Threads of the week with ids of this shape, and all others. The day of `at` is in it: a store may be new."""
        return self._beside(("shape", shape), at)

    def graph(self, graph: str, at: datetime) -> tuple[Sums, Sums]:
        return self._beside(("graph", graph), at)

    def _beside(self, key: _Key, at: datetime) -> tuple[Sums, Sums]:
        same = self._sum_days(key, at, today=True)
        return same, _less(self._sum_days(_ALL, at, today=True), same)

    def _sum_days(self, key: _Key, at: datetime, *, today: bool = False) -> Sums:
        held, day = self.days.get(key, {}), at.astimezone(UTC).date()
        return _total(held.get(day - n * _DAY) for n in range(0 if today else 1, _WEEK + 1))

    def _sum_hours(self, key: _Key, hours: Iterable[datetime]) -> Sums:
        held = self.hours.get(key, {})
        return _total(held.get(hour) for hour in hours)


_ABOUT = (-HOUR, timedelta(0), HOUR)


def _asked(hours: Collection[datetime]) -> set[datetime]:
    asked = {hour + offset for hour in hours for offset in _ABOUT}
    if len(hours) <= _HOURS:
        asked |= {hour - days * _DAY + offset for hour in hours for days in range(1, 8) for offset in _ABOUT}
    return asked


def _by_day(kept: QuerySet[HourTally]) -> dict[_Key, dict[date, Sums]]:
    rows = kept.order_by().annotate(at=_text("hour", _TO_DAY)).values("by", "name", "at")
    summed = rows.annotate(*(Sum(name) for name in Sums._fields))
    found: dict[_Key, dict[date, Sums]] = {}
    for by, name, at, *sums in summed.values_list("by", "name", "at", *(f"{name}__sum" for name in Sums._fields)):
        found.setdefault((by, name), {})[date.fromisoformat(at)] = Sums(*sums)
    return found


def _by_hour(kept: QuerySet[HourTally]) -> dict[_Key, dict[datetime, Sums]]:
    """The hour as text, which is read several times as fast as a time."""
    found: dict[_Key, dict[datetime, Sums]] = {}
    rows = kept.order_by().annotate(at=_text("hour", _TO_HOUR))
    for by, name, at, *sums in rows.values_list("by", "name", "at", *Sums._fields):
        found.setdefault((by, name), {})[_hour(at)] = Sums(*sums)
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
    grouped = rows.annotate(at=_text("first_at", _TO_HOUR)).values("at", "workers__hostname")
    for at, host, count in grouped.annotate(count=Count("id")).values_list("at", "workers__hostname", "count"):
        yield host, _hour(at), count


def _text(column: str, length: int) -> Substr:
    """The beginning of a time as text: connections speak UTC."""
    return Substr(Cast(column, TextField()), 1, length)


def _hour(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _total(parts: Iterable[Sums | None]) -> Sums:
    total = Sums()
    for part in parts:
        total = total.plus(part) if part is not None else total
    return total


def _less(whole: Sums, part: Sums) -> Sums:
    return Sums(*(max(0, one - two) for one, two in zip(whole, part, strict=True)))
