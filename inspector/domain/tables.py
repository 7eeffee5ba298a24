"""Values that are tables: a list of mappings with the same keys, or a mapping of columns of one length, as a data frame
is stored that was made into JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from inspector.domain.align import common_subsequence
from inspector.domain.messages import is_message_list
from inspector.domain.value import Absent, Binary, CutText, Omitted, Tagged, Value

#: Fewer rows or columns are read as well without one; more columns fit no page.
LEAST_ROWS = 3
LEAST_COLUMNS, MOST_COLUMNS = 2, 12
#: Rows that are compared; beyond it places are told instead.
MOST_ROWS = 5_000
_LONGEST_CELL = 60
_CELLS_OF = frozenset({"value"})


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]
    by_column: bool  #: stored as a mapping of columns


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row and its number in the newer table, in the older one where it is gone. `before` is there for `removed` and
    `changed`, `after` for all but `removed`."""

    kind: Literal["same", "added", "removed", "changed"]
    number: int
    before: tuple[Value, ...] | None
    after: tuple[Value, ...] | None


def read_table(value: Value | Absent) -> Table | None:
    """The table that a value is; None for any other, and for one with cells that fit no cell."""
    if isinstance(value, list):
        return _of_rows(value)
    return _of_columns(value) if isinstance(value, dict) else None


def compare_tables(before: Table, after: Table) -> list[RowChange] | None:
    """Rows in the newer order, removed ones where they stood. Rows between two that stayed are paired in order. None
    where the columns are others, or rows too many."""
    if before.columns != after.columns or max(len(before.rows), len(after.rows)) > MOST_ROWS:
        return None
    old, new = [_identity(row) for row in before.rows], [_identity(row) for row in after.rows]
    changes: list[RowChange] = []
    i = j = 0
    for a, b in [*common_subsequence(old, new), (len(old), len(new))]:
        paired = min(a - i, b - j) if a - i == b - j else 0
        changes += [RowChange("changed", j + n, before.rows[i + n], after.rows[j + n]) for n in range(paired)]
        changes += [RowChange("removed", n, before.rows[n], None) for n in range(i + paired, a)]
        changes += [RowChange("added", n, None, after.rows[n]) for n in range(j + paired, b)]
        if b < len(new):
            changes.append(RowChange("same", b, None, after.rows[b]))
        i, j = a + 1, b + 1
    return changes


def _of_rows(value: list[Value]) -> Table | None:
    if len(value) < LEAST_ROWS or not isinstance(value[0], dict) or is_message_list(value):
        return None
    columns = tuple(value[0])
    keys = value[0].keys()
    if not LEAST_COLUMNS <= len(columns) <= MOST_COLUMNS:
        return None
    rows = [row for row in value if isinstance(row, dict) and row.keys() == keys]
    if len(rows) < len(value) or not all(_fits(cell) for row in rows for cell in row.values()):
        return None
    return Table(columns, [tuple(row[column] for column in columns) for row in rows], by_column=False)


def _of_columns(value: dict[str, Value]) -> Table | None:
    columns = [column for column in value.values() if isinstance(column, list)]
    if not LEAST_COLUMNS <= len(value) <= MOST_COLUMNS or len(columns) < len(value):
        return None
    length = len(columns[0])
    if length < LEAST_ROWS or any(len(column) != length or is_message_list(column) for column in columns):
        return None
    if not all(_fits(cell) for column in columns for cell in column):
        return None
    return Table(tuple(value), list(zip(*columns, strict=True)), by_column=True)


def _fits(cell: Value) -> bool:
    if isinstance(cell, Tagged):
        return cell.fields.keys() <= _CELLS_OF and all(_fits(item) for item in cell.fields.values())
    if isinstance(cell, str):
        return len(cell) <= _LONGEST_CELL
    return not isinstance(cell, list | dict | CutText | Binary | Omitted) and (
        not isinstance(cell, int) or abs(cell) < 10**_LONGEST_CELL
    )


def _identity(row: tuple[Value, ...]) -> tuple[tuple[str, str], ...]:
    """Equal where the rows are: 1, 1.0, True and "1" are four different cells."""
    return tuple((type(cell).__name__, repr(cell)) for cell in row)
