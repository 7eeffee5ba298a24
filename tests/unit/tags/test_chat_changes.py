"""A conversation that changed: what came, went, moved and was edited stands at its place, the rest is folded there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.diff import diff_channel
from inspector.domain.value import Absent, Value
from inspector.tags.changes import show_changes
from inspector.tags.room import CARD_NODES, Room, Spot
from inspector.tags.values import render_value
from tests.unit.domain.test_diff_properties import MESSAGES, examples
from tests.unit.tags.test_changes import Change, Tree, human
from tests.unit.tags.test_values import read

SPOT = Spot((("id", "t"),), "c1", "/thread/", channel="messages")


@dataclass
class Whole(Change):
    """A change that has both sides whole, as the page's have."""

    def __init__(self, before: Value | Absent, after: Value | Absent) -> None:
        super().__init__(before, after)
        self.before, self.after = Tree(before), Tree(after)


def html_of(before: Any, after: Any, room: Room | None = None) -> str:
    return show_changes(Whole(before, after), room or Room())  # type: ignore[arg-type]


def ai(text: str, message_id: str, *call_ids: str) -> Value:
    calls: list[Value] = [
        {"name": "look", "args": {"n": call_id}, "id": call_id, "type": "tool_call"} for call_id in call_ids
    ]
    return {"type": "ai", "content": text, "id": message_id, "tool_calls": calls}


def result(text: str, call_id: str, **more: Value) -> Value:
    return {"type": "tool", "content": text, "tool_call_id": call_id, "id": f"r{call_id}", **more}


def talk(count: int) -> list[Value]:
    return [human(f"number {n}", str(n)) for n in range(count)]


def test_messages_that_stayed_fold_between_those_that_changed() -> None:
    before = talk(12)
    after = [*before[:5], human("NUMBER 5", "5"), *before[6:], human("new", "x")]
    html = html_of(before, after)
    assert [int(found) for found in re.findall(r"(\d+) unchanged messages", html)] == [4, 5]
    marks = re.findall(r'<article[^>]*data-kind="(\w+)"|<details class="(stay)"', html)
    assert [kind or fold for kind, fold in marks] == ["stay", "same", "changed", "stay", "same", "added"]
    assert "number 4" in html.split("<article")[1]  # the one before the edit is its context


def test_a_removed_message_stands_where_it_was() -> None:
    before = talk(6)
    text = read(html_of(before, [*before[:3], *before[4:]]))
    assert text.index("number 2") < text.index("removed") < text.index("number 3") < text.rindex("2 unchanged")


def test_removed_at_both_ends_and_all() -> None:
    before = talk(3)
    assert html_of(before, before[1:]).index("removed") < html_of(before, before[1:]).index("2 unchanged")
    assert html_of(before, before[:2]).index("number 1") < html_of(before, before[:2]).index("removed")
    assert html_of(before, []).count('data-kind="removed"') == 2 * 3  # card and badge


def test_a_fold_shows_its_last_messages_and_counts_the_rest() -> None:
    before = talk(100)
    html = html_of(before, [*before, human("new", "x")])
    assert "99 unchanged messages" in html
    assert html.count('class="brief"') == 10
    assert "… 89 earlier." in html


def test_what_changed_has_its_room_before_what_stayed() -> None:
    before = [human("word " * 400, str(n)) for n in range(40)]
    html = html_of(before, [*before, human("the newest of all", "x")], Room(nodes=4, characters=300))
    assert "the newest of all" in html


def test_a_result_stands_under_its_call_where_both_are_new() -> None:
    html = html_of([], [ai("", "1", "a", "b"), result("found it", "a"), result("broke", "b", status="error")])
    calls = html.split('<div class="call">')[1:]
    assert "found it" in calls[0]
    assert "broke" in calls[1]
    assert '<b class="bad">error</b>' in calls[1]
    assert html.count("<article") == 3


def test_a_result_whose_call_stayed_is_under_it_too() -> None:
    before = [*talk(4), ai("", "ai", "a")]
    html = html_of(before, [*before, result("found it", "a")])
    card = html.split('data-role="ai"')[1]
    assert "found it" in card
    assert 'data-kind="added"' in card


def test_a_result_far_from_its_call_names_it() -> None:
    before = [ai("", "ai", "a", "b"), result("one", "a"), *talk(3)]
    text = read(html_of(before, [*before, result("two", "b")]))
    assert 'answers look {"n": "b"} of message 1' in text


def test_calls_without_a_result_say_so() -> None:
    assert "No result yet. A later step may bring it." in read(html_of([], [ai("", "1", "a")]))
    went_on = read(html_of([], [ai("", "1", "a"), human("And?", "2")]))
    assert "No result. The conversation went on without one" in went_on
    assert "Answers no call" in read(html_of([], [result("late", "zzz")]))


