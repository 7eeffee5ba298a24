"""Rebuilding a delta channel: a channel whose checkpoints leave its value out and keep only the writes.

LangGraph replays the writes through the graph's reducer. We have no graph, so two reducers that nearly everybody uses
are followed by their effect: messages are merged by id, anything else in a list is appended, mappings are merged. The
result is labelled as rebuilt wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inspector.domain.value import ABSENT, Absent, Tagged, Value

#: Set in the metadata of checkpoints whose graph has delta channels: channel to [updates, super-steps] since a
#: snapshot.
COUNTERS = "counters_since_delta_snapshot"
_REMOVE_ALL = "__remove_all__"
_SNAPSHOT = "langgraph.checkpoint.serde.types._DeltaSnapshot"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A rebuilt value. `complete` is False when an ancestor that it needs is gone or out of reach."""

    value: Value
    complete: bool
    writes: int


def delta_channels(metadata: Mapping[str, object], versions: Iterable[str], stored: Iterable[str]) -> list[str]:
    """The channels of a checkpoint whose value has to be rebuilt: counted, versioned, and not stored."""
    counters = metadata.get(COUNTERS)
    if not isinstance(counters, Mapping):
        return []
    return sorted(set(counters) & set(versions) - set(stored))


def replay(seed: Value | Absent, writes: Iterable[Value]) -> Value:
    """The seed with the writes applied in order. An `Overwrite` resets what came before it."""
    value: Value | Absent = seed if isinstance(seed, Absent) else snapshot_value(seed)
    for write in writes:
        reset = _overwrite(write)
        value = _merge(value, write) if reset is None else reset
    return [] if isinstance(value, Absent) else value


def snapshot_value(stored: Value) -> Value:
    """What a delta channel's snapshot holds: now and then the whole value is stored after all, in a wrapper."""
    if isinstance(stored, Tagged) and stored.type_name == _SNAPSHOT:
        return stored.fields.get("value")
    return stored


def _overwrite(write: Value) -> Value | Absent:
    """The value of an `Overwrite`, as an object or in one of the two forms that it takes in JSON; None for any other
    write. An Overwrite with None empties the channel."""
    match write:
        case Tagged(fields=fields) if write.short_name == "Overwrite":
            value = fields.get("value")
        case {"__overwrite__": value, **rest} if not rest:
            pass
        case {"type": "__overwrite__", "value": value}:
            pass
        case _:
            return None
    return ABSENT if value is None else value


def _merge(value: Value | Absent, write: Value) -> Value:
    if isinstance(value, Absent):
        value = {} if isinstance(write, dict) and not _is_message(write) else []
    if isinstance(value, dict):
        return {**value, **write} if isinstance(write, dict) else value
    if not isinstance(value, list):
        return write
    return _add(value, write if isinstance(write, list) else [write])


def _add(items: list[Value], added: list[Value]) -> list[Value]:
    """As `add_messages` does: a known id is replaced in place, a removal takes it out, all else is appended. What is no
    message is always appended, whatever id it has: its reducer adds lists."""
    wipes = [place for place, item in enumerate(added) if _is_removal(item) and _id_of(item) == _REMOVE_ALL]
    if wipes:
        return added[wipes[-1] + 1 :]
    merged = list(items)
    places = {item_id: place for place, item in enumerate(merged) if (item_id := _id_of(item)) is not None}
    removed = set()
    for item in added:
        item_id = _id_of(item)
        if _is_removal(item):
            removed.add(item_id)
            continue
        removed.discard(item_id)
        if item_id in places:
            merged[places[item_id]] = item
            continue
        if item_id is not None:
            places[item_id] = len(merged)
        merged.append(item)
    return [item for item in merged if _id_of(item) not in removed] if removed else merged


def _is_removal(item: Value) -> bool:
    if isinstance(item, Tagged):
        return item.short_name == "RemoveMessage"
    return isinstance(item, dict) and item.get("type") == "remove" and _is_message(item)


def _id_of(item: Value) -> str | None:
    """The id of a message; None for a message without one, and for anything else."""
    if not _is_message(item):
        return None
    found = _fields(item).get("id")
    return found if isinstance(found, str) and found else None


def _is_message(item: Value) -> bool:
    fields = _fields(item)
    return "content" in fields and ("role" in fields or "type" in fields)


def _fields(item: Value) -> Mapping[str, Value]:
    return item.fields if isinstance(item, Tagged) else item if isinstance(item, dict) else {}
