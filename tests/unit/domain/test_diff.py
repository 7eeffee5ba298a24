"""What a change says, case by case."""

from __future__ import annotations

import time
from typing import Any

import pytest

from inspector.domain.diff import (
    ChannelChange,
    MessageEntry,
    ValueEntry,
    apply_change,
    diff_channel,
    diff_state,
    diff_values,
    is_internal,
    same_value,
)
from inspector.domain.value import ABSENT, Binary, CutText, Omitted, Pairs, Tagged


def message(message_id: str | None, content: str = "hi", role: str = "human") -> Tagged:
    names = {"human": "human.HumanMessage", "ai": "ai.AIMessage", "tool": "tool.ToolMessage"}
    fields = {"type": role, "content": content, "id": message_id}
    return Tagged(f"langchain_core.messages.{names[role]}", fields)


def a_set(*items: Any) -> Tagged:
    return Tagged("builtins.set", {"items": [*items]})


def change_of(before: Any, after: Any, **limits: int) -> ChannelChange:
    change = diff_channel("c", before, after, "1.0.1", "2.0.7", **limits)
    assert change is not None
    if not change.left_out:
        result: Any = apply_change(before, change)
        assert same_value(result, after)
    return change


def places(before: Any, after: Any) -> list[tuple[str, str]]:
    entries = change_of(before, after).entries
    return [(entry.kind, entry.path) for entry in entries if isinstance(entry, ValueEntry)]


def moves(before: Any, after: Any) -> list[tuple[str, str | None, int | None, int | None]]:
    change = change_of(before, after)
    assert change.form == "messages"
    entries = [entry for entry in change.entries if isinstance(entry, MessageEntry)]
    return [(e.kind, e.message_id, e.position_before, e.position_after) for e in entries]


# Channels


def test_a_channel_that_appears_is_added_whole() -> None:
    change = change_of(ABSENT, {"a": 1})
    assert (change.kind, change.form, change.version_before, change.version_after) == (
        "added",
        "tree",
        "1.0.1",
        "2.0.7",
    )
    assert change.entries == (ValueEntry("added", "", ABSENT, {"a": 1}),)


def test_a_channel_that_goes_is_removed_whole() -> None:
    assert change_of("text", ABSENT).entries == (ValueEntry("removed", "", "text", ABSENT),)


def test_none_is_a_value_and_not_an_absent_channel() -> None:
    assert change_of(ABSENT, None).kind == "added"
    assert change_of(None, 0).kind == "changed"


@pytest.mark.parametrize("value", [None, 1, "a", [1], {"a": [float("nan")]}, ABSENT, Pairs(((1, 2),))])
def test_the_same_value_written_again_is_no_change(value: Any) -> None:
    assert diff_channel("c", value, value, "1.0.1", "2.0.7") is None


def test_two_texts_are_a_change_to_be_shown_by_word() -> None:
    change = change_of("one", "two")
    assert (change.form, change.entries) == ("text", (ValueEntry("changed", "", "one", "two"),))


# Values


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (1, 1.0), (0, False), ("1", 1), (0.0, -0.0), (None, False), ([], {}), ("", None), (b"", "")],
)
def test_a_change_of_type_is_a_change(before: Any, after: Any) -> None:
    assert not same_value(before, after)
    assert places({"x": before, "y": 1}, {"x": after, "y": 1}) == [("changed", "/x")]


def test_not_a_number_equals_itself() -> None:
    assert same_value([float("nan")], [float("nan")])


def test_one_changed_field_shows_as_one_path() -> None:
    before = {"user": {"name": "Ada", "tags": ["x", {"n": 1, "m": 2}]}, "n": 1}
    after = {"user": {"name": "Ada", "tags": ["x", {"n": 5, "m": 2}]}, "n": 1}
    change = change_of(before, after)
    assert change.entries == (ValueEntry("changed", "/user/tags/1/n", 1, 5),)
    assert change.unchanged == 4


def test_an_objects_fields_are_compared_by_name() -> None:
    before = Tagged("app.Cart", {"total": 1, "items": ["a"]})
    after = Tagged("app.Cart", {"total": 1, "items": ["a", "b"]})
    assert places(before, after) == [("added", "/items/1")]


