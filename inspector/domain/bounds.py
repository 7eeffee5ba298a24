"""Whether a value was read to its end, and a shorter one where an answer has no room for all of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inspector.domain.value import Absent, Binary, CutText, Omitted, Pairs, Tagged, Value

#: Why a part is missing that more reading would have shown.
_CUTS = frozenset({"budget", "depth", "size"})
_NO_ROOM = "The answer has no room for it."


def is_whole(value: Value | Absent) -> bool:
    """Whether no part is missing because of its size. What nobody can show (a pickle, a closed value) is another
    matter, and says so in its place."""
    match value:
        case list():
            return all(map(is_whole, value))
        case dict():
            return all(map(is_whole, value.values()))
        case Tagged():
            return all(map(is_whole, value.fields.values()))
        case Pairs():
            return all(is_whole(key) and is_whole(item) for key, item in value.items)
        case Binary():
            return len(value.head) >= value.size
        case Omitted():
            return value.reason not in _CUTS
        case _:
            return not isinstance(value, CutText)


@dataclass(slots=True)
class Allowance:
    """Characters that an answer may still take, roughly as JSON. `spent` is whether something had to be cut."""

    left: int
    spent: bool = False

    def shorten(self, value: Value | Absent) -> Any:
        """The value, or as much of it as there is room for, cut where the room ended."""
        if isinstance(value, Absent):
            return value
        weight = _weight(value, self.left)
        if weight <= self.left:
            self.left -= weight
            return value
        self.spent = True
        match value:
            case str():
                return self._text(value, len(value))
            case CutText():
                return self._text(value.head, value.size)
            case list():
                return self._list(value)
            case dict():
                return self._fields(value)
            case Tagged():
                return Tagged(value.type_name, self._fields(value.fields))
            case _:
                self.left = 0
                return Omitted("budget", 1, _NO_ROOM)

    def _text(self, text: str, size: int) -> Value:
        head = text[: max(0, self.left)]
        self.left = 0
        return CutText(head, size)

    def _list(self, items: list[Value]) -> list[Value]:
        kept: list[Value] = []
        for item in items:
            if self.left <= 0:
                return [*kept, Omitted("budget", len(items) - len(kept), _NO_ROOM)]
            kept.append(self.shorten(item))
        return kept

    def _fields(self, fields: Any) -> dict[str, Value]:
        kept: dict[str, Value] = {}
        for key, item in fields.items():
            self.left -= len(key)
            if self.left <= 0:
                return {**kept, key: Omitted("budget", len(fields) - len(kept), _NO_ROOM)}
            kept[key] = self.shorten(item)
        return kept


def _weight(value: Any, most: int) -> int:
    """Characters as JSON, about; looked at no further than `most`."""
    match value:
        case str():
            return len(value) + 4
        case CutText():
            return len(value.head) + 60
        case Binary():
            return len(value.head) * 4 // 3 + 60
        case list():
            return _sum(value, most)
        case dict():
            return _sum([part for pair in value.items() for part in pair], most)
        case Tagged():
            return len(value.type_name) + 12 + _weight(value.fields, most)
        case Pairs():
            return _sum([part for pair in value.items for part in pair], most)
        case Omitted():
            return 60 + len(value.detail) + sum(map(len, value.names))
        case _:
            return 20


def _sum(parts: list[Any], most: int) -> int:
    total = 4
    for part in parts:
        total += _weight(part, most - total)
        if total > most:
            break
    return total
