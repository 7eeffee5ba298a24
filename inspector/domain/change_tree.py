"""The places of a change among what stayed around them: for each container with something different right inside it,
its parts in order, those that stayed too. Pure; what the entries mean is told in `diff.entry`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from inspector.domain.deferred import opened, resolved
from inspector.domain.value import ABSENT, Absent, Pairs, Tagged, Value

#: `inside`: it changed somewhere deeper, which a `Hunk` of its own tells.
State: TypeAlias = Literal["same", "added", "removed", "changed", "inside"]
#: One step of a path: a key, a position, or a key that is no text.
Step: TypeAlias = "str | int | Key"

#: An object with nothing but these is one value to a reader: a date, a path, an enum's member.
_OF_ONE_VALUE = frozenset({"value", "method", "args", "root", "pattern", "flags"})
#: Its bytes and its first numbers are two views of one thing.
ARRAY = "numpy.ndarray"
_COLLECTIONS = frozenset({"set", "frozenset", "tuple", "deque"})
#: Collections without an order.
SETS = frozenset({"set", "frozenset"})
#: Parts of one container beyond which what stayed is not worth the time of putting it together.
MAX_PARTS = 20_000


class PlaceChange(Protocol):
    """A `diff.ValueEntry`, or one with its sides unwrapped."""

    @property
    def kind(self) -> str: ...
    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping that is not text."""

    value: Value


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a container. `label` is None for an element of a set, which has no place."""

    state: State
    label: Step | None
    before: Value | Absent
    after: Value | Absent


@dataclass(frozen=True, slots=True)
class Hunk:
    """A container with its parts, in the newer one's order, removed ones where they stood. `steps` lead to it."""

    steps: tuple[Step, ...]
    kind: str  #: `object`, `list`, `set` or `value`, which is the whole value and has one part
    name: str  #: the class, "" for what JSON has
    parts: tuple[Part, ...]


@dataclass(slots=True)
class _Places:
    entry: str = ""  #: the kind of the entry for this place
    inside: dict[str, _Places] = field(default_factory=dict)


_NOTHING = _Places()
_TOO_MANY = "A container of so many parts is not shown around its changes."
_MISFIT = "These entries are not of these values."
_Pair: TypeAlias = "tuple[Any, Any, _Places, _Places]"


def read_hunks(before: Value | Absent, after: Value | Absent, entries: Sequence[PlaceChange]) -> list[Hunk]:
    """Hunks in order, each above those inside it. All entries of a change are needed: where some were left out, places
    in lists cannot be told. Raises ValueError for entries that are not of these two values, and for a container of more
    than `MAX_PARTS`."""
    if not entries:  # the values are the same as far as they were read
        return []
    removed, placed = _Places(), _Places()
    for entry in entries:
        place = removed if entry.kind == "removed" else placed
        for token in _tokens(entry.path):
            place = place.inside.setdefault(token, _Places())
        place.entry = entry.kind
    if removed.entry or placed.entry or (_is_one_value(before) and _is_one_value(after)):
        state: State = "added" if before is ABSENT else "removed" if after is ABSENT else "changed"
        return [Hunk((), "value", "", (Part(state, None, before, after),))]
    return list(_walk((before, after, removed, placed), ()))


def _walk(pair: _Pair, steps: tuple[Step, ...]) -> Iterator[Hunk]:
    before, after, removed, placed = pair
    if _is_collection(before) and _is_collection(after) and before.type_name == after.type_name:
        inner = removed.inside.get("items", _NOTHING), placed.inside.get("items", _NOTHING)
        kind = "set" if before.short_name in SETS else "list"
        old, new = (_mapping(side)["items"] for side in (before, after))
        found = _members(old, new, *inner) if kind == "set" else _elements(old, new, *inner)
        yield from _hunk(found, steps, kind, before)
    elif isinstance(before, Pairs) and isinstance(after, Pairs):
        inner = removed.inside.get("items", _NOTHING), placed.inside.get("items", _NOTHING)
        yield from _hunk(_pairs(before, after, *inner), steps, "object", before)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _hunk(_elements(before, after, removed, placed), steps, "list", before)
    else:
        yield from _hunk(_fields(_mapping(before), _mapping(after), removed, placed), steps, "object", before)


