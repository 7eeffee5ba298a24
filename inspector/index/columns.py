"""Conditions on rows, written so that the database walks the index that we mean and no other.

SQLite has no statistics until somebody makes some, and would go to any index whose columns are compared with values,
even where that means to sort a million rows. Postgres has statistics and a mind of its own; here it reads the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Q
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThan
from django.db.models.sql.compiler import SQLCompiler

#: Values of an order's columns, of one row.
Key = tuple[Any, ...]


class Unindexed(Func):
    """A column, out of sight for SQLite's choice of an index."""

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


def is_among(
    held: Mapping[str, Any], *, since: datetime | None = None, until: datetime | None = None, time: str = "last_at"
) -> Q:
    """Columns with their values, and a time in a stretch of it, asked of each row by itself."""
    asked = Q()
    for column, value in held.items():
        asked &= Q(Exact(Unindexed(column), value))
    if since is not None:
        asked &= Q(GreaterThanOrEqual(Unindexed(time), since))
    if until is not None:
        asked &= Q(LessThan(Unindexed(time), until))
    return asked


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by, one that tells ties apart ("" where there are none), and the direction."""

    column: str
    tie: str
    descending: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.tie) if self.tie else (self.column,)

    @property
    def by(self) -> list[str]:
        return [f"-{column}" if self.descending else column for column in self.columns]

    def ranges(self, after: Key | None, up_to: Key | None, bounds: Q) -> list[Q]:
        """Rows beyond the first key, up to and with the second, in ranges that follow each other: of both columns at
        once, SQLite would look at every tie. `bounds` are further ones of the column, which either key fits."""
        near, far = ("lt", "gt") if self.descending else ("gt", "lt")
        if not self.tie:
            beyond = bounds & Q(**{f"{self.column}__{near}": after[0]}) if after else bounds
            return [beyond & Q(**{f"{self.column}__{far}e": up_to[0]}) if up_to else beyond]
        between, ranges = bounds, []
        if after is not None:
            tied = Q(**{self.column: after[0], f"{self.tie}__{near}": after[1]})
            if up_to is not None and up_to[0] == after[0]:
                return [tied & Q(**{f"{self.tie}__{far}e": up_to[1]})]
            ranges.append(tied)
            between &= Q(**{f"{self.column}__{near}": after[0]})
        if up_to is None:
            return [*ranges, between]
        between &= Q(**{f"{self.column}__{far}": up_to[0]})
        return [*ranges, between, Q(**{self.column: up_to[0], f"{self.tie}__{far}e": up_to[1]})]
