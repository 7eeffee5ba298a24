"""Any value tree as HTML: whole where it is small, bounded where it is not, and never an error."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.domain.value import ABSENT, Binary, CutText, Omitted, Pairs, Tagged, Value
from inspector.tags.compact import compact, type_words
from inspector.tags.room import Room, page_room
from inspector.tags.values import render_value, show_input
from inspector.views.contexts import Tree

AI = "langchain_core.messages.ai.AIMessage"

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
special = st.one_of(
    st.builds(Binary, st.binary(max_size=40), st.integers(0, 10**9), st.sampled_from(["bytes", "numpy.ndarray"])),
    st.builds(CutText, st.text(), st.integers(0, 10**9)),
    st.builds(Omitted, st.sampled_from(["budget", "depth", "pickle", "encrypted"]), st.integers(0, 10**9), st.text()),
)


def deeper(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    fields = st.dictionaries(st.sampled_from(["content", "type", "id", "tool_calls", "value", "items", "role"]), inner)
    return st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(st.text(), inner, max_size=6),
        st.builds(Tagged, st.sampled_from([AI, "a.B", "decimal.Decimal", ""]), fields),
        st.builds(Pairs, st.lists(st.tuples(inner, inner), max_size=4).map(tuple)),
        fields,
    )


trees: st.SearchStrategy[Value] = st.recursive(scalars | special, deeper, max_leaves=25)


class Checker(HTMLParser):
    """Fails for a tag that nothing closes, and for whatever our own markup never has."""

    allowed = frozenset({"div", "span", "p", "ul", "li", "b", "i", "bdi", "code", "small", "details", "summary"}) | {
        *("article", "header", "ins", "del")
    }

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed
        assert {name for name, _ in attrs} <= {"class", "title", "open", "data-role", "data-kind"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> str:
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert not checker.open
    return checker.text


def rendered(value: Value) -> str:
    return render_value(value, Room())


@settings(deadline=None, max_examples=300)
@given(trees)
def test_every_tree_becomes_well_formed_html_of_our_own_tags(value: Value) -> None:
    read(rendered(value))


@given(trees, st.integers(0, 200))
def test_a_compact_line_is_never_longer_than_asked(value: Value, limit: int) -> None:
    line, whole = compact(value, limit)
    assert len(line) <= max(limit, 1) or whole
    assert type_words(value)


def test_a_small_container_is_a_line() -> None:
    assert read(rendered({"a": 1, "b": [True, None, "x"]})) == '{"a": 1, "b": [true, null, "x"]}'


def test_numbers_that_json_has_no_word_for_are_told() -> None:
    assert read(rendered([math.nan, math.inf, 10**400])) == "[nan, inf, integer of 1,329 bits]"


def test_a_wide_value_ends_within_its_room_and_says_how_much_is_left() -> None:
    html = rendered([{"number": place, "text": "x" * 90} for place in range(100_000)])
    assert len(html) < 80_000
    assert re.search(r"… 99,[0-9]{3} more, see JSON", read(html))


def test_a_deep_value_ends() -> None:
    value: Value = "x" * 100
    for _ in range(99):
        value = [value, "y" * 100]
    assert len(rendered(value)) < 20_000


def test_a_long_text_is_cut_with_its_length() -> None:
    assert "80,000 more characters, see JSON" in read(rendered("x" * 100_000))
    assert "more characters, see JSON" in read(rendered(CutText("x" * 10, 5_000)))


def test_all_channels_together_keep_within_the_page() -> None:
    page = page_room({})  # type: ignore[arg-type]
    size = sum(len(render_value(["word " * 50] * 1000, Room(page=page))) for _ in range(40))
    assert size < 400_000
    assert page.nodes <= 0 or page.characters <= 0


def test_what_is_not_there_is_said() -> None:
    assert read(render_value(ABSENT, Room())) == "(nothing)"
    text = read(rendered([Omitted("pickle", 2048, "Never loaded.", ("os.system",))] * 30))
    assert "not shown: pickle (2.0 kB)" in text
    assert "Never loaded." in text
    assert "it names os.system" in text


def test_bytes_show_their_size_and_beginning() -> None:
    text = read(rendered({"image": Binary(b"\x89PNG" + bytes(100), 5_000_000), "pad": "x" * 100}))
    assert "5.0 MB of bytes 89 50 4e 47" in text


def test_a_list_of_messages_is_a_conversation() -> None:
    html = rendered(
        [
            {"type": "human", "content": "<b>Hi</b>"},
            Tagged(AI, {"type": "ai", "content": "", "tool_calls": [{"name": "look", "args": {"n": 1}, "id": "c1"}]}),
            Tagged("langchain_core.messages.tool.ToolMessage", {"content": "no", "status": "error", "name": "look"}),
        ]
    )
    assert html.count("<article") == 3
    text = read(html)
    assert "<b>Hi</b>" in text
    assert 'calls look c1{"n": 1}' in text
    assert "tool · look · error" in text


def test_of_a_long_conversation_the_newest_messages_are_shown() -> None:
    text = read(rendered([{"type": "human", "content": f"message {place}"} for place in range(2000)]))
    assert "1,940 earlier messages, see JSON" in text
    assert "message 1999" in text


def test_an_image_is_a_labelled_placeholder() -> None:
    block = {"type": "image", "base64": "AAAA" * 1000, "mime_type": "image/png"}
    html = rendered([{"type": "human", "content": [{"type": "text", "text": "See:"}, block]}])
    assert "image · image/png · 3.0 kB" in read(html)
    assert "AAAA" not in html


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://tracker.example/a.png"])
def test_no_stored_link_can_be_followed(link: str) -> None:
    html = rendered([{"type": "human", "content": [{"type": "image_url", "image_url": {"url": link}}]}])
    assert link in read(html)
    assert "href" not in html
    assert "src=" not in html


def test_an_input_shows_messages_in_short_form_as_cards_and_other_channels_by_name() -> None:
    given: Value = {"messages": [["user", "Hi <b>"], "And then?"], "limit": 3}
    html = show_input(Tree(given), Room())

    assert html.count('<article class="msg"') == 2
    assert "Hi &lt;b&gt;" in html
    assert "<bdi>limit</bdi></h4>" in html
    assert show_input(Tree("a topic"), Room()) == render_value("a topic", Room())
    assert "<article" not in show_input(Tree({"messages": [["nobody", "x"]]}), Room())
