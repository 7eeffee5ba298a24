"""The value tree: what a stored value looks like once decoded, with nothing of the data's own code run.

Plain JSON-like values stay plain Python (`None`, `bool`, `int`, `float`, `str`, `list`, `dict` with `str` keys): nearly
all stored data is that, and a wrapper per node would cost more than the decoding itself. What JSON has no word for is
one of five frozen classes below. No value of a tree is ever mutated once decoded.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, Union

Scalar: TypeAlias = bool | int | float | str | None
Value: TypeAlias = Union[Scalar, list["Value"], dict[str, "Value"], "Tagged", "Pairs", "Binary", "CutText", "Omitted"]
Json: TypeAlias = Scalar | list["Json"] | dict[str, "Json"]

#: Integers beyond this lose digits in a JavaScript reader, so JSON carries them as tagged text.
_SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Tagged:
    """An object of a named class: the class's dotted name and its parts, never an instance of it.

    Objects with named fields (pydantic models, dataclasses, chat messages) carry those. Objects that are one value
    (`decimal.Decimal`, `uuid.UUID`, `datetime.datetime`, an enum member) carry it as `value`; positional parts are
    `args`; the elements of a set, tuple or deque are `items`.
    """

    type_name: str
    fields: Mapping[str, Value]

    @property
    def short_name(self) -> str:
        return self.type_name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping with at least one key that is not text, in stored order."""

    items: tuple[tuple[Value, Value], ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes. `head` is at most the budget's first bytes; `size` is the length of all of them."""

    head: bytes
    size: int
    type_name: str = "bytes"


@dataclass(frozen=True, slots=True)
class CutText:
    """A text longer than the budget: its beginning, and the length in characters or bytes of all of it."""

    head: str
    size: int


@dataclass(frozen=True, slots=True)
class Omitted:
    """Something not shown, and why: `budget`, `depth`, `encrypted`, `pickle`, `invalid`, `not stored`, `unknown`, and
    `hidden` where the viewer may not see it.

    `size` is what was left out: bytes for a blob, elements for the rest of a list or mapping, characters of a hidden
    text. `detail` is a short plain sentence; `names` are the global names that a pickle mentions, listed without
    loading it. Of what is hidden `mark` tells it from all that differs, `whole` whether it is of all that was stored.
    A mark stays on the server: it is in no JSON, page or log.
    """

    reason: str
    size: int
    detail: str = ""
    names: tuple[str, ...] = ()
    mark: bytes = field(default=b"", repr=False)
    whole: bool = field(default=False, repr=False)


#: A channel that holds nothing at all, as opposed to one that holds `None`.
class Absent:
    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


def to_json(value: Value) -> Json:
    """The tree as JSON: objects as `{"$type": …}`, a mapping's own `$` keys doubled, cuts carrying `$omitted`.

    Iterative over depth is not needed: decoding bounds the depth of every tree (`Budget.max_depth`).
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_SAFE_INTEGER <= value <= _SAFE_INTEGER else {"$type": "int", "value": digits_of(value)}
        case float():
            return value if math.isfinite(value) else {"$type": "float", "value": str(value)}
        case list():
            return [to_json(item) for item in value]
        case dict():
            return _fields_to_json(value)
        case Tagged():
            return {"$type": value.type_name, **_fields_to_json(value.fields)}
        case Pairs():
            return {"$type": "dict", "items": [[to_json(key), to_json(item)] for key, item in value.items]}
        case Binary():
            encoded = base64.b64encode(value.head).decode("ascii")
            whole: dict[str, Json] = {"$type": value.type_name, "base64": encoded, "size": value.size}
            left = value.size - len(value.head)
            return whole if not left else {**whole, "$omitted": left}
        case CutText():
            return {"$type": "str", "value": value.head, "$omitted": value.size - len(value.head)}
        case Omitted():
            shown: dict[str, Json] = {"$omitted": value.size, "reason": value.reason}
            if value.detail:
                shown["detail"] = value.detail
            if value.names:
                shown["names"] = list(value.names)
            return shown


def digits_of(value: int) -> str:
    """In decimal, unless that would take Python longer than it allows itself: then in hexadecimal, which is quick."""
    try:
        return str(value)
    except ValueError:
        return hex(value)


def _fields_to_json(fields: Mapping[str, Value]) -> dict[str, Json]:
    return {("$" + key if key.startswith("$") else key): to_json(item) for key, item in fields.items()}