@examples(150)
@given(st.lists(MESSAGES, max_size=9), st.lists(MESSAGES, max_size=9))
def test_every_message_of_both_sides_is_there_once(before: list[Any], after: list[Any]) -> None:
    change = diff_channel("channel", before, after)
    if change is None or change.form != "messages":
        return
    html = html_of(before, after)
    drawn = re.findall(r"<article[^>]*?(?:data-kind=\"(\w+)\")?>", html)
    folded = sum(int(number) for number in re.findall(r"(\d+) unchanged message", html))
    assert sum(kind not in ("", "same") for kind in drawn) == len(change.entries)
    assert drawn.count("same") + folded == change.unchanged


def test_each_result_stands_under_its_own_call_where_models_reuse_ids() -> None:
    turns = [[ai(f"turn {n}", f"a{n}", "call_0"), result(f"found {n}", "call_0") | {"id": f"r{n}"}] for n in range(3)]
    html = html_of([], [message for turn in turns for message in turn])
    for n, card in enumerate(html.split('data-role="ai"')[1:]):
        assert re.findall(r"found \d", card.split('class="answers"')[1]) == [f"found {n}"]


def test_a_message_with_a_thousand_calls_fits_the_room() -> None:
    html = html_of([], [ai("", "a", *map(str, range(1_000)))])
    assert html.count('class="call"') == 199
    assert "… 801 more calls, see JSON" in html


def test_calls_with_results_leave_the_page_light_and_what_has_no_room_is_not_counted() -> None:
    talking = [ai("", "a", *map(str, range(200))), *(result(f"found {n}", str(n)) for n in range(200))]
    html = html_of([], talking)
    drawn = html.count("<article")
    assert 50 < drawn < 100
    assert len(html) < 60_000
    calls = html.count('class="call"')
    assert f"… {200 - calls} more calls with their results, see JSON" in html
    assert f"… {201 - drawn} more changes, see JSON" in html
    unanswered = f"result: message {drawn + 1}, see JSON"  # its call took the last room
    assert html.count('class="answers"') + html.count(unanswered) == calls


def test_of_a_state_without_room_the_oldest_messages_are_cut_and_it_is_said_above_the_others() -> None:
    page = Room(nodes=10 * CARD_NODES)
    for room, more in ((Room(page=page), ", see JSON"), (Room(10 * CARD_NODES, spot=SPOT), ". Show more")):
        html = render_value(talk(30), room)
        shown = [int(found) for found in re.findall(r"number (\d+)", html)]
        assert shown == list(range(20, 30))
        above, _, below = html.partition("<article")
        assert f"… 20 earlier messages{more}" in re.sub("<[^>]+>", "", above)
        assert "more" not in below


def test_a_result_without_room_for_its_call_is_among_the_earlier_messages() -> None:
    talking = [*talk(3), ai("look", "a", "x"), result("found", "x"), human("thanks", "z")]
    html = render_value(talking, Room(CARD_NODES))
    assert "thanks" in html
    assert "found" not in html
    assert "… 5 earlier messages" in html


def test_ids_that_are_short_and_plain_can_be_copied() -> None:
    html = render_value([ai("look", "<a&b>", "x"), result("found", "x")], Room(spot=SPOT))
    assert re.findall(r'data-copy="([^"]*)" aria-label="([^"]*)"', html) == [
        ("&lt;a&amp;b&gt;", "Copy message id"),
        ("x", "Copy tool_call_id"),
        ("rx", "Copy message id"),
    ]
    for odd in ("a" * 65, "a\rb", "\u202ea", "\ud800"):
        assert "data-copy" not in render_value([human("hi", odd)], Room(spot=SPOT))
    assert "data-copy" not in render_value([human("hi", "a")], Room())
    assert "data-copy" not in render_value([human("hi", "a")], Room(spot=replace(SPOT, unfolded="messages")))


def test_earlier_messages_of_a_state_are_shown_where_they_are_asked_for() -> None:
    html = render_value(talk(150), Room(spot=SPOT))
    assert html.count("<article") == 60
    assert 'href="/thread/?id=t&amp;checkpoint=c1&amp;tab=state&amp;unfold=messages">Show them<' in html
    asked = replace(SPOT, unfolded="messages")
    assert render_value(talk(150), Room(spot=asked)).count("<article") == 150
    many = render_value(talk(250), Room(spot=asked))
    assert many.count("<article") == 200
    assert "50 earlier messages, see JSON" in many
