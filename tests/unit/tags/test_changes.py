"""Changes for the eye: cards for messages, paths with both sides for trees, words for texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from inspector.domain.diff import diff_channel
from inspector.domain.value import ABSENT, Absent, Tagged, Value
from inspector.tags.changes import SHOWN_ENTRIES, short_version, show_changes, tallies
from inspector.tags.places import readable_path
from inspector.tags.room import Room
from tests.unit.tags.test_values import read


@dataclass(frozen=True)
class Tree:
    value: Value | Absent


class Item:
    """An entry with its sides wrapped, as contexts have them."""

    def __init__(self, entry: Any) -> None:
        for name in ("kind", "path", "message_id", "moved", "position_before", "position_after"):
            if hasattr(entry, name):
                setattr(self, name, getattr(entry, name))
        self.before, self.after = Tree(entry.before), Tree(entry.after)


class Change:
    def __init__(self, before: Value | Absent, after: Value | Absent) -> None:
        change = diff_channel("channel", before, after)
        assert change is not None
        self.form, self.kind, self.left_out = change.form, change.kind, change.left_out
        self.entries = tuple(Item(entry) for entry in change.entries)


def html_of(before: Value | Absent, after: Value | Absent) -> str:
    return show_changes(Change(before, after), Room())  # type: ignore[arg-type]


def human(text: str, message_id: str, **more: Value) -> Value:
    return Tagged(
        "langchain_core.messages.human.HumanMessage", {"type": "human", "content": text, "id": message_id, **more}
    )


def test_an_added_message_is_a_card_that_says_so() -> None:
    html = html_of([human("one", "1")], [human("one", "1"), human("two", "2")])
    assert html.count("<article") == 1
    assert 'data-kind="added"' in html
    assert read(html) == "humanaddedtwo"


def test_a_removed_message_keeps_its_text() -> None:
    html = html_of([human("one", "1"), human("two", "2")], [human("one", "1")])
    assert 'data-kind="removed"' in html
    assert "two" in html


def test_an_edited_message_is_compared_by_word() -> None:
    html = html_of([human("The blue lamp is here", "1")], [human("The red lamp is here", "1")])
    assert "<del>blue</del><ins>red</ins>" in html
    assert 'data-kind="changed"' in html
    assert "/content" not in html


def test_other_fields_of_an_edited_message_are_listed_by_path() -> None:
    html = html_of([human("same", "1", name="ada")], [human("same", "1", name="bo")])
    text = read(html)
    assert 'namewas "ada"is "bo"' in text
    assert "same" in text


def test_a_message_that_only_moved_says_from_where_to_where() -> None:
    before = [human("one", "1"), human("two", "2"), human("three", "3")]
    html = html_of(before, [before[2], before[0], before[1]])
    assert "moved 3 → 1" in html
    assert 'data-kind="moved"' in html


def test_a_tree_shows_each_place_before_and_after() -> None:
    text = read(html_of({"cart": [{"n": 1}], "a b": True}, {"cart": [{"n": 2}], "new": None}))
    assert "cart[0].nwas 1is 2" in text
    assert "was a b true" in text
    assert "is new null" in text


def test_long_texts_are_compared_by_word_and_short_ones_whole() -> None:
    assert "<ins>" in html_of("a long text with some words in it", "a long text with other words in it")
    assert read(html_of("EUR", "USD")) == 'was "EUR"is "USD"'


def test_a_new_channel_shows_its_value() -> None:
    assert read(html_of(ABSENT, 7)) == "is 7"
    assert html_of(ABSENT, [human("one", "1")]).count("<article") == 1


def test_what_there_is_no_room_for_is_counted() -> None:
    before: Value = {str(key): 0 for key in range(300)}
    after: Value = {str(key): 1 for key in range(300)}
    assert f"… {300 - SHOWN_ENTRIES:,} more changes, see JSON" in html_of(before, after)


def test_tallies_have_words_beside_their_signs() -> None:
    change = Change([human("one", "1"), human("two", "2")], [human("ONE", "1"), human("three", "3")])
    assert read(tallies(change)) == "+1 added −1 removed ~1 changed"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", ""),
        ("/a/b", "a.b"),
        ("/a/0/b", "a[0].b"),
        ("/a~1b", '["a/b"]'),
        ("/a~01", '["a~1"]'),
        ("/$$type", '["$$type"]'),
        ("/0", "[0]"),
    ],
)
def test_paths_read_as_people_write_them(pointer: str, path: str) -> None:
    assert readable_path(pointer) == path


@pytest.mark.parametrize(
    ("version", "said"), [(None, "none"), ("00000000000000000000000000000021.0.1234", "21"), ("7", "7"), ("0000", "0")]
)
def test_versions_lose_what_is_random(version: str | None, said: str) -> None:
    assert short_version(version) == said
