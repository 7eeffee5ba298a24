"""Tables of stored values: the first rows of one, and of two the rows that differ, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inspector.domain.tables import RowChange, Table
from inspector.domain.text import count_noun
from inspector.domain.value import Absent, Tagged, Value
from inspector.tags.compact import compact
from inspector.tags.marks import shown
from inspector.tags.room import Room

#: Rows of a table in sight, and what unfolds below them.
_HEAD = 6
_UNFOLDS = 60
_CELL = 80
_SIGNS = {"added": ("+", "added"), "removed": ("−", "removed"), "changed": ("~", "changed")}


def render_table(table: Table, room: Room) -> str:
    """The first rows, more of them to unfold, and how many there are in all."""
    head, more = table.rows[:_HEAD], table.rows[_HEAD : _HEAD + _UNFOLDS]
    shape = f"{count_noun(len(table.rows), 'row')}, {count_noun(len(table.columns), 'column')}"
    left = len(table.rows) - len(head)
    rest = ""
    if left:
        body = _grid(table.columns, _plain_rows(more, len(head), room))
        beyond = left - len(more)
        said = f'<p class="more">… {beyond:,} more, see JSON</p>' if beyond > 0 else ""
        rest = f'<details class="fold"><summary>and {count_noun(left, "more row")}</summary>{body}{said}</details>'
    how = " by column" if table.by_column else ""
    return (
        f'<div class="grid"><p class="muted small">table{how}: {shape}</p>'
        f"{_grid(table.columns, _plain_rows(head, 0, room))}{rest}</div>"
    )


def render_table_change(columns: Sequence[str], changes: Sequence[RowChange], room: Room, most: int) -> tuple[str, int]:
    """Rows that differ, each with the row above it, and how many of them are shown, at most `most`."""
    rows: list[str] = []
    width, count, stayed = len(columns) + 2, 0, list[RowChange]()
    differing = sum(change.kind != "same" for change in changes)
    for change in changes:
        if change.kind == "same":
            stayed.append(change)
            continue
        if count >= most or not room.take_node():
            break
        rows += _stayed(stayed[:-1], width)
        rows += [_row(change) for change in stayed[-1:]]
        stayed = []
        rows.append(_row(change))
        count += 1
    left = differing - count
    if left:
        rows.append(f'<tr class="more"><td colspan="{width}">… {left:,} more rows differ, see JSON</td></tr>')
    else:
        rows += _stayed(stayed, width)
    return _grid(columns, rows, signs=True), count


def _stayed(changes: Sequence[RowChange], width: int) -> list[str]:
    if not changes:
        return []
    words = f"{count_noun(len(changes), 'row')} unchanged"
    return [f'<tr class="same"><td colspan="{width}" class="muted">{words}</td></tr>']


def _grid(columns: Sequence[str], rows: Iterable[str], *, signs: bool = False) -> str:
    names = "".join(f'<th scope="col"><bdi>{shown(name[:60])}</bdi></th>' for name in columns)
    change = '<th scope="col"><span class="vh">Change</span></th>' if signs else ""
    return (
        f'<table><thead><tr>{change}<th scope="col"><span class="vh">Row</span></th>{names}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _plain_rows(rows: Sequence[tuple[Value, ...]], first: int, room: Room) -> Iterable[str]:
    for number, row in enumerate(rows, first):
        if not room.take_node():
            yield f'<tr class="more"><td colspan="{len(row) + 1}">… more, see JSON</td></tr>'
            return
        cells = "".join(f"<td{_class(cell)}>{_cell(cell)}</td>" for cell in row)
        yield f'<tr><th scope="row">{number}</th>{cells}</tr>'


def _row(change: RowChange) -> str:
    row = change.after if change.after is not None else change.before or ()
    cells = "".join(f"<td{_class(cell)}>{_changed_cell(change, place, cell)}</td>" for place, cell in enumerate(row))
    sign, word = _SIGNS.get(change.kind, ("", ""))
    mark = f'<td><b aria-hidden="true">{sign}</b><span class="vh">{word}</span></td>' if sign else "<td></td>"
    return f'<tr data-kind="{change.kind}">{mark}<th scope="row">{change.number}</th>{cells}</tr>'


def _changed_cell(change: RowChange, place: int, cell: Value) -> str:
    if change.kind != "changed" or change.before is None:
        return _cell(cell)
    old = change.before[place]
    if type(old) is type(cell) and repr(old) == repr(cell):
        return _cell(cell)
    return f'<span class="vh">was </span><del>{_cell(old)}</del> <span class="vh">is </span><ins>{_cell(cell)}</ins>'


def _cell(cell: Value) -> str:
    value = cell.fields["value"] if isinstance(cell, Tagged) and cell.fields.keys() == {"value"} else cell
    text = value if isinstance(value, str) else compact(value, _CELL)[0]
    return f"<bdi>{shown(text[:_CELL])}</bdi>"


def _class(cell: Value | Absent) -> str:
    return ' class="n"' if isinstance(cell, int | float) and not isinstance(cell, bool) else ""
