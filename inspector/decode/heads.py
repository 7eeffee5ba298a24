"""What the first bytes of a msgpack value tell of it."""

from __future__ import annotations

from inspector.msgpack_format import EXT_WIDTHS, FIXED_EXT, TRUNCATED, Broken, class_at


def head(data: bytes, at: int) -> tuple[bool, int, int] | None:
    """Of a container whether it is a mapping, its number of elements, and where the first one is; None of all else.
    Raises `Broken`."""
    if at >= len(data):
        raise Broken(TRUNCATED)
    tag = data[at]
    if 0x80 <= tag <= 0x9F:
        is_mapping, count, first = tag <= 0x8F, tag & 0x0F, at + 1
    elif 0xDC <= tag <= 0xDF:
        first = at + (3 if tag in (0xDC, 0xDE) else 5)
        is_mapping, count = tag >= 0xDE, int.from_bytes(data[at + 1 : first], "big")
    else:
        return None
    if count and first >= len(data):
        raise Broken(TRUNCATED)
    return is_mapping, count, first


def is_text(tag: int) -> bool:
    return 0xA0 <= tag <= 0xBF or 0xD9 <= tag <= 0xDB


def is_plain(tag: int) -> bool:
    """Numbers, constants and texts. Bytes are none, for only their beginning is kept."""
    return tag <= 0x7F or 0xA0 <= tag <= 0xC3 or 0xCA <= tag <= 0xD3 or 0xD9 <= tag <= 0xDB or tag >= 0xE0


def class_of(data: bytes, at: int, end: int) -> tuple[str, str]:
    tag = data[at]
    if tag in EXT_WIDTHS:
        return class_at(data, at + 2 + EXT_WIDTHS[tag], end)
    return class_at(data, at + 2, end) if tag in FIXED_EXT else ("", "")
