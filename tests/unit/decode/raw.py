"""msgpack written by hand: shapes that no serializer makes, and a look at what they become.

Tags are the msgpack specification's.
"""

from __future__ import annotations

from typing import Any

import ormsgpack

from inspector.decode import Budget, Decoded
from inspector.decode.serde import decode_value
from inspector.domain.value import Tagged


def pack(value: object) -> bytes:
    return ormsgpack.packb(value, option=ormsgpack.OPT_NON_STR_KEYS)


def ext(code: int, payload: bytes) -> bytes:
    return b"\xc9" + len(payload).to_bytes(4, "big") + code.to_bytes(1, "big", signed=True) + payload


def nested_lists(depth: int, inner: bytes = b"\xc0") -> bytes:
    return b"\x91" * depth + inner


def nested_maps(depth: int) -> bytes:
    return b"\x81\xa1k" * depth + b"\xc0"


def nested_ext(depth: int, code: int, prefix: bytes = b"") -> bytes:
    """An extension in an extension: each payload is `prefix` and the next. Built inside out, sizes in four bytes."""
    step = 6 + len(prefix)
    heads = [b"\xc9" + (1 + step * level).to_bytes(4, "big") + bytes([code]) for level in range(depth)]
    sizes = [b"\xc9" + (len(prefix) + step * level + 1).to_bytes(4, "big") + bytes([code]) for level in range(depth)]
    return (b"".join(size + prefix for size in reversed(sizes)) if prefix else b"".join(reversed(heads))) + b"\xc0"


def an_object(code: int, module: object, name: object, *rest: object) -> bytes:
    return ext(code, pack([module, name, *rest]))


def decode(blob: bytes, **budget: Any) -> Decoded:
    return decode_value("msgpack", blob, budget=Budget(**budget))


def depth_of(value: Any) -> int:
    match value:
        case list():
            return 1 + max(map(depth_of, value), default=0)
        case dict():
            return 1 + max(map(depth_of, value.values()), default=0)
        case Tagged():
            return 1 + max(map(depth_of, value.fields.values()), default=0)
    return 0


def last(value: Any) -> Any:
    """The innermost last part of a value, where the mark of a cut is."""
    match value:
        case list():
            return last(value[-1])
        case dict():
            return last(list(value.values())[-1])
        case Tagged():
            return last(list(value.fields.values())[-1])
    return value