def test_an_object_of_another_class_is_another_value() -> None:
    assert places(Tagged("app.A", {"x": 1}), Tagged("app.B", {"x": 1})) == [("changed", "")]


def test_mappings_without_a_common_key_are_replaced_whole() -> None:
    assert places({"a": 1, "b": 2}, {"c": 1, "d": 2}) == [("changed", "")]
    assert places({}, {"c": 1, "d": 2}) == [("added", "/c"), ("added", "/d")]


def test_the_order_of_a_mapping_is_no_change() -> None:
    assert diff_channel("c", {"a": 1, "b": 2}, {"b": 2, "a": 1}) is None


def test_paths_escape_what_json_pointers_and_our_json_escape() -> None:
    before = {"a/b": 1, "m~n": 1, "$type": 1, "": 1, "same": 0}
    assert places(before, {key: 2 if value else 0 for key, value in before.items()}) == [
        ("changed", "/a~1b"),
        ("changed", "/m~0n"),
        ("changed", "/$$type"),
        ("changed", "/"),
    ]


def test_a_mapping_with_other_keys_is_compared_by_key() -> None:
    before = Pairs(((1, "a"), (2, "b"), (3, "c")))
    after = Pairs(((1, "a"), (2, "B"), (4, "d"), (3, "c")))
    assert places(before, after) == [("changed", "/items/1/1"), ("added", "/items/2")]


def test_a_sets_order_means_nothing() -> None:
    assert same_value(a_set(1, 2, 3), a_set(3, 1, 2))
    assert places(a_set(1, 2, 3), a_set(4, 3, 1)) == [("removed", "/items/1"), ("added", "/items/0")]
    assert not same_value(a_set(1, 1, 2), a_set(1, 2, 2))


# Lists


def test_an_element_in_front_does_not_touch_the_rest() -> None:
    assert places([1, 2, 3], [0, 1, 2, 3]) == [("added", "/0")]


def test_an_element_replaced_at_its_place_has_changed() -> None:
    assert places(["a", "b", "c"], ["a", "x", "c"]) == [("changed", "/1")]


def test_a_removed_element_is_named_as_the_older_list_had_it() -> None:
    assert places(["a", "b", "c", "d"], ["b", "d", "e"]) == [
        ("removed", "/0"),
        ("removed", "/2"),
        ("added", "/2"),
    ]


def test_a_changed_element_is_named_as_the_newer_list_has_it() -> None:
    before = [{"k": 1, "t": "x", "u": 0}, "keep"]
    after = ["new", {"k": 2, "t": "x", "u": 0}, "keep"]
    assert places(before, after) == [("added", "/0"), ("changed", "/1/k")]


def test_records_are_followed_by_their_id() -> None:
    before = [{"id": n, "state": "open", "by": "x"} for n in range(4)]
    after = [{"id": 9, "state": "new", "by": "x"}, {**before[2], "state": "closed"}, before[3]]
    assert places(before, after) == [
        ("removed", "/0"),
        ("removed", "/1"),
        ("added", "/0"),
        ("changed", "/1/state"),
    ]


def test_a_list_of_which_nothing_is_left_is_replaced_whole() -> None:
    assert places({"v": [1.0, 2.0, 3.0], "k": 1}, {"v": [4.0, 5.0], "k": 1}) == [("changed", "/v")]


def test_an_element_with_little_in_common_is_replaced_whole() -> None:
    before = [{"a": 1, "b": 2, "c": 3}, "keep"]
    assert places(before, [{"a": 7, "b": 8, "c": 9}, "keep"]) == [("changed", "/0")]


# Messages


def test_an_appended_message_is_one_entry() -> None:
    before = [message("1"), message("2")]
    change = change_of(before, [*before, message("3", role="ai")])
    assert moves(before, [*before, message("3", role="ai")]) == [("added", "3", None, 2)]
    assert (change.unchanged, change.entries[0].role) == (2, "ai")  # type: ignore[union-attr]


def test_an_edited_message_is_changed_even_when_it_moved() -> None:
    before = [message("1"), message("2"), message("3")]
    after = [message("2"), message("3"), message("1", "edited")]
    change = change_of(before, after)
    assert moves(before, after) == [("changed", "1", 0, 2)]
    assert change.entries[0].moved  # type: ignore[union-attr]


