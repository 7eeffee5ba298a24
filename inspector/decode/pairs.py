"""Two stored values decoded to be compared: what both hold in the same bytes is not decoded at all.

msgpack needs no context: the same bytes at the place of a value are the same value, of the same length. So a list or
mapping of both is walked element by element, each looked for in the older one as bytes. What is found there becomes one
`Deferred` in both trees, and what is not is decoded, or walked in turn where both sides hold a container.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, TypeAlias

from inspector.decode import objects
from inspector.decode.budget import DEFAULT_BUDGET, Budget, Meter, Stop
from inspector.decode.cipher import Closed, open_sealed
from inspector.decode.containers import mapping
from inspector.decode.heads import class_of, head, is_plain, is_text
from inspector.decode.msgpack import MsgpackReader
from inspector.decode.places import find_elements, find_entries, places_of
from inspector.decode.serde import Decoded, decode_value
from inspector.domain.deferred import Deferred
from inspector.msgpack_format import Broken

#: A value's type tag and its bytes.
Stored: TypeAlias = tuple[str, bytes]
#: A value of each side, or none; and where each ends.
_Both: TypeAlias = tuple[Any, int, Any, int]

#: What two values may cost together. Processor time ends nearly all of what is too large; the elements bound the
#: memory.
PAIR_BUDGET = Budget(max_nodes=2_500_000, max_text=16_000_000, max_binary=65_536, seconds=1.5)

#: What each takes of values that do not fit that, and are then cut, or that are broken.
_ALONE = replace(DEFAULT_BUDGET, max_text=PAIR_BUDGET.max_text, seconds=0.5)

#: Containers of fewer bytes are decoded, and those nested deeper: looking for what they share costs as much.
_WORTH_IT = 256
_DEPTH = 24
#: Nor is looked for what elements of fewer bytes on average share.
_WORTH_A_SEARCH = 16
#: What both hold in fewer bytes is decoded at once: to wait for it would take more memory than it does.
_WORTH_WAITING = 16


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


def _read(meter: Meter, data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """The value at a place, and where it ends."""
    reader = MsgpackReader(data, meter)
    reader.position = at
    values: list[Any] = []
    reader.read(1, 1, depth, values)
    return values[0], reader.position


class _Shared:
    """Reads what was left for later. It does not hold the walk, which is over by then."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        self._data, self._meter = data, meter

    def __call__(self, at: int, depth: int) -> Any:
        """As far as the budget goes."""
        try:
            return _read(self._meter, self._data, at, depth)[0]
        except Stop as stop:
            return stop.partial if stop.partial is not None else stop.rest(1)


