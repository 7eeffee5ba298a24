"""JSON documents as servers send them, to plain Python, whatever they hold.

Python's parser refuses integers of more than 4,300 digits and nesting that its stack cannot hold; stores keep both. It
takes NaN and infinities, which Python's own writer makes and which are no JSON: no index could keep them, nor a page.
One such document must not make its thread, or a batch of two hundred threads, unreadable.
"""

from __future__ import annotations

import json
import math
from typing import Any

from inspector.domain.value import Json
from inspector.probe.ledger_schema import storable

_DIGITS = 4_000
#: Metadata is shown, kept in the index and sent as JSON: deeper than this it is cut.
_DEPTH = 24


def load_document(text: str | bytes) -> Any:
    """The parsed document; None where Python cannot parse it. A number that JSON or Python cannot hold stays text."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        return None


def cut_depth(value: Json, left: int = _DEPTH) -> Json:
    """The value with what lies deeper than `left` levels left out, and marked as such."""
    if not isinstance(value, dict | list):
        return value
    if not left:
        return {"$omitted": len(value), "reason": "depth"} if value else value
    if isinstance(value, dict):
        return {key: cut_depth(item, left - 1) for key, item in value.items()}
    return [cut_depth(item, left - 1) for item in value]


def as_mapping(value: object) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def is_cut(value: object) -> bool:
    """Whether `cut_depth` left something out."""
    if isinstance(value, dict):
        return (value.get("reason") == "depth" and "$omitted" in value) or any(map(is_cut, value.values()))
    return isinstance(value, list) and any(map(is_cut, value))


def as_metadata(value: object) -> dict[str, Json]:
    """A checkpoint's metadata, cut in depth, its texts such as an index can keep."""
    return {_kept(key): _kept(cut_depth(item)) for key, item in as_mapping(value).items()}


def as_versions(value: object) -> dict[str, str | int | float]:
    """Channel versions: text with today's savers, numbers with older or custom ones. Anything else is left out."""
    return {key: item for key, item in as_mapping(value).items() if isinstance(item, str | int | float)}


def _kept(value: Any) -> Any:
    """JSON can name NUL and halves of characters, which neither an index nor a page can hold."""
    match value:
        case str():
            return storable(value)
        case list():
            return [_kept(item) for item in value]
        case dict():
            return {_kept(key): _kept(item) for key, item in value.items()}
    return value


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS else digits


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=str)