def test_a_reorder_is_visible_and_names_as_few_messages_as_it_can() -> None:
    before = [message(str(n)) for n in range(5)]
    after = [before[4], *before[:4]]
    (entry,) = change_of(before, after).entries
    assert isinstance(entry, MessageEntry)
    assert (entry.kind, entry.message_id, entry.moved, entry.before) == ("changed", "4", True, entry.after)


def test_a_removed_message_stands_where_it_was_missing_from() -> None:
    before = [message(str(n)) for n in range(5)]
    after = [before[0], message("new"), before[2], before[4], message("last")]
    assert moves(before, after) == [
        ("removed", "1", 1, None),
        ("added", "new", None, 1),
        ("removed", "3", 3, None),
        ("added", "last", None, 4),
    ]


def test_messages_without_ids_are_followed_by_being_equal() -> None:
    before = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert moves(before, [{"role": "system", "content": "s"}, *before]) == [("added", None, None, 0)]
    assert moves(before, before[::-1])[0][0] == "changed"


def test_an_edited_message_without_an_id_is_changed() -> None:
    before = [message(None, "a"), message(None, "b", "ai"), message(None, "c")]
    after = [message(None, "a"), message(None, "B", "ai"), message(None, "c")]
    assert moves(before, after) == [("changed", None, 1, 1)]


def test_a_message_that_was_given_an_id_is_changed() -> None:
    assert moves([message(None)], [message("1")]) == [("changed", "1", 0, 0)]


def test_other_ids_are_other_messages() -> None:
    assert moves([message("1", "same")], [message("2", "same")]) == [
        ("removed", "1", 0, None),
        ("added", "2", None, 0),
    ]


def test_one_id_many_times_is_followed_in_order() -> None:
    before = [message("1", "a"), message("1", "b"), message("1", "c")]
    assert moves(before, [message("1", "a"), message("1", "c")]) == [("removed", "1", 1, None)]
    assert moves(before, [message("1", "a"), message("1", "B"), message("1", "c")]) == [("changed", "1", 1, 1)]


def test_a_conversation_that_begins_or_is_emptied_is_a_list_of_messages_still() -> None:
    assert moves([], [message("1")]) == [("added", "1", None, 0)]
    assert moves([message("1")], []) == [("removed", "1", 0, None)]
    assert moves(ABSENT, [message("1")]) == [("added", "1", None, 0)]
    assert apply_change([message("1")], change_of([message("1")], ABSENT)) is ABSENT


def test_a_list_that_is_no_conversation_any_more_is_a_tree() -> None:
    assert change_of([message("1"), message("2")], [message("1"), 5]).form == "tree"


def test_a_cut_rest_does_not_hide_that_these_are_messages() -> None:
    before = [message("1"), Omitted("budget", 10)]
    assert moves(before, [message("1"), Omitted("budget", 11)]) == [("changed", None, 1, 1)]


# Cuts and budgets


@pytest.mark.parametrize(
    "value",
    [CutText("abc", 9), Omitted("pickle", 5, "", ("os.system",)), Binary(b"ab", 7), a_set(CutText("a", 4))],
)
def test_equal_as_far_as_it_was_read_says_that_it_may_differ_beyond(value: Any) -> None:
    change = change_of({"a": value, "b": 1}, {"b": 1, "a": value})
    assert (change.cut, change.entries, change.kind) == (True, (), "changed")
    assert change_of({"a": value, "b": 1}, {"b": 2, "a": value}).cut
    listed = change_of([message("1"), value if isinstance(value, Omitted) else message("2", value)], [])
    assert not listed.cut


def test_bytes_read_to_their_end_are_not_cut() -> None:
    assert diff_channel("c", Binary(b"ab", 2), Binary(b"ab", 2)) is None


def test_a_cut_message_that_stayed_is_told() -> None:
    kept = message("1", CutText("long", 100))  # type: ignore[arg-type]
    assert change_of([kept, message("2")], [kept]).cut
    assert change_of([kept, message("2")], [message("2"), kept]).cut