class _Walk:
    def __init__(self, old: bytes, new: bytes, meter: Meter) -> None:
        self._old, self._new = old, new
        self._meter = meter
        self._later = _Shared(old, meter)
        self._deepest = min(_DEPTH, meter.budget.max_depth)

    def run(self) -> tuple[Any, Any]:
        if self._old == self._new:
            one = Deferred(self._later, 0, 1)
            return one, one
        old, old_end, new, new_end = self._both(0, 0, 1)
        if (old_end, new_end) != (len(self._old), len(self._new)):
            raise Broken("Bytes follow the end of the value.")
        return old, new

    def _both(self, old_at: int, new_at: int, depth: int) -> _Both:
        """The values at two places. Raises `Stop` and `Broken`."""
        old, new = head(self._old, old_at), head(self._new, new_at)
        if depth <= self._deepest and old and new and old[0] == new[0] and self._may_be_large(old, new):
            walk = self._mappings if old[0] else self._lists
            found = walk(old[1:], new[1:], depth)
            if found is not None:
                return found
        return *_read(self._meter, self._old, old_at, depth), *_read(self._meter, self._new, new_at, depth)

    def _lists(self, old: tuple[int, int], new: tuple[int, int], depth: int) -> _Both | None:
        """None where it is no list of containers: numbers and texts are decoded as fast as they are compared."""
        count, at = old
        if not count or not new[0] or is_plain(self._old[at]) or is_plain(self._new[new[1]]):
            return None
        self._pay(count + new[0])
        places = places_of(self._old, *old, self._meter)
        found, new_places, firsts = find_elements(self._old, places, self._new, *new, self._meter)
        shared = {k: self._share(places[k], places[k + 1], depth + 1) for k in {*found} if k is not None}
        old_items = [shared.get(first) for first in firsts]
        new_items = [None if k is None else shared[k] for k in found]
        rest = ([k for k in range(count) if firsts[k] not in shared], [i for i, k in enumerate(found) if k is None])
        for k, i in zip_longest(*rest):
            if k is not None and i is not None and self._is_worth_it(places, k, new_places, i):
                old_items[k], _, new_items[i], _ = self._both(places[k], new_places[i], depth + 1)
                continue
            if k is not None:
                old_items[k], _ = _read(self._meter, self._old, places[k], depth + 1)
            if i is not None:
                new_items[i], _ = _read(self._meter, self._new, new_places[i], depth + 1)
        return old_items, places[-1], new_items, new_places[-1]

    def _mappings(self, old: tuple[int, int], new: tuple[int, int], depth: int) -> _Both | None:
        """None where a key is no text. An entry is followed by its key."""
        self._pay(old[0] + new[0])
        places = places_of(self._old, 2 * old[0], old[1], self._meter)
        found, new_places = find_entries(self._old, places, self._new, *new, self._meter)
        tags = {self._old[at] for at in places[:-1:2]} | {self._new[at] for at in new_places[:-1:2]}
        if not all(map(is_text, tags)):
            return None
        old_flat: list[Any] = [None] * (len(places) - 1)
        new_flat: list[Any] = [None] * (len(new_places) - 1)
        lonely = dict.fromkeys(range(0, len(old_flat), 2))
        for i, (k, whole) in zip(range(0, len(new_flat), 2), found, strict=True):
            new_flat[i] = self._text(self._new, new_places[i], new_places[i + 1], depth + 1)
            if k not in lonely or k is None:
                new_flat[i + 1], _ = _read(self._meter, self._new, new_places[i + 1], depth + 1)
                continue
            del lonely[k]
            old_flat[k] = new_flat[i]
            if whole:
                old_flat[k + 1] = new_flat[i + 1] = self._share(places[k + 1], places[k + 2], depth + 1)
            else:
                old_flat[k + 1], new_flat[i + 1] = self._entry(places, k + 1, new_places, i + 1, depth + 1)
        for k in lonely:
            old_flat[k], _ = _read(self._meter, self._old, places[k], depth + 1)
            old_flat[k + 1], _ = _read(self._meter, self._old, places[k + 1], depth + 1)
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
        return _read(self._meter, self._old, places[k], depth)[0], _read(self._meter, self._new, new_places[i], depth)[
            0
        ]

    def _share(self, at: int, end: int, depth: int) -> Any:
        """What both sides hold: a plain or small value at once, anything else when it is looked into."""
        if end - at < _WORTH_WAITING or is_plain(self._old[at]):
            return _read(self._meter, self._old, at, depth)[0]
        module, name = class_of(self._old, at, end)
        type_name = self._meter.name(*objects.shown_class(module, name)) if name else ""
        return Deferred(self._later, at, depth, type_name=type_name)

    def _text(self, data: bytes, at: int, end: int, depth: int) -> Any:
        """A key. Most are short, and not worth a reader."""
        if data[at] <= 0xBF:
            try:
                return data[at + 1 : end].decode()
            except UnicodeDecodeError:
                pass
        return _read(self._meter, data, at, depth)[0]

    def _is_worth_it(self, places: Sequence[int], k: int, new_places: Sequence[int], i: int) -> bool:
        return min(places[k + 1] - places[k], new_places[i + 1] - new_places[i]) >= _WORTH_IT

    def _may_be_large(self, *containers: tuple[bool, int, int]) -> bool:
        """Whether elements can be large enough to look for, as far as the rest of the data goes."""
        ends = zip(containers, (self._old, self._new), strict=True)
        return all(count * _WORTH_A_SEARCH <= len(data) - first for (_, count, first), data in ends)

    def _pay(self, count: int) -> None:
        while count > 0:
            count -= self._meter.take(count)
