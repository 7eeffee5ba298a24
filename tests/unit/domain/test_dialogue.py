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
    assert dialogue.results == {"b": 2, "a": 3}
    position, call = dialogue.calls["a"]
    assert (position, call.name) == (1, "look")
    assert dialogue.standing(call, 1) == "answered"


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
    dialogue = read_dialogue(messages)
    assert dialogue.standing(dialogue.calls["a"][1], 0) == standing


def test_results_among_the_parts_of_a_message_count_too() -> None:
    answer: dict[str, Any] = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "a", "content": "found"}],
    }
    assert read_dialogue([calling("a"), answer]).results == {"a": 1}


def test_an_invalid_call_waits_for_nothing() -> None:
    broken: dict[str, Any] = {"name": "look", "args": "{", "id": "a", "error": "cut"}
    message = as_message({"type": "ai", "content": "", "invalid_tool_calls": [broken]})
    assert message is not None
    assert read_dialogue([message.raw]).standing(message.tool_calls[0], 0) == "invalid"


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