def test_entries_beyond_the_limit_are_counted() -> None:
    change = change_of(list(range(10)), [n if n % 2 else -n - 1 for n in range(10)], max_entries=3)
    assert (len(change.entries), change.left_out) == (3, 2)
    with pytest.raises(ValueError, match="2 entries were left out"):
        apply_change(list(range(10)), change)


def test_messages_beyond_the_limit_are_counted() -> None:
    change = change_of(ABSENT, [message(str(n)) for n in range(10)], max_entries=4)
    assert (len(change.entries), change.left_out) == (4, 6)


def test_a_spent_budget_shows_differing_parts_whole_and_says_so() -> None:
    change = change_of({"a": [1, 2], "b": 1}, {"a": [1, 3], "b": 1}, max_nodes=0)
    assert change.coarse
    assert change.entries == (ValueEntry("changed", "", {"a": [1, 2], "b": 1}, {"a": [1, 3], "b": 1}),)


@pytest.mark.parametrize("before", [5, {"b": 1}, [1], Pairs(())])
def test_a_change_of_another_value_is_refused(before: Any) -> None:
    change = change_of([1, 2, [3, 4]], [1, 2, [3, 5]])
    with pytest.raises(ValueError, match="not of this value"):
        apply_change(before, change)


def test_a_change_of_messages_is_refused_by_what_is_no_list() -> None:
    with pytest.raises(ValueError, match="message list"):
        apply_change("text", change_of([message("1")], [message("2")]))


# Speed. Generous, for slow machines: what they guard against is a hundred times slower.


def within(seconds: float, before: Any, after: Any) -> ChannelChange:
    start = time.perf_counter()
    change = diff_channel("c", before, after)
    assert time.perf_counter() - start < seconds
    assert change is not None
    return change


def test_one_message_after_two_thousand_is_found_at_once() -> None:
    before = [message(str(n), "word " * 50) for n in range(2_000)]
    after = [message(str(n), "word " * 50) for n in range(2_001)]
    assert within(0.2, before, after).unchanged == 2_000


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([*range(20_000)], [*range(20_000, 0, -1)]),
        ([0, 1] * 10_000, [1, 0, 0] * 7_000),
        ([n * (2**61 - 1) for n in range(4_000)], [-n * (2**61 - 1) for n in range(4_000)]),
        (
            [{"role": "user", "content": str(n)} for n in range(5_000)],
            [message(str(n)) for n in range(5_000)],
        ),
    ],
)
def test_huge_lists_do_not_blow_up(before: Any, after: Any) -> None:
    within(3, before, after)


def test_a_difference_deep_inside_is_not_searched_for_at_every_level() -> None:
    before: Any = [*range(20_000), 1]
    after: Any = [*range(20_000), 2]
    for _ in range(90):
        before, after = [0, before, 1], [0, after, 1]
    assert len(within(1, before, after).entries) == 1


# States


def test_a_state_lists_the_users_channels_first_and_then_langgraphs_own() -> None:
    after = dict.fromkeys(["zeta", "__start__", "alpha", "branch:to:bot", "join:a+b:c", "__root__"], 1)
    changes = diff_state({}, after, {}, dict.fromkeys(after, "1.0.5"))
    assert [(change.channel, change.internal) for change in changes] == [
        ("__root__", False),
        ("alpha", False),
        ("zeta", False),
        ("__start__", True),
        ("branch:to:bot", True),
        ("join:a+b:c", True),
    ]
    assert changes[0].version_before is None
    assert changes[0].version_after == "1.0.5"


def test_a_channel_of_one_version_is_not_compared() -> None:
    assert diff_state({"a": 1}, {"a": 2}, {"a": "3.0.77"}, {"a": "3.0.77"}) == ()


@pytest.mark.parametrize("version", [3, 3.0, "3", None])
def test_a_version_that_only_counts_proves_nothing(version: Any) -> None:
    assert len(diff_state({"a": 1}, {"a": 2}, {"a": version}, {"a": version})) == 1


def test_the_root_channel_is_the_users() -> None:
    assert not is_internal("__root__")
    assert is_internal("__pregel_tasks")


def test_two_sides_of_an_edited_message_can_be_compared_by_place() -> None:
    assert diff_values(message("1", "a"), message("1", "b")) == (ValueEntry("changed", "/content", "a", "b"),)
