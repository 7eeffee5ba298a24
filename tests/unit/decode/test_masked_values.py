"""What a viewer sees of stored values: under keys, in channels, at paths, in tool calls and in metadata."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode import Sight, see_json, see_value
from inspector.decode.sight import Masks
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, to_json

SALT = b"a salt of tests " * 2
BUILT_IN = Masks.of("", SALT)
LONG = "abcDEF0123456789abcDEF0123456789abcDEF0123456789"


def seen(value: Any, rules: str = "", channel: str = "state") -> Any:
    tag, blob = JsonPlusSerializer().dumps_typed(value)
    return to_json(see_value(tag, blob, sight=Sight(masks=Masks.of(rules, SALT)).of(channel)).value)  # type: ignore[arg-type]


def test_values_under_keys_that_look_secret_are_masked_at_any_depth() -> None:
    found = seen([{"a": {"api_key": "hunter2", "otp": 918_273, "max_tokens": 5, "token": None, "password": ""}}])
    inner = found[0]["a"]
    assert inner["api_key"].startswith("[masked secret-key ~")
    assert inner["otp"].startswith("[masked secret-key ~")
    assert (inner["max_tokens"], inner["token"], inner["password"]) == (5, None, "")
    assert "x" in seen({"api_key": "x"}, "-secret-key")["api_key"]


@pytest.mark.parametrize("length", [10, 31, 32, 255, 256, 1_000, 60_000])
def test_a_key_that_looks_secret_may_be_as_long_as_it_likes(length: int) -> None:
    key = "a" * (length - 6) + "_token"
    assert "hunter2" not in str(seen([{key: "hunter2"}]))


def test_tool_calls_and_their_json_are_masked() -> None:
    call = {"name": "login", "args": {"user": "ada", "password": "hunter2"}, "id": "call-1"}
    extra = {"tool_calls": [{"function": {"name": "login", "arguments": '{"user": "ada", "password": "hunter2"}'}}]}
    found = str(seen([AIMessage("", tool_calls=[call], additional_kwargs=extra, id="m-1")]))
    assert "hunter2" not in found
    assert "ada" in found
    assert "m-1" in found


def test_a_channel_whose_name_looks_secret_is_masked_whole() -> None:
    assert seen({"a": 1}, channel="api_credentials").startswith("[masked secret-key ~")


def test_paths_hide_what_lies_there_in_every_form_it_has() -> None:
    rule = "path:messages/*/content"
    messages = [HumanMessage("hunter2", id="1"), AIMessage([{"type": "text", "text": "hunter2"}], id="2")]
    for channel, value in (
        ("messages", messages),
        ("messages", messages[0]),
        ("__start__", {"messages": messages, "other": 1}),
        ("__pregel_tasks", [{"arg": {"messages": messages}}]),
        ("__error__", {"deep": [{"messages": tuple(messages)}]}),
    ):
        assert "hunter2" not in str(seen(value, rule, channel)), channel
    assert "hunter2" in str(seen(messages, rule, "other"))


def test_globs_of_paths_and_keys() -> None:
    value = {"a": [{"b": {"ssn": "hunter2"}}], "SSN_old": "hunter2", "c": "kept"}
    assert str(seen(value, "path:*/**/ssn\nkey:ssn*")).count("hunter2") == 0
    assert str(seen(value, "path:state/a/*/b/ssn")).count("hunter2") == 1
    assert seen(value, "path:state").startswith("[masked path-1 ~")
    assert "kept" in str(seen(value, "path:state/**/ssn"))


def test_numbers_keys_and_texts_of_other_forms_are_masked() -> None:
    masks = Masks.of("email\ncard", SALT)
    tree = Tagged("a.B", {"card": 4111111111111111, "m": Pairs(((1, "ada@example.com"),)), "ada@example.com": 1})
    shown = str(masks.see(tree))
    assert "ada@example.com" not in shown
    assert "4111111111111111" not in shown
    assert masks.see(Binary(b"x ada@example.com", 17)) == Omitted("masked", 17, "Bytes that may hold something masked.")


def test_bytes_that_are_no_text_are_not_looked_into() -> None:
    picture = Binary(b"\x89PNG\r\n\x1a\n\xff ada@example.com", 5_000)
    tree = [picture, "ada@example.com"]
    shown = Masks.of("email", SALT).see(tree)
    assert isinstance(shown, list)
    assert shown[0] is picture


def test_the_end_of_a_text_that_was_cut_is_left_away_where_it_may_hold_half_a_secret() -> None:
    text = "word " * 19_995 + f"sk-ant-api03-{LONG}" * 3
    found = see_value(*JsonPlusSerializer().dumps_typed([text]), sight=Sight(masks=BUILT_IN)).value
    assert isinstance(found, list)
    (cut,) = found
    assert isinstance(cut, CutText)
    assert "sk-ant" not in cut.head
    assert cut.size == len(text)


def test_inline_json_is_masked_too() -> None:
    found = see_json({"password": "hunter2", "n": [1]}, sight=Sight(masks=BUILT_IN)).value
    assert "hunter2" not in str(found)


def test_metadata_is_masked_by_keys_texts_and_paths() -> None:
    masks = Masks.of("email\npath:metadata/tenant", SALT)
    told = masks.see_metadata({"api_key": "x", "user_id": "ada@example.com", "tenant": "acme", "step": 1})
    assert told["api_key"] == "***"
    assert str(told["user_id"]).startswith("[masked email ~")
    assert str(told["tenant"]).startswith("[masked path-2 ~")
    assert told["step"] == 1
    assert masks.see_metadata(told) == told
