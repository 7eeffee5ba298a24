"""Two stored values decoded to be compared: what both hold in the same bytes is not decoded at all.

msgpack needs no context: the same bytes at the place of a value are the same value, of the same length. So a list or
mapping of both is walked element by element, each looked for in the older one as bytes. What is found there becomes one
`Deferred` in both trees, and what is not is decoded, or walked in turn where both sides hold a container.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Any, TypeAlias

from inspector.decode import objects
from inspector.decode.budget import DEFAULT_BUDGET, Budget, Meter, Stop
from inspector.decode.cipher import Closed, open_sealed
from inspector.decode.containers import mapping
from inspector.decode.msgpack import MsgpackReader
from inspector.decode.serde import Decoded, decode_value
from inspector.domain.deferred import Deferred
from inspector.msgpack_format import EXT_WIDTHS, FIXED_EXT, TRUNCATED, Broken, class_at, skip

#: A value's type tag and its bytes.
Stored: TypeAlias = tuple[str, bytes]
#: A value of each side, or none; and where each ends.
_Both: TypeAlias = tuple[Any, int, Any, int]

#: What two values may cost together. Processor time ends nearly all of what is too large; the elements bound the
#: memory.
PAIR_BUDGET = Budget(max_nodes=2_500_000, max_text=16_000_000, max_binary=65_536, seconds=1.5)

#: What each takes of values that do not fit that, and are then cut, or that are broken.
_ALONE = replace(DEFAULT_BUDGET, max_text=PAIR_BUDGET.max_text, seconds=1.0)

#: Containers of fewer bytes are decoded, and those nested deeper: looking for what they share costs as much.
_WORTH_IT = 256
_DEPTH = 24


def decode_pair(
    before: Stored, after: Stored, *, budget: Budget = PAIR_BUDGET, key: bytes | None = None
) -> tuple[Decoded, Decoded]:
    """Both values as `decode_value` gives them, but for parts that are `Deferred`. Never raises.

    Only msgpack is shared; values of other formats, and broken ones, are decoded one by one. A shared part is read
    within the same budget, and may be cut when somebody looks into it.
    """
    old, new = (_opened(*stored, key) for stored in (before, after))
    if old[0] == new[0] == "msgpack" and max(len(old[1]), len(new[1])) <= budget.max_bytes:
        meter = Meter(budget, time.thread_time)  # a busy machine does not make a value larger
        try:
            values = _Walk(old[1], new[1], meter).run()
            notes = (meter.type_names, meter.warnings, meter.nodes)
            return Decoded(values[0], before[0], *notes), Decoded(values[1], after[0], *notes)
        except (Stop, Broken, RecursionError):
            pass  # told where it is decoded by itself, with what can be read of it
    alone = _ALONE if old[0] == new[0] == "msgpack" else budget
    return decode_value(*old, budget=alone), decode_value(*new, budget=alone)


def _opened(tag: str, data: bytes, key: bytes | None) -> Stored:
    """Without its cipher, where the key opens that."""
    inner, sealed, cipher = tag.partition("+")
    try:
        return (inner, open_sealed(cipher, data, key)) if sealed else (tag, data)
    except Closed:
        return tag, data


class _Walk:
    def __init__(self, old: bytes, new: bytes, meter: Meter) -> None:
        self._old, self._new = old, new
        self._meter = meter
        self._deepest = min(_DEPTH, meter.budget.max_depth)

    def run(self) -> tuple[Any, Any]:
        if self._old == self._new:
            one = Deferred(partial(self._read_whole, self._old, 0, 1))
            return one, one
        old, old_end, new, new_end = self._both(0, 0, 1)
        if (old_end, new_end) != (len(self._old), len(self._new)):
            raise Broken("Bytes follow the end of the value.")
        return old, new

    def _both(self, old_at: int, new_at: int, depth: int) -> _Both:
        """The values at two places. Raises `Stop` and `Broken`."""
        old, new = _head(self._old, old_at), _head(self._new, new_at)
        if depth <= self._deepest and old and new and old[0] == new[0]:
            walk = self._mappings if old[0] else self._lists
            found = walk(old[1:], new[1:], depth)
            if found is not None:
                return found
        return *self._read(self._old, old_at, depth), *self._read(self._new, new_at, depth)

    def _lists(self, old: tuple[int, int], new: tuple[int, int], depth: int) -> _Both | None:
        """None where it is no list of containers: numbers and texts are decoded as fast as they are compared."""
        count, at = old
        if not count or not new[0] or _is_plain(self._old[at]) or _is_plain(self._new[new[1]]):
            return None
        self._pay(count + new[0])
        places = self._places(self._old, at, count)
        found, new_places = self._find(places, *new)
        shared = {k: self._share(places[k], places[k + 1], depth + 1) for k in found if k is not None}
        old_items = [shared.get(k) for k in range(count)]
        new_items = [None if k is None else shared[k] for k in found]
        rest = ([k for k in range(count) if k not in shared], [i for i, k in enumerate(found) if k is None])
        for k, i in zip_longest(*rest):
            if k is not None and i is not None and self._is_worth_it(places, k, new_places, i):
                old_items[k], _, new_items[i], _ = self._both(places[k], new_places[i], depth + 1)
                continue
            if k is not None:
                old_items[k], _ = self._read(self._old, places[k], depth + 1)
            if i is not None:
                new_items[i], _ = self._read(self._new, new_places[i], depth + 1)
        return old_items, places[-1], new_items, new_places[-1]

    def _find(self, places: Sequence[int], count: int, at: int) -> tuple[list[int | None], list[int]]:
        """For each new element the older one with its bytes, and where the new ones begin, with the end of the last."""
        old, new = self._old, self._new
        found: list[int | None] = []
        new_places = [at]
        index: dict[bytes, int] | None = None
        expected = 0
        for _ in range(count):
            match: int | None = None
            if expected < len(places) - 1:
                element = old[places[expected] : places[expected + 1]]
                if new.startswith(element, at):
                    match, end = expected, at + len(element)
            if match is None:
                end = self._behind(new, at)
                if index is None:
                    index = {old[places[k] : places[k + 1]]: k for k in range(len(places) - 1)}
                match = index.get(new[at:end])
            if match is not None:
                expected = match + 1
            found.append(match)
            new_places.append(end)
            at = end
        return found, new_places

    def _mappings(self, old: tuple[int, int], new: tuple[int, int], depth: int) -> _Both | None:
        """None where a key is no text. An entry is followed by its key."""
        self._pay(old[0] + new[0])
        places = self._places(self._old, old[1], 2 * old[0])
        found, new_places = self._find_entries(places, *new)
        tags = {self._old[at] for at in places[:-1:2]} | {self._new[at] for at in new_places[:-1:2]}
        if not all(map(_is_text, tags)):
            return None
        old_flat: list[Any] = [None] * (len(places) - 1)
        new_flat: list[Any] = [None] * (len(new_places) - 1)
        lonely = dict.fromkeys(range(0, len(old_flat), 2))
        for i, (k, whole) in zip(range(0, len(new_flat), 2), found, strict=True):
            new_flat[i] = self._text(self._new, new_places[i], new_places[i + 1], depth + 1)
            if k not in lonely or k is None:
                new_flat[i + 1], _ = self._read(self._new, new_places[i + 1], depth + 1)
                continue
            del lonely[k]
            old_flat[k] = new_flat[i]
            if whole:
                old_flat[k + 1] = new_flat[i + 1] = self._share(places[k + 1], places[k + 2], depth + 1)
            else:
                old_flat[k + 1], new_flat[i + 1] = self._entry(places, k + 1, new_places, i + 1, depth + 1)
        for k in lonely:
            old_flat[k], _ = self._read(self._old, places[k], depth + 1)
            old_flat[k + 1], _ = self._read(self._old, places[k + 1], depth + 1)
        return mapping(old_flat, self._meter), places[-1], mapping(new_flat, self._meter), new_places[-1]

    def _entry(self, places: Sequence[int], k: int, new_places: Sequence[int], i: int, depth: int) -> tuple[Any, Any]:
        """The values of one key on both sides."""
        old = self._old[places[k] : places[k + 1]]
        if old == self._new[new_places[i] : new_places[i + 1]]:
            one = self._share(places[k], places[k + 1], depth)
            return one, one
        if self._is_worth_it(places, k, new_places, i):
            first, _, second, _ = self._both(places[k], new_places[i], depth)
            return first, second
        return self._read(self._old, places[k], depth)[0], self._read(self._new, new_places[i], depth)[0]

    def _find_entries(
        self, places: Sequence[int], count: int, at: int
    ) -> tuple[list[tuple[int | None, bool]], list[int]]:
        """For each new entry the older one of its key, and whether the whole of it is the same; where the new keys and
        values begin, with the end of the last. Entries in the older order cost no walk."""
        old, new = self._old, self._new
        found: list[tuple[int | None, bool]] = []
        new_places = [at]
        index: dict[bytes, int] | None = None
        expected = 0
        for _ in range(count):
            if expected < len(places) - 1:
                key_at, value_at, end = places[expected : expected + 3]
                if new.startswith(old[key_at:end], at):
                    found.append((expected, True))
                    new_places.append(at + value_at - key_at)
                    at += end - key_at
                    new_places.append(at)
                    expected += 2
                    continue
            value_at = self._behind(new, at)
            if index is None:
                index = {old[places[k] : places[k + 1]]: k for k in range(0, len(places) - 1, 2)}
            k = index.get(new[at:value_at])
            expected = expected if k is None else k + 2
            found.append((k, False))
            at = self._behind(new, value_at)
            new_places += (value_at, at)
        return found, new_places

    def _places(self, data: bytes, at: int, count: int) -> list[int]:
        """Where each of so many values begins, and the end of the last."""
        places = [at]
        for _ in range(count):
            at = self._behind(data, at)
            places.append(at)
        return places

    def _behind(self, data: bytes, at: int) -> int:
        if at >= len(data):
            raise Broken(TRUNCATED)
        tag = data[at]
        width = EXT_WIDTHS.get(tag)
        if width is not None:
            end = at + 2 + width + int.from_bytes(data[at + 1 : at + 1 + width], "big")
        elif 0xA0 <= tag <= 0xBF:
            end = at + 1 + (tag & 0x1F)
        else:
            return skip(data, at, len(data), 1, self._meter)
        if end > len(data):
            raise Broken(TRUNCATED)
        return end

    def _share(self, at: int, end: int, depth: int) -> Any:
        """What both sides hold: a plain value at once, anything else when it is looked into."""
        if _is_plain(self._old[at]):
            return self._read(self._old, at, depth)[0]
        module, name = _class_of(self._old, at, end)
        type_name = self._meter.name(*objects.shown_class(module, name)) if name else ""
        return Deferred(partial(self._read_whole, self._old, at, depth), type_name)

    def _text(self, data: bytes, at: int, end: int, depth: int) -> Any:
        """A key. Most are short, and not worth a reader."""
        if data[at] <= 0xBF:
            try:
                return data[at + 1 : end].decode()
            except UnicodeDecodeError:
                pass
        return self._read(data, at, depth)[0]

    def _read(self, data: bytes, at: int, depth: int) -> tuple[Any, int]:
        reader = MsgpackReader(data, self._meter)
        reader.position = at
        values: list[Any] = []
        reader.read(1, 1, depth, values)
        return values[0], reader.position

    def _read_whole(self, data: bytes, at: int, depth: int) -> Any:
        """As far as the budget goes."""
        try:
            return self._read(data, at, depth)[0]
        except Stop as stop:
            return stop.partial if stop.partial is not None else stop.rest(1)

    def _is_worth_it(self, places: Sequence[int], k: int, new_places: Sequence[int], i: int) -> bool:
        return min(places[k + 1] - places[k], new_places[i + 1] - new_places[i]) >= _WORTH_IT

    def _pay(self, count: int) -> None:
        while count > 0:
            count -= self._meter.take(count)


def _head(data: bytes, at: int) -> tuple[bool, int, int] | None:
    """Of a container whether it is a mapping, its number of elements, and where the first one is; None of all else."""
    if at >= len(data):
        raise Broken(TRUNCATED)
    tag = data[at]
    if 0x80 <= tag <= 0x9F:
        return tag <= 0x8F, tag & 0x0F, at + 1
    if not 0xDC <= tag <= 0xDF:
        return None
    behind = at + (3 if tag in (0xDC, 0xDE) else 5)
    return tag >= 0xDE, int.from_bytes(data[at + 1 : behind], "big"), behind


def _is_text(tag: int) -> bool:
    return 0xA0 <= tag <= 0xBF or 0xD9 <= tag <= 0xDB


def _is_plain(tag: int) -> bool:
    """Numbers, constants and texts. Bytes are none, for only their beginning is kept."""
    return tag <= 0x7F or 0xA0 <= tag <= 0xC3 or 0xCA <= tag <= 0xD3 or 0xD9 <= tag <= 0xDB or tag >= 0xE0


def _class_of(data: bytes, at: int, end: int) -> tuple[str, str]:
    tag = data[at]
    if tag in EXT_WIDTHS:
        return class_at(data, at + 2 + EXT_WIDTHS[tag], end)
    return class_at(data, at + 2, end) if tag in FIXED_EXT else ("", "")
