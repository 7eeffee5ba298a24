"""A value tree in one line, JSON where JSON has a word for it, and only as much of it as is asked for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator

from inspector.domain.deferred import opened
from inspector.domain.text import text_size
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, Value

#: Deeper parts show as "…": what is that deep does not fit a line anyway.
_DEPTH = 8


def compact(value: Value, limit: int) -> tuple[str, bool]:
    """The line, and whether it is the whole value. Work is bounded by `limit`, not by the value's size."""
    line = ""
    whole = True
    for piece in _pieces(value, limit, 0):
        whole = whole and piece != "…"
        line += piece
        if len(line) > limit:
            return line[: max(0, limit - 1)] + "…", False
    return line, whole


def type_words(value: Value) -> str:
    """What a value is, in two words: "4 keys", "12 items", "text", "Decimal", "bytes"."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str() | CutText():
            return "text"
        case list():
            return f"{len(value):,} item{'s' if len(value) != 1 else ''}"
        case dict():
            return f"{len(value):,} key{'s' if len(value) != 1 else ''}"
        case Pairs():
            return f"{len(value.items):,} pair{'s' if len(value.items) != 1 else ''}"
        case Tagged():
            return value.short_name or "object"
        case Binary():
            return "bytes"
        case Omitted(reason="hidden"):
            return "hidden"
        case Omitted():
            return "not shown"


def scalar(value: bool | int | float | None) -> str:
    """A number or keyword as JSON writes it; what JSON has no word for (`nan`, `inf`) as Python does."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**200:
        return f"integer of {value.bit_length():,} bits"  # long ones refuse to become text
    return json.dumps(value)


def omitted_words(value: Omitted) -> str:
    """Why something is not shown, and how much of it there is."""
    if value.reason == "hidden":
        return f"{value.detail}, hidden"
    reasons = {"encrypted": "bytes", "pickle": "bytes", "invalid": "bytes", "not stored": "", "depth": "parts"}
    unit = reasons.get(value.reason, "left out")
    if value.size and unit == "bytes":
        amount = f" ({text_size(value.size)})"
    elif value.size:
        amount = f" ({value.size:,} {unit})"
    else:
        amount = ""
    return f"{value.reason}{amount}"


def _pieces(value: Value, limit: int, depth: int) -> Iterator[str]:
    value = opened(value)
    match value:
        case str():
            yield json.dumps(value[: limit + 1], ensure_ascii=False)
        case None | bool() | int() | float():
            yield scalar(value)
        case CutText():
            yield json.dumps(value.head[: limit + 1], ensure_ascii=False)
            yield "…"
        case Omitted():
            yield f"⟨{omitted_words(value)}⟩"
        case Binary():
            yield f"⟨{value.type_name}, {text_size(value.size)}⟩"
        case _ if depth >= _DEPTH:
            yield "…"
        case list():
            yield from _row("[", (_pieces(item, limit, depth + 1) for item in value), "]")
        case dict():
            yield from _row("{", (_entry(key, item, limit, depth) for key, item in value.items()), "}")
        case Pairs():
            yield from _row("{", (_pair(key, item, limit, depth) for key, item in value.items), "}")
        case Tagged():
            yield value.short_name
            yield from _row("(", (_field(key, item, limit, depth) for key, item in value.fields.items()), ")")


def _row(begin: str, parts: Iterable[Iterator[str]], end: str) -> Iterator[str]:
    yield begin
    for place, part in enumerate(parts):
        if place:
            yield ", "
        yield from part
    yield end


def _entry(key: str, item: Value, limit: int, depth: int) -> Iterator[str]:
    yield json.dumps(key[: limit + 1], ensure_ascii=False) + ": "
    yield from _pieces(item, limit, depth + 1)


def _pair(key: Value, item: Value, limit: int, depth: int) -> Iterator[str]:
    yield from _pieces(key, limit, depth + 1)
    yield ": "
    yield from _pieces(item, limit, depth + 1)


def _field(key: str, item: Value, limit: int, depth: int) -> Iterator[str]:
    if key not in ("value", "items"):
        yield f"{key[: limit + 1]}="
    yield from _pieces(item, limit, depth + 1)
