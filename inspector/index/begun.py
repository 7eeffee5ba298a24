"""Threads by when they began: how many there are, and how many were left after one turn, in a stretch of time.

Whole hours are kept in the tallies. Rows are counted of the hours that a stretch cuts, and of the young ones, of which
nobody knows yet whether they are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Func, QuerySet, Sum, TextField
from django.db.models.sql.compiler import SQLCompiler

from inspector.index.columns import is_among
from inspector.index.kinds import Moment, left
from inspector.index.workers import did_write
from inspector.models import HourTally, StoreEntry, ThreadEntry

HOUR = timedelta(hours=1)
#: What threads are told apart by, as `HourTally.by` says it; with a name it makes a key.
NAMED = ("host", "graph", "shape")
Named = tuple[str, str]
_INSTANT = timedelta(microseconds=1)


class Sums(NamedTuple):
    """`left` had one turn, and nobody was asked a question; of these, `left_random` have a random id, and `left_muted`
    are muted."""

    threads: int = 0
    left: int = 0
    left_random: int = 0
    left_muted: int = 0

    def plus(self, other: Sums, sign: int = 1) -> Sums:
        return Sums(*(one + sign * two for one, two in zip(self, other, strict=True)))


def floor(at: datetime, bucket: timedelta) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // bucket * bucket


def _ceil(at: datetime) -> datetime:
    return floor(at + HOUR - _INSTANT, HOUR)


def nearest_hour(at: datetime) -> datetime:
    """The full hour that is next to it, before or after."""
    return floor(at + HOUR / 2, HOUR)


def _between(begin: datetime, end: datetime) -> list[tuple[datetime, datetime, int]]:
    """What to add, or, where `end` comes first, to take away: rows of less than an hour."""
    return [(begin, end, 1)] if begin < end else [(end, begin, -1)] if end < begin else []


class _Prefix(Func):
    """The beginning of a time as text, "2026-11-22 12:34": SQLite keeps times so, and has no other quick way."""

    output_field = TextField()
    template = "substr(%(expressions)s, 1, %(length)s)"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> tuple[str, Any]:
        text = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"
        return self.as_sql(compiler, connection, template=f"substr({text}, 1, %(length)s)", **extra)


class _Hours(Func):
    """The first hour of the bucket that a time lies in, as text: "2026-11-22 12". Days are made of whole buckets."""

    output_field = TextField()
    template = (
        "substr(%(expressions)s, 1, 11) || "
        "substr('0' || (CAST(substr(%(expressions)s, 12, 2) AS INTEGER) / %(hours)s * %(hours)s), -2)"
    )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> tuple[str, Any]:
        hour = "extract(hour from %(expressions)s AT TIME ZONE 'UTC')::integer / %(hours)s * %(hours)s"
        day = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD ')"
        return self.as_sql(compiler, connection, template=f"{day} || lpad(({hour})::text, 2, '0')", **extra)


class _HourOfDay(Func):
    """ "00" to "23", in UTC."""

    output_field = TextField()
    template = "substr(%(expressions)s, 12, 2)"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'HH24')", **extra
        )


#: The minute in which a thread began, as text.
BEGUN_MINUTE = _Prefix("first_at", length=16)


@dataclass(frozen=True, slots=True)
class Begun:
    """Of one store, as of one moment."""

    store: StoreEntry
    moment: Moment

    def count(self, begin: datetime, end: datetime) -> Sums:
        """Threads begun from `begin` on and before `end`."""
        first, last = nearest_hour(begin), nearest_hour(end)
        found = self._tallied(first, last, "all").aggregate(**_SUMMED)
        sums = Sums(*(value or 0 for value in found.values()))
        for a, b, sign in (*_between(begin, first), *_between(last, end)):
            sums = sums.plus(Sums(**self._rows(a, b).aggregate(**_COUNTED)), sign)
        return sums

    def buckets(self, begin: datetime, bucket: timedelta) -> dict[datetime, Sums]:
        """Those begun from `begin` on until now, by the bucket's first moment."""
        first, end = nearest_hour(begin), self.moment.now + _INSTANT
        if bucket < HOUR:
            return fold(by_minute(self._rows(begin, end)).items(), bucket)
        found = self.buckets_of(first, "all", [""], bucket)[""]
        for a, b, sign in (*_between(begin, first), *_between(_ceil(end), end)):
            at = floor(a, bucket)
            found[at] = found.get(at, Sums()).plus(Sums(**self._rows(a, b).aggregate(**_COUNTED)), sign)
        return found

    def named(self, first: datetime, last: datetime) -> dict[Named, Sums]:
        """Those begun in these whole hours, by host, graph and id shape."""
        tallied = self._tallied(first, last, *NAMED)
        return {(by, name): Sums(*sums) for by, name, *sums in _grouped(tallied, "by", "name")}

    def named_rows(self, begin: datetime, end: datetime) -> dict[Named, Sums]:
        """The same of any short stretch of time, by a look at each thread."""
        return by_name(self._rows(begin, end))

    def ahead(self) -> dict[Named, Sums]:
        """Those that the tallies count in the present hour and that begin later than now, by a clock that is ahead."""
        end = self.moment.now + _INSTANT
        return self.named_rows(end, _ceil(end)) if self._rows(end, _ceil(end)).exists() else {}

    def buckets_of(
        self, first: datetime, by: str, names: Collection[str], bucket: timedelta
    ) -> dict[str, dict[datetime, Sums]]:
        """Those of some names that began from a full hour on until the end of the present one, by buckets of hours."""
        kept = self._tallied(first, _ceil(self.moment.now + _INSTANT), by).filter(name__in=names)
        found: dict[str, dict[datetime, Sums]] = {name: {} for name in names}
        for name, at, *sums in _grouped(kept, "name", at=_Hours("hour", hours=bucket // HOUR)):
            found[name][minute_of(f"{at}:00")] = Sums(*sums)
        return found

    def hours_of_day(
        self, first: datetime, last: datetime, by: str, names: Collection[str]
    ) -> dict[str, dict[int, Sums]]:
        """Those of some names that began in these full hours, by the hour of the day."""
        kept = self._tallied(first, last, by).filter(name__in=names)
        found: dict[str, dict[int, Sums]] = {name: {} for name in names}
        for name, hour, *sums in _grouped(kept, "name", at=_HourOfDay("hour")):
            found[name][int(hour)] = Sums(*sums)
        return found

    def young(self, begin: datetime, end: datetime) -> QuerySet[ThreadEntry]:
        """Those that were left too lately to tell, begun in this time."""
        way = left(since=self.moment.orphan_before)
        held = ThreadEntry.every.filter(way.rows, way.asked_of_held, store=self.store, last_at__gte=way.since)
        return held.filter(is_among({}, time="first_at", since=begin, until=end))

    def _rows(self, begin: datetime, end: datetime) -> QuerySet[ThreadEntry]:
        return ThreadEntry.objects.filter(store=self.store, first_at__gte=begin, first_at__lt=end)

    def _tallied(self, first: datetime, last: datetime, *by: str) -> QuerySet[HourTally]:
        return HourTally.objects.filter(store=self.store, by__in=by, hour__gte=first, hour__lt=last)


_LEFT = is_among({"one_turn": True}) & ~is_among({"state": "interrupted"})
_COUNTED: dict[str, Any] = {
    "threads": Count("id"),
    "left": Count("id", filter=_LEFT),
    "left_random": Count("id", filter=_LEFT & is_among({"random_id": True})),
    "left_muted": Count("id", filter=_LEFT & is_among({"muted": True})),
}
_SUMMED: dict[str, Any] = {f"{name}_sum": Sum(name) for name in Sums._fields}


#: The same of threads that are all left: what that means is not asked again, so that an index is enough.
_COUNTED_LEFT: dict[str, Any] = {
    "threads": Count("id"),
    "left": Count("id"),
    "left_random": Count("id", filter=is_among({"random_id": True})),
    "left_muted": Count("id", filter=is_among({"muted": True})),
}


def by_minute(threads: QuerySet[ThreadEntry], *, all_left: bool = False) -> dict[datetime, Sums]:
    """Rows by the minute in which they began."""
    rows = _by_columns(threads.annotate(at=BEGUN_MINUTE), ("at",), all_left)
    return {minute_of(at): sums for (at,), sums in rows.items()}


def by_name(threads: QuerySet[ThreadEntry], *more: str, all_left: bool = False) -> dict[Any, Sums]:
    """Rows by host, graph and id shape, each key being which of these and the name; one that several hosts wrote to
    counts for each. The values of `more` columns stand in the key behind the name."""
    found: dict[tuple[Any, ...], Sums] = {}
    of_rows = _by_columns(threads, ("graph", "id_shape", *more), all_left)
    for (graph, shape, *rest), sums in of_rows.items():
        for key in (("graph", graph, *rest), ("shape", shape, *rest)):
            found[key] = found.get(key, Sums()).plus(sums)
    if of_rows:
        found |= {("host", *key): sums for key, sums in _by_host(threads, more, all_left).items()}
    return found


def by_host(threads: QuerySet[ThreadEntry], *, all_left: bool = False) -> dict[str, Sums]:
    """Rows by the hosts that wrote to them; one that several hosts wrote to counts for each."""
    return {key[0]: sums for key, sums in _by_host(threads, (), all_left).items()}


def minute_of(at: str) -> datetime:
    """A time as `BEGUN_MINUTE` tells it."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def fold(parts: Iterable[tuple[datetime, Sums]], bucket: timedelta) -> dict[datetime, Sums]:
    """Sums of shorter stretches by the bucket that each lies in."""
    found: dict[datetime, Sums] = {}
    for at, sums in parts:
        first = floor(at, bucket)
        found[first] = found.get(first, Sums()).plus(sums)
    return found


def _grouped(kept: QuerySet[HourTally], *columns: str, **more: Func) -> Iterable[tuple[Any, ...]]:
    by = (*columns, *more)
    rows: QuerySet[HourTally, tuple[Any, ...]] = (
        kept.annotate(**more).values(*by).annotate(**_SUMMED).values_list(*by, *_SUMMED)
    )
    return rows


def _by_host(threads: QuerySet[ThreadEntry], more: Sequence[str], all_left: bool) -> dict[tuple[Any, ...], Sums]:
    return _by_columns(threads.filter(did_write("workers__")), ("workers__hostname", *more), all_left)


def _by_columns(threads: QuerySet[ThreadEntry], columns: Sequence[str], all_left: bool) -> dict[tuple[Any, ...], Sums]:
    counted = _COUNTED_LEFT if all_left else _COUNTED
    rows = threads.order_by().values(*columns).annotate(**counted).values_list(*columns, *counted)
    return {tuple(row[: len(columns)]): Sums(*row[len(columns) :]) for row in rows}
