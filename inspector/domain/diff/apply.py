"""From an older value and a change to the newer value: what the entries of a change mean, in code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from inspector.domain.diff.entry import ChannelChange, MessageEntry, ValueEntry
from inspector.domain.value import ABSENT, Absent, Pairs, Tagged, Value


@dataclass(slots=True)
class _Place:
    """Entries by path: the one for this place, and the places inside it by token."""

    entry: ValueEntry | None = None
    inside: dict[str, _Place] = field(default_factory=dict)


_NOTHING = _Place()
_MISFIT = "This change is not of this value."


def apply_change(before: Value | Absent, change: ChannelChange) -> Value | Absent:
    """The newer value, from the older one that the change was made of; `before` itself is not touched.

    A mapping's keys keep the older one's order, new ones follow; what a set's elements are is exact, their
    order is not. Raises ValueError for a change that left entries out, and for one that does not fit
    `before`.
    """
    if change.left_out:
        raise ValueError(f"{change.left_out} entries were left out of this change, it cannot be applied.")
    if change.form == "messages":
        if change.kind == "removed":
            return ABSENT
        entries = [entry for entry in change.entries if isinstance(entry, MessageEntry)]
        return _apply_messages([] if before is ABSENT else before, entries)
    removed, placed = _Place(), _Place()
    for entry in change.entries:
        if isinstance(entry, ValueEntry):
            place = removed if entry.kind == "removed" else placed
            for token in _tokens(entry.path):
                place = place.inside.setdefault(token, _Place())
            place.entry = entry
    if removed.entry:
        return ABSENT
    return cast("Value | Absent", _rebuild(before, removed, placed))


def _apply_messages(before: Any, entries: Sequence[MessageEntry]) -> Value:
    if not isinstance(before, list):
        raise ValueError("This change is of a message list, the value is none.")
    taken = {entry.position_before for entry in entries}
    placed = {entry.position_after: entry.after for entry in entries if entry.position_after is not None}
    return _merge([item for i, item in enumerate(before) if i not in taken], placed)


def _merge(kept: Iterable[Any], placed: Mapping[int, Any]) -> list[Any]:
    """What stayed in its order, with the placed ones at their positions in the result."""
    rest = list(kept)
    length = len(rest) + len(placed)
    if any(j >= length for j in placed):
        raise ValueError(_MISFIT)
    stayed = iter(rest)
    return [placed[j] if j in placed else next(stayed) for j in range(length)]


def _rebuild(value: Any, removed: _Place, placed: _Place) -> Any:
    if placed.entry:
        return placed.entry.after
    if not removed.inside and not placed.inside:
        return value
    match value:
        case dict():
            return _rebuild_fields(value, removed, placed)
        case Tagged():
            return Tagged(value.type_name, _rebuild_fields(value.fields, removed, placed))
        case list():
            return _rebuild_list(value, removed, placed)
        case Pairs() if {*removed.inside, *placed.inside} == {"items"}:
            inside = removed.inside.get("items", _NOTHING), placed.inside.get("items", _NOTHING)
            items = _rebuild_list([list(item) for item in value.items], *inside)
            return Pairs(tuple((key, item) for key, item in items))
        case _:
            raise ValueError(_MISFIT)


def _rebuild_fields(fields: Mapping[str, Any], removed: _Place, placed: _Place) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in fields.items():
        gone = removed.inside.get(key, _NOTHING)
        if gone.entry is None:
            result[key] = _rebuild(item, gone, placed.inside.get(key, _NOTHING))
    for key, place in placed.inside.items():
        if key not in fields:
            if place.entry is None or place.entry.kind != "added":
                raise ValueError(_MISFIT)
            result[key] = place.entry.after
    if not removed.inside.keys() <= fields.keys():
        raise ValueError(_MISFIT)
    return result


def _rebuild_list(items: Sequence[Any], removed: _Place, placed: _Place) -> list[Any]:
    """Elements that stay or change keep their order, so their places in both lists go up together."""
    if not removed.inside.keys() <= {str(i) for i in range(len(items))}:
        raise ValueError(_MISFIT)
    kept = [i for i in range(len(items)) if removed.inside.get(str(i), _NOTHING).entry is None]
    added = {
        int(token): place.entry.after
        for token, place in placed.inside.items()
        if place.entry is not None and place.entry.kind == "added"
    }
    length = len(kept) + len(added)
    stays = [j for j in range(length) if j not in added]
    if len(stays) != len(kept) or not placed.inside.keys() <= {str(j) for j in range(length)}:
        raise ValueError(_MISFIT)
    changed = [
        _rebuild(items[i], removed.inside.get(str(i), _NOTHING), placed.inside.get(str(j), _NOTHING))
        for i, j in zip(kept, stays, strict=True)
    ]
    return _merge(changed, added)


def _tokens(path: str) -> list[str]:
    tokens = path.split("/")[1:]
    return [_token(token) for token in tokens]


def _token(text: str) -> str:
    plain = text.replace("~1", "/").replace("~0", "~")
    return plain[1:] if plain.startswith("$") else plain
