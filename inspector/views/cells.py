"""Threads as rows of a CSV file that spreadsheets open as it is meant: one column a field, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inspector.views.parameters import UNNAMED

#: A cell that begins with one of these may be taken for a formula, in whatever script its = + - @ are written.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001
#: By this, Excel knows the file as UTF-8.
BOM = "\ufeff"


def csv_rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Lines of RFC 4180. Values are as in the page's data."""
    return _lines([_cell(name, row[name]) for name in columns] for row in rows)


def csv_line(*cells: str) -> str:
    return _lines([cells])


def _lines(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return _guarded(_text(name, value))


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if name == "workers":
        return " ".join(f"{one['hostname'] or UNNAMED}={one['writes']}" for one in value if one["writes"])
    if name == "also_in":
        return " ".join(f"{one['store']}={one['checkpoints']}" for one in value)
    if name == "evidence":
        return " ".join(one["text"] for one in value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    return json.dumps(value, ensure_ascii=False)


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
