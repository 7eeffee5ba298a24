"""Threads by when they began: how many there are, and how many were left after one turn, in a stretch of time.

Whole hours are kept in the tallies. Rows are counted of the hours that a stretch cuts, and of the young ones, of which
nobody knows yet whether they are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Func, Q, QuerySet, Sum, TextField
from django.db.models.sql.compiler import SQLCompiler

from inspector.index.columns import is_among
from inspector.index.kinds import Moment, left
from inspector.index.workers import did_write
from inspector.models import HourTally, StoreEntry, ThreadEntry

HOUR = timedelta(hours=1)
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


_LENGTHS = {timedelta(minutes=1): 16, HOUR: 13, timedelta(days=1): 10}


@dataclass(frozen=True, slots=True)
class Begun:
    """Of one store, as of one moment."""

    store: StoreEntry
    moment: Moment

    def count(self, begin: datetime, end: datetime) -> Sums:
        """Threads begun from `begin` on and before `end`."""
        first, last = nearest_hour(begin), nearest_hour(end)
        found = self._tallied(first, last).aggregate(**_SUMMED)
        sums = Sums(*(value or 0 for value in found.values()))
        for a, b, sign in (*_between(begin, first), *_between(last, end)):
            sums = sums.plus(Sums(**self._rows(a, b).aggregate(**_COUNTED)), sign)
        return sums

    def buckets(self, begin: datetime, bucket: timedelta) -> dict[datetime, Sums]:
        """Those begun from `begin` on until now, by the bucket's first moment."""
        first, end = nearest_hour(begin), self.moment.now + _INSTANT
        if bucket < HOUR:
            return by_bucket(self._rows(begin, end), bucket)
        found: dict[datetime, Sums] = {}
        for hour, *sums in self._tallied(first, _ceil(end)).values_list("hour", *Sums._fields):
            at = floor(hour, bucket)
            found[at] = found.get(at, Sums()).plus(Sums(*sums))
        for a, b, sign in (*_between(begin, first), *_between(_ceil(end), end)):
            at = floor(a, bucket)
            found[at] = found.get(at, Sums()).plus(Sums(**self._rows(a, b).aggregate(**_COUNTED)), sign)
        return found

    def hosts(self, begin: datetime, *, by_rows: bool) -> dict[str, Sums]:
        """The same by the hosts that wrote to them. Unless `by_rows`, `begin` is a full hour, see `nearest_hour`: which
        hosts wrote to the threads of a part of an hour, only a look at each of them tells."""
        end = self.moment.now + _INSTANT
        if by_rows:
            return by_host(self._rows(begin, end))
        tallied = self._tallied(begin, _ceil(end), by="host").values("name")
        rows = tallied.annotate(**_SUMMED).values_list("name", *_SUMMED)
        found = {hostname: Sums(*sums) for hostname, *sums in rows}
        for hostname, sums in by_host(self._rows(end, _ceil(end))).items():  # by a clock that is ahead
            found[hostname] = found.get(hostname, Sums()).plus(sums, -1)
        return {hostname: sums for hostname, sums in found.items() if sums.threads}

    def young(self, begin: datetime, end: datetime) -> QuerySet[ThreadEntry]:
        """Those that were left too lately to tell, begun in this time."""
        way = left(since=self.moment.orphan_before)
        held = ThreadEntry.every.filter(Q(**way.held), way.asked_of_held, store=self.store, last_at__gte=way.since)
        return held.filter(is_among({}, time="first_at", since=begin, until=end))

    def _rows(self, begin: datetime, end: datetime) -> QuerySet[ThreadEntry]:
        return ThreadEntry.objects.filter(store=self.store, first_at__gte=begin, first_at__lt=end)

    def _tallied(self, first: datetime, last: datetime, *, by: str = "all") -> QuerySet[HourTally]:
        return HourTally.objects.filter(store=self.store, by=by, hour__gte=first, hour__lt=last)


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


def by_bucket(threads: QuerySet[ThreadEntry], bucket: timedelta, *, all_left: bool = False) -> dict[datetime, Sums]:
    """Rows by the bucket in which they began."""
    at = _Prefix("first_at", length=_LENGTHS[bucket])
    counted = _COUNTED_LEFT if all_left else _COUNTED
    rows = threads.order_by().annotate(at=at).values("at").annotate(**counted).values_list("at", *counted)
    return {datetime.fromisoformat(at).replace(tzinfo=UTC): Sums(*sums) for at, *sums in rows}


def by_host(threads: QuerySet[ThreadEntry], *, all_left: bool = False) -> dict[str, Sums]:
    """Rows by the hosts that wrote to them; one that several hosts wrote to counts for each."""
    wrote = threads.order_by().filter(did_write("workers__")).values("workers__hostname")
    counted = _COUNTED_LEFT if all_left else _COUNTED
    rows = wrote.annotate(**counted).values_list("workers__hostname", *counted)
    return {hostname: Sums(*sums) for hostname, *sums in rows}
