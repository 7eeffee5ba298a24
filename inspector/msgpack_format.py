"""The byte tags of msgpack as tables, from the format's specification, and stepping over unread values.

Standard library only. Stores use it to find where a value lies, the decoder to read what it holds.
"""

from __future__ import annotations

from struct import Struct
from typing import Protocol

#: Values stepped over between two looks at the clock: some tenths of a millisecond of work.
_BATCH = 1024

#: Tags of numbers, and how the number behind the tag is packed.
NUMBERS = {
    0xCA: Struct(">f"),
    0xCB: Struct(">d"),
    0xCC: Struct(">B"),
    0xCD: Struct(">H"),
    0xCE: Struct(">I"),
    0xCF: Struct(">Q"),
    0xD0: Struct(">b"),
    0xD1: Struct(">h"),
    0xD2: Struct(">i"),
    0xD3: Struct(">q"),
}

#: The same for a row of numbers that share a tag: the step from tag to tag, and a format that jumps over the tag.
RUN_FORMATS = {tag: (1 + number.size, f">x{number.format[-1]}") for tag, number in NUMBERS.items()}

#: Tags of bin, str, array and map, and how many bytes their length takes.
LENGTH_WIDTHS = {
    0xC4: 1, 0xC5: 2, 0xC6: 4,
    0xD9: 1, 0xDA: 2, 0xDB: 4,
    0xDC: 2, 0xDD: 4,
    0xDE: 2, 0xDF: 4,
}  # fmt: skip

#: Tags of ext with a length, and with a fixed size (which excludes the type code).
EXT_WIDTHS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
FIXED_EXT = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


def _advance(tag: int) -> int:
    if tag <= 0x9F or tag >= 0xE0 or tag in (0xC0, 0xC2, 0xC3):
        return 1
    if tag <= 0xBF:
        return 1 + (tag & 0x1F)
    return 1 + NUMBERS[tag].size if tag in NUMBERS else 0


#: Bytes from a tag to the next value, 0 where a length says so; and the values inside it.
_ADVANCE = bytes(_advance(tag) for tag in range(0x100))
_INSIDE = bytes(
    2 * (tag & 0x0F) if 0x80 <= tag <= 0x8F else tag & 0x0F if 0x90 <= tag <= 0x9F else 0 for tag in range(0x100)
)


TRUNCATED = "The data ends in the middle of a value; the rest is not shown."
UNUSED_BYTE = "The data holds a byte that msgpack never uses; the rest is not shown."


class Broken(Exception):
    """The bytes are no msgpack, or not all of it. The message is a sentence."""


class Watch(Protocol):
    """Who is told of what is stepped over."""

    def look(self) -> None:
        """Comes by before each batch of values. What it raises ends the walk."""
        ...

    def name(self, module: str, name: str) -> object:
        """A class that a value names."""
        ...


def skip(data: bytes, position: int, end: int, values: int, watch: Watch) -> int:
    """The position behind `values` values, however deep they are. Raises `Broken`, and what `watch.look` does.

    Classes that the skipped values name at their beginning are told to `watch`.
    """
    while values:
        watch.look()
        for _ in range(_BATCH):
            if not values:
                break
            if position >= end:
                raise Broken(TRUNCATED)
            tag = data[position]
            step = _ADVANCE[tag]
            if step:
                position += step
                values += _INSIDE[tag] - 1
            elif tag == 0xD9 and position + 1 < end:  # a text as most are
                position += 2 + data[position + 1]
                values -= 1
            else:
                position, inside = _skip_sized(data, position, end, watch)
                values += inside - 1
    if position > end:
        raise Broken(TRUNCATED)
    return position


def _skip_sized(data: bytes, position: int, end: int, watch: Watch) -> tuple[int, int]:
    """The position behind a value with a length, or behind a container's head, and the values inside."""
    tag = data[position]
    position += 1
    if tag in FIXED_EXT:
        return position + 1 + FIXED_EXT[tag], 0
    width = LENGTH_WIDTHS.get(tag) or EXT_WIDTHS.get(tag)
    if width is None:
        raise Broken(UNUSED_BYTE)
    size = int.from_bytes(data[position : position + width], "big")
    position += width
    if tag >= 0xDC:
        return position, size if tag <= 0xDD else 2 * size
    if tag in EXT_WIDTHS:
        note_class(data, position + 1, min(position + 1 + size, end), watch)
        position += 1
    return position + size, 0


def note_class(data: bytes, start: int, end: int, watch: Watch) -> None:
    """Tell the class that an object's payload names, if its first two parts are short texts."""
    module, name = class_at(data, start, end)
    if module and name:
        watch.name(module, name)


def class_at(data: bytes, start: int, end: int) -> tuple[str, str]:
    """The module and name of the class that an object's payload names, empty where it names none."""
    if not (start < end and 0x93 <= data[start] <= 0x94):
        return "", ""
    module, position = _short_text(data, start + 1, end)
    name, _ = _short_text(data, position, end)
    return (module, name) if module and name else ("", "")


def _short_text(data: bytes, position: int, end: int) -> tuple[str, int]:
    """A text of up to 31 or 255 bytes and the position behind it; an empty one for anything else."""
    tag = data[position] if position < end else 0
    if 0xA0 <= tag <= 0xBF:
        start, size = position + 1, tag & 0x1F
    elif tag == 0xD9 and position + 1 < end:
        start, size = position + 2, data[position + 1]
    else:
        return "", position
    stop = start + size
    return (data[start:stop].decode(errors="replace") if stop <= end else ""), stop
