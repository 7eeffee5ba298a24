"""What the first words of a thread say of whether it goes on with another one."""

from __future__ import annotations

import pytest

from inspector.orphans.conversations.wording import UNKNOWN, Frequencies, read_wording


@pytest.mark.parametrize(
    "text",
    [
        *("And the second one?", "8841", "The order number I just asked about!", "yes please", "ok", "Why?"),
        *("What was it again?", "no, the other one", "und die zweite?", "はい", "does it have a zip", "Oui, la 8841"),
    ],
)
def test_these_go_on(text: str) -> None:
    found = read_wording(text)
    assert found.factor > 1.5
    assert not found.begins


@pytest.mark.parametrize(
    "text",
    [
        *("Hi, where is my order?", "Good morning! I'm Ada.", "Hallo, ich brauche Hilfe.", "Bonjour, une question."),
        *("こんにちは、注文はどこですか", "你好", "Привет! Где мой заказ?", "hey", "  \n Hello"),
    ],
)
def test_these_greet_and_so_begin(text: str) -> None:
    found = read_wording(text)
    assert found.begins
    assert found.factor < 0.05


@pytest.mark.parametrize("text", [None, "", "   ", "\n"])
def test_nothing_said_says_nothing(text: str | None) -> None:
    assert read_wording(text) is UNKNOWN


@pytest.mark.parametrize(
    "word", ["highlight the row", "history of Rome", "heyday of jazz", "Hiking boots for wide feet"]
)
def test_a_word_that_begins_like_a_greeting_is_none(word: str) -> None:
    assert not read_wording(word).begins


def test_a_rare_word_that_is_repeated_tells_more_than_a_common_one() -> None:
    texts = ["The thermostat blinks", *(f"The invoice number {number} is wrong" for number in range(100, 200))]
    frequencies = Frequencies.of([read_wording(text) for text in texts])
    rare, words = frequencies.repeats(read_wording("thermostat is off"), {"thermostat": 1})
    common, _ = frequencies.repeats(read_wording("invoice is off"), {"invoice": 1})
    assert words == ("thermostat",)
    assert rare > 5 > common


def test_a_text_is_looked_at_to_a_bound() -> None:
    assert read_wording("a " * 1_000_000 + "8841").rare == frozenset()
