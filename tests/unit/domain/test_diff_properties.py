"""Generated values and edits: a change is exact, minimal and never an exception."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.domain.align import common_subsequence, rising
from inspector.domain.diff import MessageEntry, apply_change, diff_channel, diff_state, same_value
from inspector.domain.value import ABSENT, Binary, CutText, Omitted, Pairs, Tagged, to_json


def examples(count: int) -> settings:
    # No deadline: a busy machine is not a failure.
    return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))


TEXTS = st.text(alphabet="ab$/~ é漢🙂\n", max_size=4)
KEYS = st.sampled_from(["a", "b", "$type", "$$", "a/b", "~1", "", "id", "0", "items"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([0.0, -0.0, 1.0, float("nan"), float("inf"), 2**70]),
    TEXTS,
)
ODD = st.one_of(
    st.builds(Binary, st.binary(max_size=2), st.integers(0, 3)),
    st.builds(CutText, TEXTS, st.integers(0, 9)),
    st.builds(Omitted, st.sampled_from(["budget", "pickle"]), st.integers(0, 2)),
)
TYPE_NAMES = st.sampled_from(["pkg.Point", "builtins.set", "builtins.tuple", "langchain_core.messages.ai.AIMessage"])


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    mappings = st.dictionaries(KEYS, inner, max_size=4)
    lists = st.lists(inner, max_size=5)
    pairs = st.lists(st.tuples(SCALARS, inner), max_size=3)
    return st.one_of(
        lists,
        mappings,
        st.builds(Tagged, TYPE_NAMES, mappings),
        st.builds(lambda items: Tagged("builtins.set", {"items": items}), lists),
        st.builds(lambda items: Pairs(tuple(items)), pairs),
    )


VALUES = st.recursive(st.one_of(SCALARS, ODD), nested, max_leaves=25)

MESSAGES = st.builds(
    lambda role, message_id, content: Tagged(
        f"langchain_core.messages.{role}.{role.title()}Message",
        {"type": role, "content": content, **({"id": message_id} if message_id != "-" else {})},
    ),
    st.sampled_from(["human", "tool"]),
    st.sampled_from(["-", None, "m1", "m2", "m3", "m4"]),
    st.sampled_from(["x", "y", ""]),
) | st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": st.sampled_from("xy")})


@st.composite
def edited(draw: st.DrawFn, value: Any) -> Any:
    """The value with something changed somewhere inside, so that much stays as it was."""
    if draw(st.integers(0, 3)) == 0:
        return draw(VALUES)
    match value:
        case list() if value:
            at = draw(st.integers(0, len(value) - 1))
            how = draw(st.sampled_from(["edit", "drop", "insert", "move", "swap"]))
            rest = value[:at] + value[at + 1 :]
            to = draw(st.integers(0, len(rest)))
            return {
                "drop": rest,
                "move": [*rest[:to], value[at], *rest[to:]],
                "insert": [*value[:to], draw(VALUES), *value[to:]],
                "swap": value[::-1],
                "edit": [*value[:at], draw(edited(value[at])), *value[at + 1 :]],
            }[how]
        case dict() if value:
            key = draw(st.sampled_from(sorted(value)))
            if draw(st.booleans()):
                return {**value, key: draw(edited(value[key]))}
            return {k: v for k, v in value.items() if k != key} | draw(st.dictionaries(KEYS, VALUES, max_size=1))
        case Tagged():
            fields = draw(edited(dict(value.fields)))
            return Tagged(value.type_name, fields) if isinstance(fields, dict) else fields
        case Pairs() if value.items:
            items = draw(edited([list(pair) for pair in value.items]))
            fits = isinstance(items, list) and all(isinstance(p, list) and len(p) == 2 for p in items)
            return Pairs(tuple((p[0], p[1]) for p in items)) if fits else items
        case _:
            return draw(VALUES)


def canonical(value: Any) -> str:
    """An oracle that shares nothing with the diff: JSON text, with sets in a fixed order."""
    match value:
        case Tagged(type_name="builtins.set", fields={"items": list() as items}):
            fields = {**value.fields, "items": sorted(map(canonical, items))}
            return canonical(Tagged("a set", fields))
        case Tagged():
            return f"<{value.type_name} {canonical(dict(value.fields))}>"
        case list():
            return f"[{', '.join(map(canonical, value))}]"
        case dict():
            return f"{{{', '.join(f'{k!r}: {canonical(value[k])}' for k in sorted(value))}}}"
        case Pairs():
            return f"pairs {[(canonical(k), canonical(v)) for k, v in value.items]}"
        case _:
            return repr(value)


def assert_exact(before: Any, after: Any) -> None:
    change = diff_channel("c", before, after, max_entries=10_000)
    if change is None:
        assert canonical(before) == canonical(after)
        return
    result = apply_change(before, change)
    assert canonical(result) == canonical(after)
    assert change.left_out == 0
    if not change.entries:
        assert change.cut
        assert canonical(before) == canonical(after)


@examples(1_000)
@given(st.data(), VALUES)
def test_applying_the_changes_of_an_edit_gives_the_newer_value(data: st.DataObject, before: Any) -> None:
    assert_exact(before, data.draw(edited(before)))


@examples(300)
@given(VALUES, VALUES)
def test_applying_the_changes_between_any_two_values_gives_the_newer_one(before: Any, after: Any) -> None:
    assert_exact(before, after)


@examples(700)
@given(st.lists(MESSAGES, max_size=8), st.lists(MESSAGES, max_size=8))
def test_applying_the_changes_of_a_conversation_gives_the_newer_one(before: Any, after: Any) -> None:
    assert_exact(before, after)


@examples(60)
@given(st.data(), VALUES, st.integers(-1, 30))
def test_a_budget_that_runs_out_makes_a_change_coarser_and_not_wrong(
    data: st.DataObject, before: Any, max_nodes: int
) -> None:
    after = data.draw(edited(before))
    change = diff_channel("c", before, after, max_nodes=max_nodes, max_entries=10_000)
    if change is not None:
        assert canonical(apply_change(before, change)) == canonical(after)


@examples(100)
@given(VALUES)
def test_a_value_is_the_same_as_itself_decoded_again(value: Any) -> None:
    again = eval(repr(value), {**globals(), "nan": float("nan"), "inf": float("inf")})  # noqa: S307 - our own repr
    assert same_value(value, again)
    change = diff_channel("c", value, again)
    assert change is None or (change.cut and not change.entries)


@examples(100)
@given(VALUES, VALUES)
def test_values_are_the_same_exactly_when_they_are_written_the_same(one: Any, other: Any) -> None:
    assert same_value(one, other) == (canonical(one) == canonical(other))


@examples(100)
@given(st.data(), VALUES)
def test_every_path_points_at_the_value_it_names(data: st.DataObject, before: Any) -> None:
    after = data.draw(edited(before))
    change = diff_channel("c", before, after)
    if change is None or change.form == "messages":
        return
    for entry in change.entries:
        side, found = (before, entry.before) if entry.kind == "removed" else (after, entry.after)
        assert json.dumps(follow(to_json(side), entry.path)) == json.dumps(to_json(found))


def follow(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


@examples(200)
@given(st.lists(st.sampled_from("abcd"), max_size=10), st.lists(st.sampled_from("abcd"), max_size=10))
def test_a_list_has_no_more_entries_than_a_reference_diff(before: list[str], after: list[str]) -> None:
    longest = longest_common(before, after)
    pairs = common_subsequence(before, after)
    assert [before[i] for i, _ in pairs] == [after[j] for _, j in pairs]
    assert pairs == sorted(set(pairs))
    assert len(pairs) == longest
    change = diff_channel("c", before, after)
    edits = len(before) + len(after) - 2 * longest
    assert len(change.entries if change else ()) <= edits


RECORDS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 6), "of": st.sampled_from("abc"), "by": st.booleans()}), max_size=8
)


@examples(200)
@given(RECORDS, RECORDS, st.booleans())
def test_a_list_of_records_has_no_more_entries_than_a_reference_diff(before: Any, after: Any, deep: bool) -> None:
    longest = longest_common(list(map(canonical, before)), list(map(canonical, after)))
    change = diff_channel("c", {"a": [before]}, {"a": [after]}) if deep else diff_channel("c", before, after)
    assert len(change.entries if change else ()) <= len(before) + len(after) - 2 * longest


@examples(200)
@given(st.permutations(range(7)), st.permutations(range(7)), st.integers(0, 7), st.integers(0, 7), st.integers(0, 6))
def test_a_conversation_has_no_more_entries_than_a_reference_diff_by_id(
    one: list[int], other: list[int], first: int, second: int, edited_one: int
) -> None:
    """The reference removes and adds; a message that moved or was edited is one entry here and two there."""
    before = [said(number, "x") for number in one[:first]]
    after = [said(number, "y" if number == edited_one else "x") for number in other[:second]]
    longest = longest_common([canonical(item) for item in before], [canonical(item) for item in after])
    change = diff_channel("messages", before, after)
    assert len(change.entries if change else ()) <= len(before) + len(after) - 2 * longest


def said(number: int, content: str) -> Tagged:
    return Tagged("langchain_core.messages.human.HumanMessage", {"content": content, "id": f"m{number}"})


def longest_common(before: list[str], after: list[str]) -> int:
    """By the textbook: a table of all prefixes."""
    row = [0] * (len(after) + 1)
    for old in before:
        previous = row
        row = [0]
        for j, new in enumerate(after):
            row.append(previous[j] + 1 if old == new else max(previous[j + 1], row[j]))
    return row[-1]


@examples(100)
@given(st.lists(st.booleans(), max_size=60), st.lists(st.booleans(), max_size=60))
def test_an_alignment_out_of_budget_is_still_a_common_subsequence(before: list[bool], after: list[bool]) -> None:
    pairs = common_subsequence(before, after, max_matches=20)
    assert [before[i] for i, _ in pairs] == [after[j] for _, j in pairs]
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))


@examples(100)
@given(st.permutations(range(9)))
def test_what_rises_is_a_rising_subsequence_as_long_as_the_textbooks(order: list[int]) -> None:
    kept = [position for position in order if position in rising(order)]
    assert kept == sorted(kept)
    assert len(kept) == longest_common([str(n) for n in order], [str(n) for n in range(9)])


@examples(200)
@given(st.lists(MESSAGES, max_size=8), st.lists(MESSAGES, max_size=8))
def test_a_message_that_kept_its_id_is_never_shown_as_removed_and_added(before: Any, after: Any) -> None:
    change = diff_channel("messages", before, after)
    entries = [entry for entry in (change.entries if change else ()) if isinstance(entry, MessageEntry)]
    gone = {ident(entry.before) for entry in entries if entry.kind == "removed"} - {None}
    came = {ident(entry.after) for entry in entries if entry.kind == "added"} - {None}
    assert not gone & came
    for entry in entries:
        if entry.kind == "changed" and ident(entry.before) and ident(entry.after):
            assert ident(entry.before) == ident(entry.after)


def ident(message: Any) -> Any:
    fields = message.fields if isinstance(message, Tagged) else message
    return fields.get("id")


@examples(100)
@given(
    st.dictionaries(st.text(max_size=3), VALUES, max_size=4),
    st.dictionaries(st.text(max_size=3), VALUES, max_size=4),
)
def test_a_state_diff_never_raises_and_its_changes_give_the_newer_state(before: Any, after: Any) -> None:
    result = dict(before)
    for change in diff_state(before, after, {}, {}):
        newer = apply_change(before.get(change.channel, ABSENT), change)
        if newer is ABSENT:
            del result[change.channel]
        else:
            result[change.channel] = newer
    assert canonical(result) == canonical(dict(after))
