"""Rebuilding a delta channel: a channel whose checkpoints leave its value out and keep only the writes.

LangGraph replays the writes through the graph's reducer. We have no graph, so two reducers that nearly everybody uses are
followed by their effect: messages are merged by id, anything else in a list is appended, mappings are merged. The result
is labelled as rebuilt wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inspector.domain.value import ABSENT, Absent, Tagged, Value

#: Set in the metadata of checkpoints whose graph has delta channels: channel to [updates, super-steps] since a snapshot.
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
        replaced = _overwrite(write)
        value = replaced if not isinstance(replaced, Absent) else _merge(value, write)
    return [] if isinstance(value, Absent) else value


def snapshot_value(stored: Value) -> Value:
    """What a delta channel's snapshot holds: now and then the whole value is stored after all, in a wrapper."""
    if isinstance(stored, Tagged) and stored.type_name == _SNAPSHOT:
        return stored.fields.get("value")
    return stored


def _overwrite(write: Value) -> Value | Absent:
    match write:
        case Tagged(fields=fields) if write.short_name == "Overwrite":
            return fields.get("value")
        case {"__overwrite__": value, **rest} if not rest:
            return value
    return ABSENT


def _merge(value: Value | Absent, write: Value) -> Value:
    if isinstance(value, Absent):
        value = {} if isinstance(write, dict) and not _looks_like_message(write) else []
    if isinstance(value, dict):
        return {**value, **write} if isinstance(write, dict) else value
    if not isinstance(value, list):
        return write
    merged = list(value)
    for item in write if isinstance(write, list) else [write]:
        _add(merged, item)
    return merged


def _add(items: list[Value], item: Value) -> None:
    """As `add_messages` does: an id that is there is replaced in place, a removal takes it out, all else is appended."""
    item_id = _message_id(item)
    if isinstance(item, Tagged) and item.short_name == "RemoveMessage":
        items[:] = [] if item_id == _REMOVE_ALL else [kept for kept in items if _message_id(kept) != item_id]
        return
    if item_id is not None:
        for place, kept in enumerate(items):
            if _message_id(kept) == item_id:
                items[place] = item
                return
    items.append(item)


def _message_id(item: Value) -> str | None:
    fields = item.fields if isinstance(item, Tagged) else item if isinstance(item, dict) else {}
    found = fields.get("id")
    return found if isinstance(found, str) and found else None


def _looks_like_message(value: Mapping[str, Value]) -> bool:
    return "content" in value and ("role" in value or "type" in value)
