"""What a channel's reducer made of what nodes wrote. Its code is not known: what went in and what came out are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from inspector.domain.diff import same_value
from inspector.domain.messages import is_message, is_message_list
from inspector.domain.value import ABSENT, Absent, Tagged, Value

#: `replaced`: the channel holds what was written last. `appended`: it grew by what was written. `merged`: the keys that
#: were written hold what was written. `took some`: it grew by less. `same`: it holds what it held. `other`: none of it.
EFFECTS: Final = ("replaced", "appended", "merged", "took some", "same", "other")


def effect_of(before: Value | Absent, after: Value | Absent, written: Sequence[Value]) -> str:
    """One of `EFFECTS`, "" where nothing was written."""
    if not written:
        return ""
    if before is not ABSENT and after is not ABSENT and same_value(before, after):
        return "same"
    if same_value(written[-1], after):
        return "replaced"
    if isinstance(after, list):
        return _of_list([] if isinstance(before, Absent) else before, after, written)
    mappings = [one for one in written if isinstance(one, dict)]
    if isinstance(after, dict) and len(mappings) == len(written):
        merged = {key: item for one in mappings for key, item in one.items()}
        return (
            "merged" if all(key in after and same_value(item, after[key]) for key, item in merged.items()) else "other"
        )
    return "other"


def count_written(written: Sequence[Value]) -> int:
    """How many elements the writes hold: those of a list, else one each."""
    return sum(len(items_of(one)) for one in written)


def items_of(written: Value) -> list[Value]:
    """What a list's reducer was given by one write. `Overwrite` and other objects are one thing."""
    if isinstance(written, list):
        return written
    if isinstance(written, Tagged) and not is_message(written) and isinstance(written.fields.get("items"), list):
        return written.fields["items"]  # type: ignore[return-value]  # said by the line above
    return [written]


def _of_list(before: Value, after: list[Value], written: Sequence[Value]) -> str:
    if not isinstance(before, list):
        return "other"
    grown, given = len(after) - len(before), count_written(written)
    if grown == given:
        return "appended"
    if is_message_list(after) and any(is_message(item) for one in written for item in items_of(one)):
        return "took some"  # some replaced messages of the same id, or took them away
    return "took some" if 0 <= grown < given else "other"
