"""Threads by when they began: how many there are, and how many were left after one turn, in a stretch of time.

Whole hours are kept in the tallies. Rows are counted of the hours that a stretch cuts, and of the young ones, of which
nobody knows yet whether they are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, Count, Expression, Func, IntegerField, QuerySet, Sum, TextField, Value, When
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
        threads, left, left_random, left_muted = other
        return Sums(
            self.threads + sign * threads,
            self.left + sign * left,
            self.left_random + sign * left_random,
            self.left_muted + sign * left_muted,
        )


def floor(at: datetime, bucket: timedelta) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // bucket * bucket


def nearest_hour(at: datetime) -> datetime:
    """The full hour that is next to it, before or after."""
    return floor(at + HOUR / 2, HOUR)


class TimePrefix(Func):
    """The beginning of a time as text, "2026-11-22 12:34": SQLite keeps times so, and has no other quick way. What is
    read as text is read several times as fast as a time."""

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


#: The full hour of a tally as text, and how long the text of an hour of the day is.
TO_HOUR, _OF_DAY = TimePrefix("hour", length=13), 2
#: The minute in which a thread began, as text.
BEGUN_MINUTE = TimePrefix("first_at", length=16)


@dataclass(frozen=True, slots=True)
class Cells:
    """By the first hour of each bucket, and what was before these by the hour of the day."""

    bars: dict[datetime, Sums]
    before: dict[int, Sums]


@dataclass(frozen=True, slots=True)
class Begun:
    """Of one store, as of one moment."""

    store: StoreEntry
    moment: Moment

    def count(self, begin: datetime, end: datetime) -> Sums:
        """Threads begun from `begin` on and before `end`."""
        found = self._tallied(nearest_hour(begin), nearest_hour(end), "all").aggregate(**_SUMMED)
        sums = Sums(*(value or 0 for value in found.values()))
        return sums.plus(self.edge(begin)).plus(self.edge(end), -1)

    def edge(self, at: datetime) -> Sums:
        """What those begun since `at` are more than those begun since the full hour next to it, which may be less."""
        hour = nearest_hour(at)
        if hour == at:
            return Sums()
        rows = Sums(**self._rows(min(at, hour), max(at, hour)).aggregate(**_COUNTED))
        return rows if at < hour else Sums().plus(rows, -1)

    def minutes(self, begin: datetime) -> dict[datetime, Sums]:
        """Those begun from `begin` on until now, by the minute: a look at each thread."""
        return by_minute(self._rows(begin, self.moment.now + _INSTANT))

    def hours(self, first: datetime) -> dict[datetime, Sums]:
        """Those begun from a full hour on until the end of the present one, by the hour."""
        rows = self._tallied(first, self._last, "all").annotate(at=TO_HOUR)
        return {hour_of(at): Sums(*sums) for at, *sums in rows.values_list("at", *Sums._fields)}

    def named(self, first: datetime, since: datetime) -> tuple[dict[Named, Sums], dict[Named, Sums]]:
        """Those begun from the one full hour on and before the other, and those begun from that one on until the end of
        the present hour, by host, graph and id shape."""
        later = Case(When(hour__gte=since, then=Value(1)), default=Value(0), output_field=IntegerField())
        found: tuple[dict[Named, Sums], dict[Named, Sums]] = ({}, {})
        for name, by, when, *sums in _grouped(self._tallied(first, self._last, *NAMED), "name", "by", at=later):
            found[when][by, name] = Sums(*sums)
        return found

    def named_rows(self, begin: datetime, end: datetime) -> dict[Named, Sums]:
        """The same of any short stretch of time, by a look at each thread."""
        return by_name(self._rows(begin, end))

    def ahead(self) -> dict[Named, Sums]:
        """Those that the tallies count in the present hour and that begin later than now, by a clock that is ahead."""
        end = self.moment.now + _INSTANT
        return self.named_rows(end, self._last) if self._rows(end, self._last).exists() else {}

    def cells(
        self, begin: datetime, first: datetime, bucket: timedelta, named: Collection[Named]
    ) -> dict[Named, Cells]:
        """Those of some names: by the hour of the day from one full hour to the other, from there on by buckets."""
        hours = bucket // HOUR
        at = Case(
            When(hour__gte=first, then=_Hours("hour", hours=hours) if hours > 1 else TO_HOUR),
            default=_HourOfDay("hour"),
        )
        found = {key: Cells({}, {}) for key in named}
        for by in {by for by, _ in named}:
            kept = self._tallied(begin, self._last, by).filter(name__in=[n for b, n in named if b == by])
            for name, text, *sums in _grouped(kept, "name", at=at):
                cells = found[by, name]
                if len(text) == _OF_DAY:
                    cells.before[int(text)] = Sums(*sums)
                else:
                    cells.bars[hour_of(text)] = Sums(*sums)
        return found

    def young(self, begin: datetime, end: datetime) -> QuerySet[ThreadEntry]:
        """Those that were left too lately to tell, begun in this time."""
        way = left(since=self.moment.orphan_before)
        held = ThreadEntry.every.filter(way.rows, way.asked_of_held, store=self.store, last_at__gte=way.since)
        return held.filter(is_among({}, time="first_at", since=begin, until=end))

    def _rows(self, begin: datetime, end: datetime) -> QuerySet[ThreadEntry]:
        return ThreadEntry.objects.filter(store=self.store, first_at__gte=begin, first_at__lt=end)

    @property
    def _last(self) -> datetime:
        """Where the present hour ends."""
        return floor(self.moment.now, HOUR) + HOUR

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


@lru_cache(maxsize=2_000)  # every name has the same hours
def hour_of(at: str) -> datetime:
    """A full hour as text: "2026-11-22 12"."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def fold(parts: Iterable[tuple[datetime, Sums]], bucket: timedelta) -> dict[datetime, Sums]:
    """Sums of shorter stretches by the bucket that each lies in."""
    found: dict[datetime, Sums] = {}
    for at, sums in parts:
        first = floor(at, bucket)
        found[first] = found.get(first, Sums()).plus(sums)
    return found


def _grouped(kept: QuerySet[HourTally], *columns: str, **more: Expression) -> Iterable[tuple[Any, ...]]:
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
