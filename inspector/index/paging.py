"""Rows of several indexes as one list, a page at a time, each index followed only as far as a page may take."""

from __future__ import annotations

import operator
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from inspector.index.columns import Key
from inspector.index.drivers import Driver
from inspector.models import ThreadEntry

#: Rows that a page looks at, of all indexes. Where fewer of them fit than a page has room for, it is not full.
BUDGET = 100_000
#: Seconds after which it looks at no more of them, if that comes first.
SECONDS = 0.25
#: Rows that are looked at first, and how many times as many next: a page that is full soon has looked at few.
_FIRST, _GROWTH = 500, 4


@dataclass(frozen=True, slots=True)
class Found:
    """The first rows in the list's order. `cut` is the last place in it that was looked at, where that was not to the
    end and too few were found; `looked` counts the rows."""

    entries: list[ThreadEntry]
    cut: Key | None
    looked: int


@dataclass(frozen=True, slots=True)
class _Walked:
    entries: list[ThreadEntry]
    cut: Key | None = None
    looked: int = 0


def read_page(drivers: Sequence[Driver], column: str, after: Key | None, many: int, *, descending: bool) -> Found:
    """Up to `many` rows beyond `after`, which is a value of `column` and the number of a row."""
    walked = [_walk(driver, after, many, share=len(drivers)) for driver in drivers]
    entries = [entry for one in walked for entry in one.entries]
    entries.sort(key=lambda entry: _place(entry, column), reverse=descending)
    cut = (max if descending else min)((one.cut for one in walked if one.cut), key=_as_sorted, default=None)
    if cut is not None:  # beyond it others may be missing between these
        edge = _as_sorted(cut)
        beyond = operator.lt if descending else operator.gt
        entries = [entry for entry in entries if not beyond(_place(entry, column)[: len(edge)], edge)]
    short = len(entries) < many
    return Found(entries[:many], cut if short else None, sum(one.looked for one in walked))


def _walk(driver: Driver, after: Key | None, many: int, *, share: int) -> _Walked:
    """Of an index whose rows all fit, as many as are wanted; else stretch by stretch until there are so many."""
    if driver.rest == Q() or driver.listed:
        return _Walked(_take(driver.threads(after), many))
    found: list[ThreadEntry] = []
    looked, stretch, until = 0, _FIRST, time.monotonic() + SECONDS / share
    while True:
        stretch = max(1, min(stretch, BUDGET // share - looked))
        edge = driver.edge(after, stretch)
        found += _take(driver.threads(after, edge), many - len(found))
        looked += stretch
        if edge is None or len(found) >= many:
            return _Walked(found, None, looked)
        if looked >= BUDGET // share or time.monotonic() > until:
            return _Walked(found, edge if driver.edge(edge, 1) is not None else None, looked)
        after, stretch = edge, stretch * _GROWTH


def _take(ranges: Iterable[QuerySet[ThreadEntry]], many: int) -> list[ThreadEntry]:
    found: list[ThreadEntry] = []
    for rows in ranges:
        if len(found) < many:
            found += rows[: many - len(found)]
    return found


def _place(entry: ThreadEntry, column: str) -> tuple[Any, ...]:
    return _as_sorted((getattr(entry, column), entry.pk))


def _as_sorted(key: Key) -> tuple[Any, ...]:
    """Both databases compare texts by their bytes."""
    return tuple(value.encode() if isinstance(value, str) else value for value in key)
