"""The way in: a stored value's type tag and bytes to a value tree.

The tag is what LangGraph's serializer put beside the bytes (`langgraph.checkpoint.serde.jsonplus`,
`.encrypted`, and the Postgres saver's `empty`). Nothing here raises: a page about a broken value is the page
that people open this program for.
"""

from __future__ import annotations

from dataclasses import dataclass

from inspector.decode import jsonplus, pickles
from inspector.decode.budget import DEFAULT_BUDGET, Budget, Meter
from inspector.decode.cipher import Closed, open_sealed
from inspector.decode.msgpack import decode_msgpack
from inspector.decode.texts import binary
from inspector.domain.value import ABSENT, Absent, Omitted, Value


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoded value and what decoding it told.

    `encoding` is the stored tag, "" where none is stored; `type_names` are the classes that the data names, each once;
    `warnings` are sentences about what is not shown as stored; `nodes` counts elements, entries and parts.
    """

    value: Value | Absent
    encoding: str
    type_names: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    nodes: int = 0


def decode_value(
    type_tag: str | None, blob: bytes | None, *, budget: Budget = DEFAULT_BUDGET, key: bytes | None = None
) -> Decoded:
    """The value behind a type tag and its bytes; `ABSENT` for a channel that holds nothing.

    `key` opens values closed with LangGraph's AES cipher (16, 24 or 32 bytes). Never raises. What cannot be
    shown is an `Omitted` that says why, in its place.
    """
    meter = Meter(budget)
    tag, data = type_tag or "", bytes(blob or b"")
    value: Value | Absent
    try:
        if blob is None and tag not in ("null", "empty"):
            value = Omitted("not stored", 0, "No bytes are stored for this value.")
        else:
            value = _decode(tag, data, meter, key)
    except Exception as error:
        # The readers answer for what they expect; this answers for what nobody expected.
        value = _unreadable(error, len(data), meter)
    return Decoded(value, tag, meter.type_names, meter.warnings, meter.nodes)


def open_value(type_tag: str, blob: bytes, key: bytes | None) -> tuple[str, bytes]:
    """The type tag and bytes inside a closed value; of any other value its own. Raises `Closed`."""
    inner, sealed, cipher = type_tag.partition("+")
    return (inner, open_sealed(cipher, blob, key)) if sealed else (type_tag, blob)


def decode_json_inline(parsed: object, *, budget: Budget = DEFAULT_BUDGET) -> Decoded:
    """A JSON value that the store keeps, already parsed, in the checkpoint document itself. Never raises."""
    meter = Meter(budget)
    try:
        value = jsonplus.tree(parsed, meter)
    except Exception as error:
        value = _unreadable(error, 1, meter)
    return Decoded(value, "json", meter.type_names, meter.warnings, meter.nodes)


def _decode(tag: str, data: bytes, meter: Meter, key: bytes | None) -> Value | Absent:
    size = len(data)
    match tag:
        case "empty":
            return ABSENT
        case "null":
            return None
        case "bytes" | "bytearray":
            return binary(data, meter, tag)
    if size > meter.budget.max_bytes:
        sentence = f"Larger than {meter.budget.max_bytes:,} bytes; not decoded."
        meter.warn(sentence)
        return Omitted("budget", size, sentence)
    match tag:
        case "msgpack":
            return decode_msgpack(data, meter)
        case "json":
            return jsonplus.decode_json(data, meter)
        case "pickle":
            names = pickles.list_names(data, meter)
            return Omitted("pickle", size, "A pickle is a program; it is never run, only its names are listed.", names)
    inner, sealed, cipher = tag.partition("+")
    if not sealed:
        return Omitted("unknown", size, f"No known serializer has the type {tag[:100]!a}.")
    try:
        return _decode(inner, open_sealed(cipher, data, key), meter, key=None)
    except Closed as closed:
        return Omitted("encrypted", size, str(closed))


def _unreadable(error: Exception, size: int, meter: Meter) -> Omitted:
    sentence = f"Could not be decoded ({type(error).__name__})."
    meter.warn(sentence)
    return Omitted("invalid", size, sentence)
