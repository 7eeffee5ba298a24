"""Where the values of stored msgpack lie, and which of them two values hold in the same bytes. Nothing is decoded.

`watch` is looked at on the way (`msgpack_format.Watch`), so that what lies about its length ends within a budget.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspector.msgpack_format import EXT_WIDTHS, TRUNCATED, Broken, Watch, skip

#: Elements between two looks at the clock.
_BATCH = 1_024


def places_of(data: bytes, count: int, at: int, watch: Watch) -> list[int]:
    """Where each of so many values begins, and the end of the last. Raises `Broken`."""
    places = [at]
    for number in range(count):
        if not number % _BATCH:
            watch.look()
        at = _behind(data, at, watch)
        places.append(at)
    return places


def find_elements(
    old: bytes, places: Sequence[int], new: bytes, count: int, at: int, watch: Watch
) -> tuple[list[int | None], list[int], Sequence[int]]:
    """For each new element the first older one with its bytes, and where the new ones begin, with the end of the last.
    And for each older element the first one with its bytes. Elements in the older order cost no walk."""
    found: list[int | None] = []
    new_places = [at]
    firsts: Sequence[int] = range(len(places) - 1)
    index: dict[bytes, int] | None = None
    expected = 0
    for number in range(count):
        if not number % _BATCH:
            watch.look()
        match: int | None = None
        if expected < len(places) - 1:
            element = old[places[expected] : places[expected + 1]]
            if new.startswith(element, at):
                match, end = expected, at + len(element)
        if match is None:
            end = _behind(new, at, watch)
            if index is None:
                index = {}
                firsts = [index.setdefault(old[places[k] : places[k + 1]], k) for k in firsts]
            match = index.get(new[at:end])
        if match is not None:
            expected = match + 1
        found.append(match)
        new_places.append(end)
        at = end
    return [None if k is None else firsts[k] for k in found], new_places, firsts


def find_entries(
    old: bytes, places: Sequence[int], new: bytes, count: int, at: int, watch: Watch
) -> tuple[list[tuple[int | None, bool]], list[int]]:
    """For each new entry of a mapping the older one of its key, and whether the whole of it is the same; where the new
    keys and values begin, with the end of the last. Entries in the older order cost no walk."""
    found: list[tuple[int | None, bool]] = []
    new_places = [at]
    index: dict[bytes, int] | None = None
    expected = 0
    for number in range(count):
        if not number % _BATCH:
            watch.look()
        if expected < len(places) - 1:
            key_at, value_at, end = places[expected : expected + 3]
            if new.startswith(old[key_at:end], at):
                found.append((expected, True))
                new_places.append(at + value_at - key_at)
                at += end - key_at
                new_places.append(at)
                expected += 2
                continue
        value_at = _behind(new, at, watch)
        if index is None:
            index = {old[places[k] : places[k + 1]]: k for k in range(0, len(places) - 1, 2)}
        k = index.get(new[at:value_at])
        expected = expected if k is None else k + 2
        found.append((k, False))
        at = _behind(new, value_at, watch)
        new_places += (value_at, at)
    return found, new_places


def _behind(data: bytes, at: int, watch: Watch) -> int:
    if at >= len(data):
        raise Broken(TRUNCATED)
    tag = data[at]
    width = EXT_WIDTHS.get(tag)
    if width is not None:
        end = at + 2 + width + int.from_bytes(data[at + 1 : at + 1 + width], "big")
    elif 0xA0 <= tag <= 0xBF:
        end = at + 1 + (tag & 0x1F)
    else:
        return skip(data, at, len(data), 1, watch)
    if end > len(data):
        raise Broken(TRUNCATED)
    return end
