"""Finding a text in value trees: where it stands, and whether it is news."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import pathlib
import unicodedata
import uuid
from typing import Any

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode.serde import decode_value
from inspector.domain.find import MOST, Found, Needle, added, by_text, path_text, search
from inspector.domain.find_bytes import RawTest
from inspector.domain.value import Absent, Binary, CutText, Omitted, Pairs, Tagged, Value


def find(value: Value, text: str, *, case: bool = False) -> list[tuple[str, str]]:
    """Paths and matches."""
    return [(path_text(one.path), one.match) for one in search(value, Needle(text, case), "state").found]


def test_a_text_is_told_with_its_path_as_it_is_stored() -> None:
    value: Value = {"messages": [{"content": "hello"}, {"content": "Say Hello twice, hello"}]}

    assert find(value, "hello") == [
        ("state.messages[0].content", "hello"),
        ("state.messages[1].content", "Hello"),
        ("state.messages[1].content", "hello"),
    ]
    assert find(value, "Hello", case=True) == [("state.messages[1].content", "Hello")]


def test_keys_and_numbers_are_texts_too() -> None:
    value: Value = {"order id": 8120, "paid": True, "ratio": -0.25, "none": None}

    assert find(value, "order") == [("state['order id']", "order")]
    assert find(value, "812") == [("state['order id']", "812")]
    assert find(value, "true") == [("state.paid", "true")]
    assert find(value, "-0.2") == [("state.ratio", "-0.2")]


def test_fields_and_pairs_are_looked_into_and_bytes_are_not() -> None:
    value: Value = [
        Tagged("app.Order", {"customer": "Ada"}),
        Pairs(((3, "Ada"), ("Ada", 4))),
        Binary(b"Ada", 3),
    ]

    assert [path for path, _ in find(value, "ada")] == ["state[0].customer", "state[1][0]", "state[1][1]"]


def test_what_is_not_all_there_is_said_to_be_unread() -> None:
    found = search([CutText("begins", 900), Omitted("encrypted", 9, "Encrypted.")], Needle("gin"), "state")

    assert [one.match for one in found.found] == ["gin"]
    assert set(found.unread) == {"A text is too long to be read whole.", "Encrypted."}


@pytest.mark.parametrize(
    ("text", "typed", "match"),
    [
        ("caf\u00e9", "cafe\u0301", "caf\u00e9"),
        ("x cafe\u0301 y", "CAF\u00c9", "cafe\u0301"),
        ("Die Stra\u00dfe", "STRASSE", "Stra\u00dfe"),
        ("\ud55c\uae00", unicodedata.normalize("NFD", "\ud55c"), "\ud55c"),
        (unicodedata.normalize("NFD", "\ud55c\uae00"), "\uae00", unicodedata.normalize("NFD", "\uae00")),
        ("5 \u2126", "\u03a9", "\u2126"),
        (
            "family \U0001f469\u200d\U0001f469\u200d\U0001f466!",
            "\U0001f469\u200d\U0001f466",
            "\U0001f469\u200d\U0001f466",
        ),
        ('a "quoted\\path"\nline', '"quoted\\path"\nline', '"quoted\\path"\nline'),
        ("\u0130stanbul", "istanbul", ""),
    ],
)
def test_what_looks_the_same_is_the_same(text: str, typed: str, match: str) -> None:
    assert [found for _, found in find(text, typed)] == ([match] if match else [])


def test_a_match_that_moved_is_no_news_and_another_like_it_is() -> None:
    before = search(["yes", "refund now"], Needle("yes"), "state")
    after = search(["new", "yes", "refund", "yes"], Needle("yes"), "state")

    assert [path_text(one.path) for one in added(before, after)] == ["state[3]"]


def test_a_text_that_grows_behind_a_match_is_no_news_until_it_holds_another() -> None:
    needle = Needle("error")
    log = ["an error", "an error, and then", "an error, and then nothing more for a long while, then an error again"]
    found = [search({"log": text}, needle, "state") for text in log]

    assert list(added(found[0], found[1])) == []
    assert [one.before[-8:] for one in added(found[1], found[2])] == ["then an "]


def test_a_value_that_is_replaced_is_news() -> None:
    needle = Needle("refund")
    before, after = (search({"summary": text}, needle, "state") for text in ("refund Ada", "refund Bob"))

    assert len(list(added(before, after))) == 1


def test_the_matches_of_one_text_are_told_together_and_no_end_of_them_is_lost() -> None:
    ((first, times),) = by_text(search("a" * 5_000, Needle("a"), "state").found)
    assert (first.match, times) == ("a", 5_000)

    many = search(["a"] * (MOST + 5), Needle("a"), "state")
    assert len(many.texts) == MOST
    assert many.unread == (f"More than {MOST:,} texts of one value hold it; the first ones are told.",)

    grown = search("a" * 5_001, Needle("a"), "state")
    assert list(added(search("a" * 5_000, Needle("a"), "state"), grown)) == list(grown.found)


def test_many_texts_that_all_change_are_told_apart_at_once() -> None:
    """Each is compared with those alike, not with all: 40,000 by 40,000 would take minutes."""
    before, after = (search([f"row {place} of {day}" for place in range(40_000)], Needle("row"), "x") for day in "ab")

    assert sum(times for _, times in by_text(added(before, after))) == 40_000
    assert list(added(after, after)) == []


def test_what_a_long_list_gets_at_its_end_is_told() -> None:
    texts = ["tea for two, " * 150] * 400

    (new,) = added(search(texts, Needle("tea"), "x"), search([*texts, "tea alone"], Needle("tea"), "x"))
    assert (path_text(new.path), new.after) == ("x[400]", " alone")


#: Letters with several forms, and what JSON escapes.
TRICKY = (
    'aAbBkKsSfi"\\/\n\x01 '
    "\u00df\u017f\u212a\ufb01e\u0301\u00e9\u00c9\u03a9\u2126\u0130\u1112\u1161\u11ab\ud55c\U0001f469\u200d"
)
TEXTS = st.text(st.one_of(st.sampled_from(TRICKY), st.characters(codec="utf-8")), max_size=12)


@given(TEXTS, TEXTS, TEXTS, st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["NFC", "NFD"]))
def test_bytes_never_rule_out_what_is_there(
    start: str, text: str, end: str, case: bool, escaped: bool, as_json: bool, form: Any
) -> None:
    typed = unicodedata.normalize(form, text)
    stored: Any = {"number": 5, "texts": [start + text + end, 200, text]}
    data = json.dumps(stored, ensure_ascii=escaped).encode() if as_json else ormsgpack.packb(stored)
    _check(Needle(typed, case), "json" if as_json else "msgpack", data)


@pytest.mark.parametrize(
    "text", ["812", "-3", "1.5", "2026-11-02", "true", "12345678-1234", "Ada", "P1D", "a/b", "ada"]
)
def test_bytes_never_rule_out_what_the_decoder_makes_of_objects(text: str) -> None:
    stored = [
        {"ada": 18120, "n": [-3, 1.5, True]},
        (dt.date(2026, 11, 2), dt.timedelta(1), dt.datetime(2026, 11, 2, 3)),  # noqa: DTZ001
        (uuid.UUID("12345678-1234-5678-1234-567812345678"), decimal.Decimal("812.5"), pathlib.Path("x/a/b")),
    ]
    tag, data = JsonPlusSerializer().dumps_typed(stored)
    assert _check(Needle(text), tag, data)


def _check(needle: Needle, tag: str, data: bytes) -> tuple[Found, ...]:
    value = decode_value(tag, data).value
    assert not isinstance(value, Absent)
    found = tuple(search(value, needle, "state").found) if needle.text else ()
    around = RawTest(needle).surroundings(tag, data)
    assert around is None or around or not found
    return found


def test_bytes_rule_out_what_is_not_there_in_most_values() -> None:
    data = ormsgpack.packb({"messages": ["one", "two", "caf\u00e9"]})

    for text in ("three", "th\u00e9", "\u6771\u4eac", 'say "three"'):
        assert RawTest(Needle(text)).surroundings("msgpack", data) == {}
    assert RawTest(Needle("two")).surroundings("msgpack", data)
