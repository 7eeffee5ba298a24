"""The places of a change among what stayed: every entry is a part of a container, and what stayed is told so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.change_tree import Hunk, Key, Part, read_hunks
from inspector.domain.diff import ValueEntry, diff_channel, same_value
from inspector.domain.value import ABSENT, Absent, Pairs, Tagged
from tests.unit.domain.test_diff_properties import VALUES, edited, examples


def hunks_of(before: Any, after: Any) -> list[Hunk]:
    change = diff_channel("channel", before, after)
    assert change is not None
    return read_hunks(before, after, [entry for entry in change.entries if isinstance(entry, ValueEntry)])


def told(hunk: Hunk) -> list[tuple[str, Any, Any, Any]]:
    return [(part.state, part.label, part.before, part.after) for part in hunk.parts]


def test_a_changed_key_stands_among_its_siblings() -> None:
    before = {"name": "unknown", "confidence": 0.31, "source": "classifier"}
    (hunk,) = hunks_of(before, {**before, "name": "order_status"})
    assert (hunk.steps, hunk.kind) == ((), "object")
    assert told(hunk) == [
        ("changed", "name", "unknown", "order_status"),
        ("same", "confidence", 0.31, 0.31),
        ("same", "source", "classifier", "classifier"),
    ]


def test_a_removed_key_stands_where_it_was() -> None:
    (hunk,) = hunks_of({"a": 1, "b": 2, "c": 3}, {"a": 1, "c": 3, "d": 4})
    assert [(part.state, part.label) for part in hunk.parts] == [
        ("same", "a"),
        ("removed", "b"),
        ("same", "c"),
        ("added", "d"),
    ]


def test_a_place_deep_inside_is_a_block_of_its_own_with_the_way_to_it() -> None:
    (hunk,) = hunks_of({"cart": [{"price": 1, "sku": "a"}, 2]}, {"cart": [{"price": 3, "sku": "a"}, 2]})
    assert hunk.steps == ("cart", 0)
    assert told(hunk)[0] == ("changed", "price", 1, 3)


def test_a_removed_element_has_its_older_place_and_the_others_their_newer_one() -> None:
    (hunk,) = hunks_of(["a", "b", "c"], ["b", "c", "d"])
    assert told(hunk) == [
        ("removed", 0, "a", ABSENT),
        ("same", 0, "b", "b"),
        ("same", 1, "c", "c"),
        ("added", 2, ABSENT, "d"),
    ]


def test_a_date_is_one_value_however_it_is_stored() -> None:
    old, new = (Tagged("datetime.datetime", {"value": f"2026-03-2{day}T00:00:00"}) for day in (8, 9))
    (hunk,) = hunks_of({"at": old}, {"at": new})
    assert told(hunk) == [("changed", "at", old, new)]
    (whole,) = hunks_of(old, new)
    assert whole.kind == "value"


def test_elements_of_a_set_have_no_place() -> None:
    (hunk,) = hunks_of(Tagged("builtins.set", {"items": [1, 2]}), Tagged("builtins.set", {"items": [2, 3]}))
    assert hunk.kind == "set"
    assert {(part.state, part.label) for part in hunk.parts} == {("same", None), ("removed", None), ("added", None)}


def test_keys_that_are_no_text_lead_to_what_is_below_them() -> None:
    before = Pairs(((1, {"v": 1}), (2, {"v": 2})))
    (hunk,) = hunks_of(before, Pairs(((1, {"v": 1}), (2, {"v": 3}))))
    assert hunk.steps == (Key(2),)
    assert told(hunk) == [("changed", "v", 2, 3)]


def test_entries_of_other_values_are_refused() -> None:
    entries = [ValueEntry("changed", "/a/b", 1, 2)]
    with pytest.raises(ValueError, match="not of these values"):
        read_hunks({"a": 1}, {"a": 2}, entries)


@examples(100)
@given(st.data(), VALUES)
def test_every_entry_is_shown_and_what_is_shown_as_the_same_is(data: st.DataObject, before: Any) -> None:
    after = data.draw(edited(before))
    change = diff_channel("channel", before, after)
    if change is None or change.form == "messages":
        return
    entries = [entry for entry in change.entries if isinstance(entry, ValueEntry)]
    parts = [part for hunk in read_hunks(before, after, entries) for part in hunk.parts]
    assert all(same_value(part.before, part.after) for part in parts if part.state == "same")
    differing = [part for part in parts if part.state not in ("same", "inside")]
    assert len(differing) <= len(entries)
    unshown = [entry for entry in entries if not any(shows(part, entry) for part in differing)]
    assert all("/value" in one.path or "/args" in one.path or "/root" in one.path for one in unshown) or any(
        isinstance(part.after, Tagged) for part in differing
    )


def shows(part: Part, entry: ValueEntry) -> bool:
    """An element of `Pairs` is told by its key, its entry holds key and value."""
    sides = [part.before, part.after]
    if isinstance(part.label, Key):
        key = part.label.value
        sides = [side if isinstance(side, Absent) else [key, side] for side in sides]
    whole = same_value(sides[0], entry.before) and same_value(sides[1], entry.after)
    return part.state == entry.kind and (
        whole or (same_value(part.before, entry.before) and same_value(part.after, entry.after))
    )
