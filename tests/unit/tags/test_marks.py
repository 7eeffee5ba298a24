"""Stored text on a page: nothing acts, nothing hides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.tags.ids import graph_name, name_of_id, show_id
from inspector.tags.marks import TITLE_LIMIT, plain, prose, short, shown, shown_line, title


def test_markup_is_text() -> None:
    assert shown("<script>alert('x')</script>&amp;") == ("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&amp;amp;")


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\x7f", "\u202e", "\u2066", "\u200b", "\ufeff", "\xad", "\ud800"])
def test_what_cannot_be_seen_is_named(unseen: str) -> None:
    html = shown(f"a{unseen}b")
    assert unseen not in html
    assert f"U+{ord(unseen):04X}" in html
    assert plain(unseen) == f"U+{ord(unseen):04X}"


def test_joined_emoji_and_other_writing_stay_whole() -> None:
    for text in ("👩🏽‍💻", "שלום", "می‌خواهم", "नमस्ते", "e\u0301"):
        assert shown(text) == text


def test_lines_and_tabs_are_left_to_the_layout_and_shown_where_there_is_one_line() -> None:
    assert shown("a\n\tb") == "a\n\tb"
    assert shown_line(" a\nb\tc ") == "<i class=u>␣</i>a<i class=u>↵</i>b<i class=u>⇥</i>c<i class=u>␣</i>"


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_no_text_makes_markup_or_fails_to_be_sent(text: str) -> None:
    for html in (shown(text), shown_line(text), short(text)):
        html.encode()
        left = html.replace("<i class=u>", "").replace("</i>", "")
        assert not set("<>\"'") & set(left)


def test_a_line_is_cut_in_the_middle() -> None:
    assert short("a" * 40 + "b" * 40, 11) == "aaaaa…bbbbb"
    assert len(title("x" * 5000)) == TITLE_LIMIT


def test_prose_has_code_between_backticks() -> None:
    assert prose("Run `inspector <grants>` now.") == "Run <code>inspector &lt;grants&gt;</code> now."
    assert prose("a ` b") == "a ` b"


def test_an_empty_id_says_so() -> None:
    assert "(empty id)" in show_id("")
    assert name_of_id("") == "(empty id)"


def test_a_long_id_is_cut_and_carries_its_beginning_and_end_in_the_title() -> None:
    html = show_id("a" * 1000 + "<" + "z" * 999)
    assert len(html) < 600
    assert 'title="aaaa' in html
    assert "zzzz" in html


def test_a_name_for_the_title_is_one_line() -> None:
    assert name_of_id("one\ntwo\x00") == "one↵twoU+0000"


def test_what_runs_in_a_thread_is_told_by_its_metadata() -> None:
    assert graph_name({"user_id": "u", "graph_id": "support", "assistant_id": "7"}) == "support"
    assert graph_name({"graph_id": 7}) == ""
