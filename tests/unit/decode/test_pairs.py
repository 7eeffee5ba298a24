"""Two values decoded together are what each is by itself, and cost what differs between them."""

from __future__ import annotations

from typing import Any

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode import Budget
from inspector.decode.pairs import decode_pair
from inspector.decode.serde import decode_value
from inspector.domain.deferred import Deferred, resolved
from inspector.domain.diff import apply_change, diff_channel, same_value
from inspector.domain.messages import is_message_list
from inspector.domain.value import Omitted, Tagged
from tests.unit.domain.test_diff_properties import canonical, examples

SERDE = JsonPlusSerializer()

_KEYS = st.one_of(st.text(max_size=3), st.sampled_from(["id", "items"]))
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(), st.text(max_size=40), st.binary(max_size=300)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(_KEYS, inner, max_size=5),
        st.dictionaries(st.integers(0, 9), inner, max_size=3),
        st.builds(lambda text, more: HumanMessage(text, additional_kwargs={"more": more}), st.text(max_size=5), inner),
    ),
    max_leaves=30,
)


def pair_of(before: Any, after: Any) -> tuple[Any, Any]:
    first, second = decode_pair(SERDE.dumps_typed(before), SERDE.dumps_typed(after))
    return first.value, second.value


def deferred_in(value: Any) -> int:
    if isinstance(value, Deferred):
        return 1
    inside = value.fields if isinstance(value, Tagged) else value
    parts = inside.values() if isinstance(inside, dict) else inside if isinstance(inside, list) else ()
    return sum(map(deferred_in, parts))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two values that share much: elements of one pool, in other orders, some of them twice."""
    pool = draw(st.lists(_VALUES, min_size=1, max_size=5))
    some = st.lists(st.sampled_from(pool), max_size=6)
    if draw(st.booleans()):
        return draw(some), draw(some)
    named = st.dictionaries(_KEYS, st.one_of(st.sampled_from(pool), some), max_size=5)
    return draw(named), draw(named)


@examples(300)
@given(pairs())
def test_a_pair_is_what_each_side_is_by_itself(pair: tuple[Any, Any]) -> None:
    for stored, value in zip(map(SERDE.dumps_typed, pair), pair_of(*pair), strict=True):
        assert canonical(resolved(value)) == canonical(decode_value(*stored).value)


@examples(300)
@given(pairs())
def test_the_changes_of_a_pair_are_exact_and_hold_nothing_deferred(pair: tuple[Any, Any]) -> None:
    before, after = (decode_value(*SERDE.dumps_typed(side)).value for side in pair)
    change = diff_channel("c", *pair_of(*pair), max_entries=10_000)
    if change is None:
        assert canonical(before) == canonical(after)
        return
    assert canonical(apply_change(before, change)) == canonical(after)
    assert not any(deferred_in(side) for entry in change.entries for side in (entry.before, entry.after))


@examples(200)
@given(st.data(), st.lists(st.dictionaries(_KEYS, _SCALARS, max_size=3), max_size=12))
def test_an_edit_of_records_is_exact_when_their_bytes_are_shared(data: st.DataObject, records: list[Any]) -> None:
    after = [*records]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(after)))
        after[at : at + data.draw(st.integers(0, 1))] = data.draw(st.sampled_from([[], [{"new": 1}], after[:1]]))
    old, new = (decode_value(*SERDE.dumps_typed(side)).value for side in (records, after))
    change = diff_channel("c", *pair_of(records, after))
    assert canonical(apply_change(old, change) if change else old) == canonical(new)


def messages(count: int) -> list[Any]:
    kinds = (HumanMessage, AIMessage)
    return [kinds[n % 2](f"Message {n}. " * 20, id=f"m{n}") for n in range(count)]


def test_one_message_after_two_thousand_is_all_that_is_decoded() -> None:
    stored = [SERDE.dumps_typed(messages(count)) for count in (2_000, 2_001)]
    whole = decode_value(*stored[1])
    first, second = decode_pair(*stored)
    before: Any = first.value
    after: Any = second.value
    assert is_message_list(before)
    assert is_message_list(after)
    change = diff_channel("messages", before, after)
    assert change is not None
    assert (len(change.entries), change.unchanged, change.form) == (1, 2_000, "messages")
    unread = [item for item in after if isinstance(item, Deferred) and item._read is not None]
    assert len(unread) == 2_000
    assert second.nodes < whole.nodes / 4


@pytest.mark.parametrize("at", [0, 700, 1_399])
def test_records_before_and_behind_a_difference_stay_closed(at: int) -> None:
    records = [{"id": n, "name": f"name {n}", "tags": ["a", "b"]} for n in range(1_400)]
    after: Any
    before, after = pair_of({"rows": records}, {"rows": [*records[:at], {"id": -1}, *records[at:]]})
    change = diff_channel("c", before, after)
    assert change is not None
    assert [(entry.kind, getattr(entry, "path", "")) for entry in change.entries] == [("added", f"/rows/{at}")]
    opened = [item for item in after["rows"] if isinstance(item, Deferred) and item._read is None]
    assert len(opened) <= 2


def test_a_field_of_a_large_mapping_is_followed_to_its_place() -> None:
    tree = {f"k{n}": {"name": f"name {n}", "more": {"x": n, "text": "word " * 60}} for n in range(300)}
    moved = {**{name: tree[name] for name in reversed(tree)}, "k77": {**tree["k77"], "name": "other"}}
    before, after = pair_of(tree, moved)
    change = diff_channel("c", before, after)
    assert change is not None
    assert [(entry.kind, getattr(entry, "path", "")) for entry in change.entries] == [("changed", "/k77/name")]


def test_elements_that_repeat_are_aligned_as_well_as_by_themselves() -> None:
    first, second, *others = ({"text": letter * 30} for letter in "abcde")
    change = diff_channel("c", *pair_of([others[0], first, second, first], [others[1], first, second, others[2]]))
    assert change is not None
    assert [getattr(entry, "path", "") for entry in change.entries] == ["/0/text", "/3/text"]


def test_many_small_parts_do_not_wait() -> None:
    """A part that waits takes more memory than an empty list."""
    before, after = pair_of([[[]] * 5_000, "one"], [[[]] * 5_000, "two"])
    assert deferred_in(before) == 1
    before, after = pair_of([[]] * 5_000 + [["one"]], [[]] * 5_000 + [["two"]])
    assert deferred_in(before) == deferred_in(after) == 0


def test_the_same_bytes_are_no_change_and_are_not_read() -> None:
    before, after = pair_of(messages(50), messages(50))
    assert before is after
    assert diff_channel("c", before, after) is None
    assert before._read is not None


@pytest.mark.parametrize("cut", [1, 40, 500])
def test_broken_bytes_are_shown_as_far_as_they_go(cut: int) -> None:
    tag, data = SERDE.dumps_typed(messages(20))
    whole, broken = decode_pair((tag, data), (tag, data[:-cut]))
    assert same_value(whole.value, decode_value(tag, data).value)
    assert broken.warnings == decode_value(tag, data[:-cut]).warnings
    assert canonical(broken.value) == canonical(decode_value(tag, data[:-cut]).value)


@pytest.mark.parametrize(
    "whole",
    [
        [[1, 2], {"a": [{"b": "c"}]}],
        {"a": [["b" * 300]], "c": {"d": {"e": b"f"}}},
        [list(range(20)), {key: [[]] for key in "abcdefghijklmnopqrst"}],
    ],
)
def test_a_value_may_end_anywhere(whole: Any) -> None:
    tag, data = SERDE.dumps_typed(whole)
    _, other = SERDE.dumps_typed([*whole, [1]] if isinstance(whole, list) else {**whole, "z": [1]})
    for end in range(len(data)):
        broken, as_it_is = decode_pair((tag, data[:end]), (tag, other))
        assert canonical(broken.value) == canonical(decode_value(tag, data[:end]).value)
        assert canonical(as_it_is.value) == canonical(decode_value(tag, other).value)


def test_a_pair_beyond_its_budget_is_cut_and_says_so() -> None:
    budget = Budget(max_nodes=1_000)
    stored = [SERDE.dumps_typed([{"n": n, "of": [side]} for n in range(90_000)]) for side in "ab"]
    first, second = decode_pair(*((tag, data) for tag, data in stored), budget=budget)
    assert isinstance(first.value, list)
    assert isinstance(first.value[-1], Omitted)
    assert first.warnings
    assert second.warnings


def test_a_part_beyond_the_budget_is_cut_where_it_is_looked_into() -> None:
    one, other = (SERDE.dumps_typed({"a": [[n] for n in range(2_000)], "b": side}) for side in (1, 2))
    first, second = decode_pair(one, other, budget=Budget(max_nodes=1_100))
    found: Any = first.value
    assert isinstance(found["a"], Deferred)
    assert isinstance(resolved(found)["a"][-1], Omitted)
    change = diff_channel("c", first.value, second.value)
    assert change is not None
    assert [getattr(entry, "path", "") for entry in change.entries] == ["/b"]


def test_other_formats_are_decoded_one_by_one() -> None:
    first, second = decode_pair(("json", b"[1, {}]"), ("null", b""))
    assert (first.value, second.value) == ([1, {}], None)
    packed = ormsgpack.packb([1, [2]])
    assert [side.value for side in decode_pair(("msgpack", packed), ("json", b"[3]"))] == [[1, [2]], [3]]
