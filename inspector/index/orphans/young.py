"""Threads that have one turn and are too young to be orphans yet: by host, graph and id shape, and by minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from inspector.index.begun import BEGUN_MINUTE, HOUR, Begun, Named, Sums, by_name, minute_of
from inspector.index.week import LENGTH

#: Begun within the window, in the seven days before it, or in the hour before those, of which parts need a piece.
INSIDE, WEEK_BEFORE, EARLIER = 2, 1, 0


@dataclass(frozen=True, slots=True)
class Cell:
    minute: datetime
    when: int  #: `INSIDE`, `WEEK_BEFORE` or `EARLIER`
    sums: Sums


@dataclass(frozen=True, slots=True)
class Young:
    """Those begun in the window and in the week before."""

    cells: Mapping[Named, tuple[Cell, ...]]

    @classmethod
    def read(cls, begun: Begun, begin: datetime, end: datetime) -> Young:
        week = begin - LENGTH
        when = Case(
            When(first_at__gte=begin, then=Value(INSIDE)),
            When(first_at__gte=week, then=Value(WEEK_BEFORE)),
            default=Value(EARLIER),
            output_field=IntegerField(),
        )
        rows = begun.young(week - HOUR, end).annotate(at=BEGUN_MINUTE, when=when)
        found: dict[Named, list[Cell]] = {}
        for (by, name, at, stretch), sums in by_name(rows, "at", "when", all_left=True).items():
            found.setdefault((by, name), []).append(Cell(minute_of(at), stretch, sums))
        return cls({named: tuple(cells) for named, cells in found.items()})

    def all(self, when: int) -> Iterator[tuple[datetime, Sums]]:
        """By minute. Every thread has one id and so one shape."""
        for (by, _), cells in self.cells.items():
            if by == "shape":
                yield from ((cell.minute, cell.sums) for cell in cells if cell.when == when)

    def of(self, named: Named) -> tuple[Cell, ...]:
        return self.cells.get(named, ())


def add_up(parts: Iterable[Sums]) -> Sums:
    total = Sums()
    for part in parts:
        total = total.plus(part)
    return total
