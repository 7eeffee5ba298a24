"""Calls and results find each other by their ids, and a call without a result says what that means."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.domain.dialogue import read_dialogue, seconds_taken
from inspector.domain.messages import as_message


def calling(*call_ids: str) -> dict[str, Any]:
    calls = [{"name": "look", "args": {"n": call_id}, "id": call_id, "type": "tool_call"} for call_id in call_ids]
    return {"type": "ai", "content": "", "tool_calls": calls}


def result(call_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "tool", "content": "found", "tool_call_id": call_id, **more}


HUMAN: dict[str, Any] = {"type": "human", "content": "And?"}


def test_a_result_is_found_by_its_calls_id() -> None:
    dialogue = read_dialogue([HUMAN, calling("a", "b"), result("b"), result("a")])
    assert dialogue.answers == {(1, 1): 2, (1, 0): 3}
    position, call = dialogue.asked[3, "a"]
    assert (position, call.name) == (1, "look")
    assert dialogue.standing(call, 1, 0) == "answered"


def test_a_result_answers_the_newest_call_of_its_id() -> None:
    """Models begin to count anew: "call_0" of one turn is not that of the next."""
    turns = [calling("a"), result("a"), HUMAN, calling("a"), result("a"), calling("a"), HUMAN, calling("a")]
    dialogue = read_dialogue(turns)
    assert dialogue.answers == {(0, 0): 1, (3, 0): 4}
    assert [dialogue.asked[at, "a"][0] for at in (1, 4)] == [0, 3]
    call = dialogue.asked[1, "a"][1]
    assert [dialogue.standing(call, at, 0) for at in (5, 7)] == ["skipped", "open"]


def test_calls_of_one_message_with_one_id_are_answered_in_turn() -> None:
    assert read_dialogue([calling("a", "a"), result("a"), result("a"), result("a")]).answers == {(0, 0): 1, (0, 1): 2}


def test_a_result_before_its_call_answers_nothing_that_came_before_it() -> None:
    """As trimming leaves it: the call that it answered is gone, and a later one has the same id."""
    dialogue = read_dialogue([result("a"), HUMAN, calling("a")])
    assert dialogue.answers == {}
    assert dialogue.asked[0, "a"][0] == 2


@pytest.mark.parametrize(
    ("messages", "standing"),
    [
        ([calling("a")], "open"),
        ([calling("a", "b"), result("b")], "open"),
        ([calling("a"), HUMAN], "skipped"),
        ([calling("a"), HUMAN, result("a")], "answered"),
    ],
)
def test_a_call_without_a_result_is_open_until_the_conversation_goes_on(messages: list[Any], standing: str) -> None:
    asking = as_message(messages[0])
    assert asking is not None
    assert read_dialogue(messages).standing(asking.tool_calls[0], 0, 0) == standing


def test_results_among_the_parts_of_a_message_count_too() -> None:
    answer: dict[str, Any] = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "a", "content": "found"}],
    }
    assert read_dialogue([calling("a"), answer]).answers == {(0, 0): 1}


def test_an_invalid_call_waits_for_nothing() -> None:
    broken: dict[str, Any] = {"name": "look", "args": "{", "id": "a", "error": "cut"}
    message = as_message({"type": "ai", "content": "", "invalid_tool_calls": [broken]})
    assert message is not None
    assert read_dialogue([message.raw]).standing(message.tool_calls[0], 0, 0) == "invalid"


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"additional_kwargs": {"duration_ms": 412}}, 0.412),
        ({"response_metadata": {"duration": 3}}, 3),
        ({"artifact": {"elapsed": True}}, None),
        ({"artifact": {"elapsed": -1}}, None),
        ({}, None),
    ],
)
def test_a_tool_may_tell_how_long_it_took(more: dict[str, Any], seconds: float | None) -> None:
    message = as_message(result("a", **more))
    assert message is not None
    assert seconds_taken(message) == (pytest.approx(seconds) if seconds is not None else None)
