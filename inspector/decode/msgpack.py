"""A bounded, one-pass reader of msgpack, with LangGraph's extension types. Standard library only.

Existing readers build Python objects without any limit (60 MB of empty lists become 4 GB) and hand an object's stored
parts to a hook that imports and calls what they name. This one reads each byte at most once, asks the meter before
each batch of elements, copies no payload to look into it, and makes only values of the tree.

Reading is recursive, with three frames a level and a level for each container and object, so
`Budget.max_depth` bounds the stack. What lies deeper is stepped over by `skip`, which does not recurse.
"""

from __future__ import annotations

from itertools import chain
from struct import Struct, iter_unpack

from inspector.decode import objects
from inspector.decode.budget import Meter, Stop
from inspector.decode.containers import cut_list, cut_mapping, mapping, too_deep
from inspector.decode.texts import utf8
from inspector.domain.value import Binary, Omitted, Tagged, Value
from inspector.msgpack_format import (
    EXT_WIDTHS,
    FIXED_EXT,
    LENGTH_WIDTHS,
    NUMBERS,
    RUN_FORMATS,
    TRUNCATED,
    UNUSED_BYTE,
    Broken,
    note_class,
    skip,
)

#: From this many elements on it pays to look whether a list holds numbers of one kind.
_RUN = 16

#: Extension codes of `langgraph.checkpoint.serde.jsonplus`; a code's payload is again msgpack.
_ONE_ARGUMENT, _ARGUMENTS, _FIELDS, _METHOD, _PYDANTIC_1, _PYDANTIC_2, _ARRAY, _DELTA_SNAPSHOT = range(8)
_KNOWN = frozenset(range(8))

#: What an extension is shown as when it is none of LangGraph's, or not stored as LangGraph stores it.
UNKNOWN_EXT = "ormsgpack.Ext"


def decode_msgpack(data: bytes, meter: Meter) -> Value:
    """The value that `data` holds. Never raises `Stop`: what could not be read is marked where it is missing.

    Broken, cut or trailing data gives as much of the value as there is, and a warning.
    """
    reader = MsgpackReader(data, meter)
    try:
        values: list[Value] = []
        reader.read(1, 1, 1, values)
    except Stop as stop:
        meter.warn(stop.sentence)
        return stop.partial if stop.partial is not None else stop.rest(len(data))
    if left := len(data) - reader.position:
        meter.warn(f"{left:,} bytes after the end of the value are not shown.")
    return values[0]


