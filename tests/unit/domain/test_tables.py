"""Lists of alike mappings and mappings of columns are tables, and tables are compared by row."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.domain.tables import RowChange, compare_tables, read_table

ROWS: Any = [{"sku": f"S{n}", "price": n * 2.5} for n in range(6)]
COLUMNS: Any = {"day": ["Mon", "Tue", "Wed"], "visits": [1, 2, 3]}


def kinds(before: Any, after: Any) -> list[tuple[str, int]]:
    old, new = read_table(before), read_table(after)
    assert old is not None
    assert new is not None
    changes = compare_tables(old, new)
    assert changes is not None
    return [(change.kind, change.number) for change in changes if change.kind != "same"]


def test_both_forms_of_a_table_are_known() -> None:
    table, other = read_table(ROWS), read_table(COLUMNS)
    assert table is not None
    assert other is not None
    assert (table.columns, len(table.rows), table.by_column) == (("sku", "price"), 6, False)
    assert (other.columns, other.rows[1], other.by_column) == (("day", "visits"), ("Tue", 2), True)


@pytest.mark.parametrize(
    "value",
    [
        ROWS[:2],
        [*ROWS, {"sku": "other"}],
        [{"a": 1}, {"a": 2}, {"a": 3}],
        [{"a": [1], "b": 1}] * 3,
        [{"a": "x" * 100, "b": 1}] * 3,
        [{"role": "user", "content": "Hi"}] * 3,
        {"a": [1, 2, 3], "b": [1, 2]},
        {"a": [1, 2, 3], "b": 3},
        {"a": [1, 2], "b": [1, 2]},
        [1, 2, 3],
        "text",
    ],
)
def test_other_values_are_no_tables(value: Any) -> None:
    assert read_table(value) is None


def test_rows_change_come_and_go() -> None:
    assert kinds(ROWS, [*ROWS[:3], {"sku": "S3", "price": 9}, *ROWS[4:]]) == [("changed", 3)]
    assert kinds(ROWS, ROWS[1:]) == [("removed", 0)]
    assert kinds(ROWS, [*ROWS, {"sku": "new", "price": 1}]) == [("added", 6)]
    assert kinds(COLUMNS, {"day": ["Mon", "Tue", "Wed"], "visits": [1, 5, 3]}) == [("changed", 1)]


def test_a_number_and_its_text_are_different_cells() -> None:
    assert kinds([{"a": 1, "b": n} for n in range(3)], [{"a": 1.0, "b": n} for n in range(3)]) == [
        ("changed", 0),
        ("changed", 1),
        ("changed", 2),
    ]


def test_tables_with_other_columns_are_not_compared() -> None:
    old, new = read_table(ROWS), read_table([{"sku": "a", "cost": 1}] * 3)
    assert old is not None
    assert new is not None
    assert compare_tables(old, new) is None


def test_a_changed_row_has_both_sides() -> None:
    old, new = read_table(COLUMNS), read_table({**COLUMNS, "visits": [1, 5, 3]})
    assert old is not None
    assert new is not None
    assert RowChange("changed", 1, ("Tue", 2), ("Tue", 5)) in (compare_tables(old, new) or [])
