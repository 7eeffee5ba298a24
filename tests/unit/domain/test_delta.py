"""Rebuilt delta channels against LangGraph's own: a real `DeltaChannel` replays the same writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import _DeltaSnapshot
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.types import Overwrite

from inspector.decode.serde import decode_value
from inspector.domain.delta import delta_channels, replay, snapshot_value
from inspector.domain.value import ABSENT, Absent, Tagged, Value

SERDE = JsonPlusSerializer()


def tree(value: object) -> Value:
    """The value as it lies in a store and is decoded from there."""
    decoded = decode_value(*SERDE.dumps_typed(value)).value
    assert not isinstance(decoded, Absent)
    return decoded


def join_messages(held: list[AnyMessage], writes: Sequence[Any]) -> list[AnyMessage]:
    for write in writes:
        held = add_messages(held, write)  # type: ignore[assignment, arg-type]
    return held


def join_lists(held: list[Any], writes: Sequence[list[Any]]) -> list[Any]:
    return [*held, *(item for write in writes for item in write)]


def join_mappings(held: dict[str, Any], writes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    for write in writes:
        held = {**held, **write}
    return held


def langgraph(reducer: Any, typ: type, seed: object, writes: Sequence[object]) -> Value:
    channel: Any = DeltaChannel(reducer, typ)
    channel = channel.from_checkpoint(seed)
    channel.replay_writes([("task", "channel", write) for write in writes])
    return tree(channel.get())


def ours(seed: object, writes: Sequence[object]) -> Value:
    return replay(tree(seed), [tree(write) for write in writes])


ids = st.sampled_from(["a", "b", "c", "d"])
texts = st.text("xyz", max_size=3)
messages = st.builds(lambda content, name: HumanMessage(content, id=name), texts, ids) | st.builds(
    lambda content, name: AIMessage(content, id=name), texts, ids
)


@st.composite
def message_history(draw: st.DrawFn) -> tuple[list[AnyMessage], list[object]]:
    """A seed and writes that LangGraph accepts: it refuses to remove what is not there."""
    seed: list[AnyMessage] = [*draw(st.lists(messages, max_size=3, unique_by=lambda message: message.id))]
    held = list(seed)
    writes: list[object] = []
    for _ in range(draw(st.integers(0, 5))):
        if draw(st.integers(0, 7)) == 0:
            write: object = Overwrite(draw(st.lists(messages, max_size=2, unique_by=lambda message: message.id)))
            held = list(write.value)  # type: ignore[attr-defined]
        else:
            there = {message.id for message in held}
            removals = st.sampled_from(sorted(filter(None, there))) if there else st.nothing()
            removable = messages | removals.map(lambda name: RemoveMessage(id=name))
            wipes = st.sampled_from([[RemoveMessage(id=REMOVE_ALL_MESSAGES)], []])
            write = [*draw(wipes), *draw(st.lists(messages if not there else removable, max_size=4))]
            if len(write) == 1 and draw(st.booleans()):
                write = write[0]  # one message alone is as good as a list of one
            held = join_messages(held, [write])
        writes.append(write)
    return seed, writes


@settings(max_examples=200, deadline=None)
@given(message_history())
def test_messages_come_out_as_from_a_delta_channel(history: tuple[list[AnyMessage], list[object]]) -> None:
    seed, writes = history

    assert ours(seed, writes) == langgraph(join_messages, list, seed, writes)


plain_items = st.integers(-9, 9) | texts | st.fixed_dictionaries({"id": ids, "note": texts})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(plain_items, max_size=3),
    st.lists(st.lists(plain_items, max_size=3) | st.lists(plain_items, max_size=2).map(Overwrite), max_size=4),
)
def test_other_lists_are_appended_to_even_where_elements_share_an_id(seed: list[object], writes: list[object]) -> None:
    assert ours(seed, writes) == langgraph(join_lists, list, seed, writes)


mappings = st.dictionaries(texts, st.integers(-9, 9) | texts, max_size=3)


@settings(max_examples=60, deadline=None)
@given(mappings, st.lists(mappings | mappings.map(Overwrite), max_size=4))
def test_mappings_are_merged(seed: dict[str, object], writes: list[object]) -> None:
    assert ours(seed, writes) == langgraph(join_mappings, dict, seed, writes)


def test_a_removal_and_a_new_message_of_the_same_id_in_one_write_replace_in_place() -> None:
    seed = [HumanMessage("1", id="a"), AIMessage("2", id="b")]
    write = [RemoveMessage(id="a"), HumanMessage("new", id="a")]

    found = ours(seed, [write])

    assert found == langgraph(join_messages, list, seed, [write])
    assert found[0].fields["content"] == "new"  # type: ignore[index, union-attr]


def test_removing_all_keeps_only_what_comes_after_it() -> None:
    seed = [HumanMessage("1", id="a")]
    write = [AIMessage("before", id="b"), RemoveMessage(id=REMOVE_ALL_MESSAGES), AIMessage("after", id="c")]

    found = ours(seed, [write])

    assert found == langgraph(join_messages, list, seed, [write])
    assert [item.fields["id"] for item in found] == ["c"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "overwrite",
    [Overwrite(["x"]), {"__overwrite__": ["x"]}, {"type": "__overwrite__", "value": ["x"]}],
)
def test_every_form_of_an_overwrite_resets(overwrite: object) -> None:
    assert ours(["old"], [["lost"], overwrite, ["y"]]) == ["x", "y"]
    assert langgraph(join_lists, list, ["old"], [["lost"], overwrite, ["y"]]) == ["x", "y"]


def test_an_overwrite_with_nothing_empties_the_channel() -> None:
    assert ours(["old"], [Overwrite(None), ["y"]]) == langgraph(join_lists, list, ["old"], [Overwrite(None), ["y"]])
    assert ours(["old"], [Overwrite(None)]) == []


def test_a_snapshot_is_unwrapped_and_anything_else_left_alone() -> None:
    stored = tree(_DeltaSnapshot([1, 2]))

    assert isinstance(stored, Tagged)
    assert snapshot_value(stored) == [1, 2]
    assert snapshot_value([1, 2]) == [1, 2]
    assert replay(stored, [[3]]) == [1, 2, 3]


def test_nothing_stored_and_nothing_written_is_an_empty_list() -> None:
    assert replay(ABSENT, []) == []


def test_the_first_write_tells_whether_an_unknown_channel_holds_a_list_or_a_mapping() -> None:
    assert replay(ABSENT, [{"a": 1}, {"b": 2}]) == {"a": 1, "b": 2}
    assert replay(ABSENT, [{"type": "human", "content": "hi"}]) == [{"type": "human", "content": "hi"}]
    assert replay(ABSENT, [["a"], "b"]) == ["a", "b"]


def test_replaying_changes_neither_seed_nor_writes() -> None:
    seed: list[Value] = [tree(HumanMessage("1", id="a"))]
    write: list[Value] = [tree(HumanMessage("2", id="a")), tree(AIMessage("3", id="b"))]

    replay(seed, [write, write])

    assert (len(seed), len(write)) == (1, 2)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"counters_since_delta_snapshot": {"messages": [1, 1], "gone": [1, 1], "stored": [0, 0]}}, ["messages"]),
        ({"counters_since_delta_snapshot": None}, []),
        ({"counters_since_delta_snapshot": ["messages"]}, []),
        ({}, []),
    ],
)
def test_a_channel_is_rebuilt_when_it_is_counted_versioned_and_not_stored(
    metadata: dict[str, object], expected: list[str]
) -> None:
    assert delta_channels(metadata, ["messages", "stored", "count"], ["stored", "count"]) == expected