def _hunk(found: Iterator[tuple[Part, _Pair | None]], steps: tuple[Step, ...], kind: str, value: Any) -> Iterator[Hunk]:
    parts: list[Part] = []
    deeper: list[tuple[_Pair, tuple[Step, ...]]] = []
    for part, inner in found:
        if len(parts) >= MAX_PARTS:
            raise ValueError(_TOO_MANY)
        as_one = _is_one_value(part.before) and _is_one_value(part.after)
        state: State = "changed" if part.state == "inside" and as_one else part.state
        sides = (part.before, part.after) if state in ("same", "inside") else map(resolved, (part.before, part.after))
        parts.append(Part(state, part.label, *sides))
        if inner is not None and part.label is not None and not as_one:
            deeper.append((inner, (*steps, part.label)))
    if any(part.state in ("added", "removed", "changed") for part in parts):
        yield Hunk(steps, kind, value.short_name if isinstance(value, Tagged) else "", tuple(parts))
    for inner, path in deeper:
        yield from _walk(inner, path)


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], removed: _Places, placed: _Places
) -> Iterator[tuple[Part, _Pair | None]]:
    gone = iter([key for key in before if removed.inside.get(key, _NOTHING).entry])
    order = {key: number for number, key in enumerate(before)}
    waiting = next(gone, None)
    for key, new in after.items():
        while waiting is not None and key in order and order[waiting] < order[key]:
            yield Part("removed", waiting, before[waiting], ABSENT), None
            waiting = next(gone, None)
        if key not in before:
            yield Part("added", key, ABSENT, new), None
        else:
            yield _kept(key, before[key], new, removed.inside.get(key, _NOTHING), placed.inside.get(key, _NOTHING))
    while waiting is not None:
        yield Part("removed", waiting, before[waiting], ABSENT), None
        waiting = next(gone, None)


def _elements(
    before: Sequence[Any], after: Sequence[Any], removed: _Places, placed: _Places
) -> Iterator[tuple[Part, _Pair | None]]:
    """Elements that stay or change keep their order, so the older place of one is told by counting."""
    gone = {i for i in range(len(before)) if removed.inside.get(str(i), _NOTHING).entry}
    i = 0
    for j, new in enumerate(after):
        while i in gone:
            yield Part("removed", i, before[i], ABSENT), None
            i += 1
        place = placed.inside.get(str(j), _NOTHING)
        if place.entry == "added":
            yield Part("added", j, ABSENT, new), None
            continue
        if i >= len(before):
            raise ValueError(_MISFIT)
        yield _kept(j, before[i], new, removed.inside.get(str(i), _NOTHING), place)
        i += 1
    for rest in range(i, len(before)):
        yield Part("removed", rest, before[rest], ABSENT), None


def _members(
    before: Sequence[Any], after: Sequence[Any], removed: _Places, placed: _Places
) -> Iterator[tuple[Part, _Pair | None]]:
    """Elements of a set have no order to keep, so nothing tells which of the older ones one was, but that it stayed."""
    for i, old in enumerate(before):
        if removed.inside.get(str(i), _NOTHING).entry:
            yield Part("removed", None, old, ABSENT), None
    for j, new in enumerate(after):
        came = bool(placed.inside.get(str(j), _NOTHING).entry)
        yield Part("added" if came else "same", None, ABSENT if came else new, new), None


def _pairs(before: Pairs, after: Pairs, removed: _Places, placed: _Places) -> Iterator[tuple[Part, _Pair | None]]:
    """As elements, each told by its key; of one whose key is another, key and value stand as a pair."""
    old, new = ([list(item) for item in side.items] for side in (before, after))
    for part, inner in _elements(old, new, removed, placed):
        sides = [side for side in (part.after, part.before) if isinstance(side, list) and len(side) == 2]
        if not sides or part.state == "changed":
            yield part, inner
            continue
        values = [side[1] if isinstance(side, list) and len(side) == 2 else side for side in (part.before, part.after)]
        label = Key(sides[0][0])
        if inner is None:
            yield Part(part.state, label, *values), None
        else:
            gone, there = (place.inside.get("1", _NOTHING) for place in (inner[2], inner[3]))
            yield _kept(label, values[0], values[1], gone, there)


def _kept(label: Step, before: Any, after: Any, removed: _Places, placed: _Places) -> tuple[Part, _Pair | None]:
    if placed.entry:
        return Part("changed", label, before, after), None
    if removed.inside or placed.inside:
        before, after = opened(before), opened(after)
        return Part("inside", label, before, after), (before, after, removed, placed)
    return Part("same", label, before, after), None


def _mapping(value: Any) -> Mapping[str, Any]:
    fields = value.fields if isinstance(value, Tagged) else value
    if not isinstance(fields, Mapping):
        raise ValueError(_MISFIT)
    return fields


def _is_collection(value: Any) -> bool:
    if not isinstance(value, Tagged):
        return False
    return value.short_name in _COLLECTIONS and isinstance(value.fields.get("items"), list) and len(value.fields) == 1


def _is_one_value(value: Value | Absent) -> bool:
    return isinstance(value, Tagged) and (value.fields.keys() <= _OF_ONE_VALUE or value.type_name == ARRAY)


def _tokens(path: str) -> Iterator[str]:
    for token in path.split("/")[1:]:
        plain = token.replace("~1", "/").replace("~0", "~")
        yield plain[1:] if plain.startswith("$") else plain
