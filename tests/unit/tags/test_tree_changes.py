"""Trees, tables, pictures and numbers that changed, as they are seen."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any

import pytest

from inspector.domain.value import ABSENT, Binary, CutText, Tagged, Value
from inspector.tags.changes import tallies
from inspector.tags.places import difference
from inspector.tags.room import Room, Spot
from inspector.tags.values import render_value
from inspector.tags.written import effect_words, written_as_is
from tests.unit.domain.pictures import SVG, png
from tests.unit.tags.test_changes import Tree
from tests.unit.tags.test_chat_changes import Whole, html_of
from tests.unit.tags.test_values import read

PNG = png()
SPOT = Spot((("id", "t&1"),), "c1", "/thread/", "c0", channel="shot")


def test_a_change_stands_among_what_stayed() -> None:
    before = {"name": "unknown", "confidence": 0.31, "source": "classifier"}
    text = read(html_of(before, {**before, "name": "order_status", "confidence": 0.97}))
    assert text == (
        '{was name "unknown"is name "order_status"was confidence 0.31is confidence 0.97 +0.66source "classifier"}'
    )


def test_a_deep_place_has_its_path_above_it() -> None:
    text = read(html_of({"cart": [{"price": 1, "n": 2}]}, {"cart": [{"price": 3, "n": 2}]}))
    assert text.startswith("cart[0]{was price 1is price 3 +2")


def test_many_parts_that_stayed_are_folded() -> None:
    before: Any = {f"key {n}": n for n in range(40)}
    html = html_of(before, {**before, "key 20": 99})
    assert re.findall(r"(\d+) keys unchanged", html) == ["18", "17"]


def _items(*items: Value) -> list[Value]:
    return [*items]


def test_a_set_says_which_elements_came_and_went() -> None:
    old, new = (Tagged("builtins.set", {"items": items}) for items in (_items(1, 2), _items(2, 3)))
    assert read(html_of(old, new)).strip() == "a set of 2{was 12is 3}"


def test_tables_are_compared_by_row_and_cell() -> None:
    rows: Any = [{"sku": f"S{n}", "price": n} for n in range(9)]
    html = html_of(rows, [*rows[:4], {"sku": "S4", "price": 40}, *rows[5:], {"sku": "new", "price": 1}])
    assert re.findall(r'<tr data-kind="(\w+)"', html) == ["same", "changed", "same", "added"]
    assert "<del><bdi>4</bdi></del>" in html
    assert "<ins><bdi>40</bdi></ins>" in html
    assert "3 rows unchanged" in html


def test_a_table_shows_its_head_and_counts_the_rest() -> None:
    html = render_value([{"a": n, "b": "<i>"} for n in range(100)], Room())
    assert "table: 100 rows, 2 columns" in html
    assert "and 94 more rows" in html
    assert "<i>" not in html


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (0.31, 0.97, "+0.66"),
        (3, 1, "−2"),
        (1, 1_000_001, "+1,000,000"),
        (True, False, ""),
        (1, "2", ""),
        (1, float("nan"), ""),
        (10**400, 10**400 + 1, ""),
        (1e-300, 1e300, ""),
        (Binary(b"a", 1), Binary(b"ab", 2), "+1 bytes"),
        (CutText("a", 200), CutText("b", 200), "same size"),
        (*(Tagged("decimal.Decimal", {"value": text}) for text in ("19.90", "21.90")), "+2"),
        (*(Tagged("datetime.datetime", {"value": f"2026-03-0{n}T00:00:00+00:00"}) for n in (1, 2)), "+1 day, 0:00:00"),
        (Tagged("datetime.datetime", {"value": "soon"}), Tagged("datetime.datetime", {"value": "late"}), ""),
        (ABSENT, 1, ""),
    ],
)
def test_by_how_much_a_value_changed(before: Any, after: Any, said: str) -> None:
    assert difference(before, after) == said


def data_url(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


@pytest.mark.parametrize("value", [Binary(PNG[:256], len(PNG)), data_url(PNG), CutText(data_url(PNG)[:900], 9_000)])
def test_a_picture_is_a_link_until_somebody_asks(value: Value) -> None:
    html = render_value(value, Room(spot=SPOT))
    assert "<img" not in html
    assert 'href="/thread/image/?id=t%261&amp;checkpoint=c1&amp;against=c0&amp;channel=shot&amp;image=' in html
    assert "Show the picture" in html
    assert "href" not in render_value(value, Room())  # it lies in no channel


@pytest.mark.parametrize("value", [SVG, "data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode() * 4])
def test_an_svg_is_never_shown(value: Value) -> None:
    assert "Show the picture" not in render_value(value, Room(spot=SPOT))


def test_a_picture_too_large_says_so() -> None:
    assert "larger than what is shown here" in render_value(Binary(PNG[:256], 3_000_000), Room(spot=SPOT))


def test_pictures_as_text_are_not_compared_by_word() -> None:
    html = html_of(data_url(PNG), data_url(png(seed=1)), Room(spot=SPOT))
    assert "<ins>" not in html
    assert html.count("Show the picture") == 2


def test_an_array_is_a_line() -> None:
    array = Tagged(
        "numpy.ndarray",
        {"dtype": "<f8", "shape": [3, 4], "order": "C", "data": Binary(b"\0" * 96, 96), "first": [0.0, 1.0]},
    )
    assert read(render_value(array, Room())) == "array 3 × 4, <f8, 96 B [0.0, 1.0]"


@dataclass(frozen=True)
class One:
    node_name: str
    value: Tree


@dataclass(frozen=True)
class Written:
    written: tuple[One, ...]
    effect: str
    after: Tree
    form: str = "tree"
    written_left_out: int = 0
    entries: tuple[Any, ...] = ()


def test_the_reducers_work_is_a_sentence() -> None:
    one = (One("agent", Tree([{"type": "ai", "content": "Hi"}])),)
    messages = Written(one, "appended", Tree([None] * 11), "messages")
    assert read(effect_words(messages)) == "agent wrote 1 message; the channel holds 11 (all of it appended)."
    same = Written((One("a", Tree(1)), One("<b>", Tree(1))), "same", Tree(1))
    assert read(effect_words(same)) == "a and <b> wrote the value that was there already: no change."
    other = Written((One("", Tree(1)),), "other", Tree(3))
    assert (
        read(effect_words(other)) == "a task that is not named wrote a value, of which its reducer made another value."
    )
    assert read(written_as_is(Written((One("a", Tree(1)),), "replaced", Tree(1)))) == "a"
    assert effect_words(Written((), "", Tree(1))) == ""


def test_elements_that_follow_each_other_stand_under_one_head_where_there_are_too_many() -> None:
    html = html_of({"notes": ["a"]}, {"notes": ["a", *(f"n{n}" for n in range(900))]})
    assert html.count('class="p"') == 1
    assert read(html).startswith('notes[1…80]is 1 "n0"is 2 "n1"')
    assert "… 820 more changes" in html


def test_a_tally_counts_what_was_left_out() -> None:
    change = Whole([], ["a"] * 900)
    change.kind = "changed"
    assert tallies(change) == "900 changes"


def test_a_large_value_that_came_leaves_room_for_what_changed_after_it() -> None:
    before: Any = {"a": {}, "b": {"small": 1, "same": 2}}
    html = html_of(before, {"a": {"new": {f"key {n}": "x" * 20 for n in range(1_000)}}, "b": {"small": 3, "same": 2}})
    assert "<b><bdi>small</bdi></b> <bdi>3</bdi>" in html
