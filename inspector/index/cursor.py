"""Page cursors: where the next page begins, as text for a URL. Bad or stale ones are told, never guessed at."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from inspector.errors import BadRequest

_HINT = "Start again from the first page."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIMES = ("last_at", "first_at", "fired_at", "at")
_TEXTS = ("thread_id",)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its value under the sort, and its number in the index. Valid for one sort only."""

    sort: str
    value: str | int
    row: int

    @classmethod
    def at(cls, sort: str, value: Any, row: int) -> Cursor:
        """`value` as the column has it: a time becomes microseconds."""
        return cls(sort, (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value, row)

    def place(self) -> tuple[Any, int]:
        """The value as the column has it, and the row. Raises `BadRequest` for what no row of that column can have."""
        column = self.sort.removeprefix("-")
        if isinstance(self.value, str) != (column in _TEXTS):
            raise BadRequest("The cursor in `after` is not one of ours.", _HINT)
        if column not in _TIMES:
            return self.value, self.row
        try:
            return _EPOCH + _MICROSECOND * int(self.value), self.row
        except OverflowError as error:
            raise BadRequest("The cursor in `after` is not one of ours.", _HINT) from error

    def encode(self) -> str:
        text = json.dumps([self.sort, self.value, self.row], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


def decode_cursor(text: str, *, sort: str) -> Cursor:
    """Raises `BadRequest` for a text that is no cursor, or one made under another sort."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [str(made_for), str() | int() as value, int(row)] if _fits(value) and _fits(row):
                found = Cursor(made_for, value, row)
            case _:
                raise ValueError("not a cursor")
    except (ValueError, RecursionError) as error:
        raise BadRequest("The cursor in `after` is not one of ours.", _HINT) from error
    if found.sort != sort:
        raise BadRequest("The cursor in `after` belongs to another sort order.", _HINT)
    return found


def _fits(value: str | int) -> bool:
    """Numbers beyond 64 bits, and texts with NUL or half a character, are no value of any column, and a database
    refuses them."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    return not isinstance(value, bool) and -(2**63) <= value < 2**63
