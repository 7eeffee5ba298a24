"""JSON documents as servers send them, to plain Python, whatever they hold.

Python's parser refuses integers of more than 4,300 digits and nesting that its stack cannot hold; stores keep both.
One such document must not make its thread, or a batch of two hundred threads, unreadable.
"""

from __future__ import annotations

import json
from typing import Any

from inspector.domain.value import Json

_DIGITS = 4_000
#: Metadata is shown, kept in the index and sent as JSON: deeper than this it is cut.
_DEPTH = 24


def load_document(text: str | bytes) -> Any:
    """The parsed document; None for one that Python cannot parse. An integer with too many digits stays text."""
    try:
        return json.loads(text, parse_int=_integer)
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


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS else digits