class MsgpackReader:
    """Reads values from `position` on, which it moves. Raises `Stop` at the end of the budget, and of sound data."""

    __slots__ = ("_data", "_end", "_max_depth", "_meter", "position")

    def __init__(self, data: bytes, meter: Meter) -> None:
        self._data = data
        self._end = len(data)  #: where the innermost open payload ends
        self._meter = meter
        self._max_depth = meter.budget.max_depth
        self.position = 0

    def read(self, count: int, width: int, depth: int, into: list[Value]) -> None:
        """Append `count` elements of `width` values each. A container among them is at level `depth`.

        Short texts, small integers and constants, nearly everything a chat is made of, are read right here. Raises
        `Stop` with `into` holding what came before; a container that was cut inside is in `Stop.partial`.
        """
        data, end, append = self._data, self._end, into.append
        position = self.position
        while count:
            granted = self._meter.take(count)
            count -= granted
            if granted >= _RUN and width == 1 and (run := self._run(position, granted)) is not None:
                into += run
                position = self.position
                continue
            for _ in range(granted * width):
                if position >= end:
                    raise _invalid(TRUNCATED)
                tag = data[position]
                if 0xA0 <= tag <= 0xBF or tag == 0xD9:
                    start = position + 1 if tag != 0xD9 else position + 2
                    position = start + (tag & 0x1F if tag != 0xD9 else _byte(data, position + 1))
                    if position > end:
                        raise _invalid(TRUNCATED)
                    try:
                        append(data[start:position].decode())
                    except UnicodeDecodeError:
                        append(utf8(data[start:position], self._meter))
                elif tag <= 0x7F or tag >= 0xE0:
                    append(tag if tag <= 0x7F else tag - 0x100)
                    position += 1
                elif 0xC0 <= tag <= 0xC3 and tag != 0xC1:
                    append(None if tag == 0xC0 else tag == 0xC3)
                    position += 1
                else:
                    self.position = position + 1
                    append(self._other(tag, depth))
                    position = self.position
        self.position = position

    def _run(self, position: int, count: int) -> list[Value] | None:
        """`count` numbers that all have one tag, at the speed of `struct`; None where they have not."""
        data = self._data
        if position >= self._end:
            return None
        if data[position] <= 0x7F:
            small = data[position : position + count]
            if not small.isascii() or position + count > self._end:
                return None
            self.position = position + count
            return list(small)
        found = RUN_FORMATS.get(data[position])
        if found is None:
            return None
        step, number = found
        stop = position + step * count
        if stop > self._end or data[position:stop:step] != data[position : position + 1] * count:
            return None
        self.position = stop
        return list(chain.from_iterable(iter_unpack(number, data[position:stop])))

    def _other(self, tag: int, depth: int) -> Value:
        """A value whose tag is none of those that `read` knows; `position` is just behind the tag."""
        if tag <= 0x8F:
            return self._map(tag & 0x0F, depth)
        if tag <= 0x9F:
            return self._list(tag & 0x0F, depth)
        number = NUMBERS.get(tag)
        if number is not None:
            return self._number(number)
        if tag in LENGTH_WIDTHS:
            size = self._length(LENGTH_WIDTHS[tag])
            if tag >= 0xDE:
                return self._map(size, depth)
            if tag >= 0xDC:
                return self._list(size, depth)
            return utf8(self._bytes(size), self._meter) if tag >= 0xD9 else self._binary(size)
        if tag in FIXED_EXT:
            return self._ext(FIXED_EXT[tag], depth)
        if tag in EXT_WIDTHS:
            return self._ext(self._length(EXT_WIDTHS[tag]), depth)
        raise _invalid(UNUSED_BYTE)

    def _number(self, number: Struct) -> Value:
        start = self.position
        self.position = start + number.size
        if self.position > self._end:
            raise _invalid(TRUNCATED)
        value: int | float = number.unpack_from(self._data, start)[0]
        return value

    def _length(self, width: int) -> int:
        return int.from_bytes(self._bytes(width), "big")

    def _bytes(self, size: int) -> bytes:
        start = self.position
        self.position = start + size
        if self.position > self._end:
            raise _invalid(TRUNCATED)
        return self._data[start : self.position]

    def _binary(self, size: int) -> Binary:
        start = self.position
        self.position = start + size
        if self.position > self._end:
            raise _invalid(TRUNCATED)
        return Binary(self._data[start : start + min(size, self._meter.budget.max_binary)], size)

    def _list(self, count: int, depth: int) -> Value:
        if depth > self._max_depth:
            return self._too_deep(count, count)
        items: list[Value] = []
        try:
            self.read(count, 1, depth + 1, items)
        except Stop as stop:
            stop.partial = cut_list(items, count, stop)
            raise
        return items

    def _map(self, count: int, depth: int) -> Value:
        if depth > self._max_depth:
            return self._too_deep(count, 2 * count)
        flat: list[Value] = []
        try:
            self.read(count, 2, depth + 1, flat)
        except Stop as stop:
            stop.partial = cut_mapping(flat, count, stop, self._meter)
            raise
        return mapping(flat, self._meter)

    def _too_deep(self, size: int, values: int) -> Omitted:
        try:
            self.position = skip(self._data, self.position, self._end, values, self._meter)
        except Broken as broken:
            raise _invalid(str(broken)) from None
        return too_deep(size, self._meter)

    def _ext(self, size: int, depth: int) -> Value:
        """An extension value. Broken parts do no harm to what follows, for its own length is known."""
        code = int.from_bytes(self._bytes(1), "big", signed=True)
        if code not in _KNOWN:
            return Tagged(UNKNOWN_EXT, {"tag": code, "data": self._binary(size)})
        if depth > self._max_depth:
            return self._ext_too_deep(size)
        start, outer = self.position, self._end
        stop_at = start + size
        self._end = min(stop_at, outer)
        parts: list[Value] = []
        try:
            self._parts(code, depth, parts)
        except Stop as stop:
            parts.append(stop.partial if stop.partial is not None else stop.rest(self._end - start))
            stop.partial = self._object(code, parts, cut=True)
            if stop.reason != "invalid" or stop_at > outer:
                raise
            self._meter.warn(stop.sentence)
            self.position = stop_at
            return stop.partial
        finally:
            self._end = outer
        if self.position != stop_at:
            self._meter.warn("An object is followed by bytes that belong to no part of it; they are not shown.")
            self.position = stop_at
        return self._object(code, parts)

    def _parts(self, code: int, depth: int, into: list[Value]) -> None:
        """The parts of an object. Their own list is no level of nesting, for the tree does not show it."""
        tag = _byte(self._data, self.position)
        if code != _DELTA_SNAPSHOT and 0x90 <= tag <= 0x9F:
            self.position += 1
            self.read(tag & 0x0F, 1, depth + 1, into)
        else:
            self.read(1, 1, depth + 1, into)

    def _object(self, code: int, parts: list[Value], *, cut: bool = False) -> Value:
        if code == _DELTA_SNAPSHOT:
            return Tagged(objects.DELTA_SNAPSHOT, {"value": parts[0]})
        match parts:
            case [str(module), str(name), argument, *more] if code != _ARRAY:
                type_name = self._meter.name(*objects.shown_class(module, name))
                if code == _ARGUMENTS:
                    return objects.from_args(type_name, argument)
                if code == _ONE_ARGUMENT:
                    return objects.from_one(type_name, argument)
                if code != _METHOD:
                    return objects.from_fields(type_name, argument)
                method = more[0] if more and isinstance(more[0], str) else ""
                return objects.from_one(type_name, argument, method)
        array = objects.from_array(parts) if code == _ARRAY else None
        if array is not None:
            return array
        if not cut:
            self._meter.warn(
                "An object is not stored the way LangGraph stores objects; its parts are shown as they are."
            )
        return Tagged(UNKNOWN_EXT, {"tag": code, "parts": parts})

    def _ext_too_deep(self, size: int) -> Omitted:
        start = self.position
        self.position = start + size
        if self.position > self._end:
            raise _invalid(TRUNCATED)
        note_class(self._data, start, self.position, self._meter)
        return too_deep(size, self._meter)


def _invalid(sentence: str) -> Stop:
    return Stop("invalid", sentence)


def _byte(data: bytes, position: int) -> int:
    if position >= len(data):
        raise _invalid(TRUNCATED)
    return data[position]
