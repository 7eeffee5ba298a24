"""A part of a value that two states share byte for byte, decoded only when somebody looks into it.

Two states of a long thread have nearly everything in common. What both hold in the same bytes is the same value
without a look, so a comparison of them costs what differs. Only trees made to be compared hold such parts
(`decode.decode_pair`); what a change says of them has been read (`resolved`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from inspector.domain.value import Pairs, Tagged

#: What decodes a part, given where it lies.
Read: TypeAlias = Callable[..., Any]


class Deferred:
    """A value not decoded yet. Two are the same value if they are one object; otherwise their values tell."""

    __slots__ = ("_read", "_value", "_where", "type_name")

    def __init__(self, read: Read, *where: int, type_name: str = "") -> None:
        self._read: Read | None = read
        self._where = where
        self._value: Any = None
        self.type_name = type_name  #: the class that an object names, "" for anything else

    @property
    def value(self) -> Any:
        if self._read is not None:
            self._value, self._read = self._read(*self._where), None
        return self._value


def is_deferred(value: object) -> bool:
    return type(value) is Deferred


def opened(value: Any) -> Any:
    """The value itself, its parts as they are."""
    return value.value if type(value) is Deferred else value


def resolved(value: Any) -> Any:
    """The same tree with every part decoded. Nothing is copied where nothing was deferred."""
    value = opened(value)
    match value:
        case list():
            items = [resolved(item) for item in value]
            return items if _differs(value, items) else value
        case dict():
            fields = {key: resolved(item) for key, item in value.items()}
            return fields if _differs(value.values(), fields.values()) else value
        case Tagged():
            inside = resolved(value.fields)
            return value if inside is value.fields else Tagged(value.type_name, inside)
        case Pairs():
            pairs = [[key, resolved(item)] for key, item in value.items]
            return Pairs(tuple((key, item) for key, item in pairs))
        case _:
            return value


def _differs(before: Any, after: Any) -> bool:
    return any(one is not other for one, other in zip(before, after, strict=True))
