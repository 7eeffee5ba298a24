"""Which values are chat messages, and what is read out of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.domain.messages import (
    Message,
    ToolCall,
    as_message,
    is_message,
    is_message_list,
    message_id_of,
    message_text,
)
from inspector.domain.value import ABSENT, Binary, CutText, Omitted, Pairs, Tagged


def lang(name: str, /, **fields: Any) -> Tagged:
    return Tagged(f"langchain_core.messages.{name}", fields)


def read(value: Any) -> Message:
    message = as_message(value)
    assert message is not None
    return message


def content(*blocks: Any) -> Message:
    return read(lang("ai.AIMessage", type="ai", content=[*blocks]))


AI = lang(
    "ai.AIMessage",
    content="Looking it up.",
    type="ai",
    id="run-1",
    name="bot",
    tool_calls=[{"name": "lookup_order", "args": {"order": 8841}, "id": "call_1", "type": "tool_call"}],
    invalid_tool_calls=[{"name": "refund", "args": "{not json", "id": "call_2", "error": "bad JSON"}],
    usage_metadata={
        "input_tokens": 400,
        "output_tokens": 12,
        "total_tokens": 412,
        "input_token_details": {"cache_read": 9},
    },
    response_metadata={"model_name": "gpt-4o", "finish_reason": "tool_calls"},
    additional_kwargs={},
)


def test_an_ai_message_is_read_whole() -> None:
    message = read(AI)
    assert (message.role, message.message_id, message.name, message.model) == ("ai", "run-1", "bot", "gpt-4o")
    assert (message.text, message.type_name, message.raw) == ("Looking it up.", AI.type_name, AI)
    assert message.tool_calls == (
        ToolCall("lookup_order", "call_1", {"order": 8841}),
        ToolCall("refund", "call_2", "{not json", "bad JSON", valid=False),
    )
    assert message.usage is not None
    assert (message.usage.input_tokens, message.usage.output_tokens, message.usage.total_tokens) == (
        400,
        12,
        412,
    )
    assert message.usage.details == {"input_token_details": {"cache_read": 9}}


def test_a_tool_message_says_which_call_it_answers_and_whether_it_failed() -> None:
    message = read(
        lang("tool.ToolMessage", content="no such order", type="tool", tool_call_id="call_1", status="error")
    )
    assert (message.role, message.tool_call_id, message.status, message.is_error) == (
        "tool",
        "call_1",
        "error",
        True,
    )


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("human.HumanMessage", "human"),
        ("ai.AIMessageChunk", "ai"),
        ("system.SystemMessage", "system"),
        ("function.FunctionMessage", "function"),
        ("modifier.RemoveMessage", "remove"),
        ("chat.ChatMessage", "chat"),
    ],
)
def test_a_message_class_is_a_message_whatever_its_fields_hold(name: str, role: str) -> None:
    assert read(lang(name)).role == role


def test_a_chat_message_has_the_role_it_names() -> None:
    assert read(lang("chat.ChatMessage", content="x", type="chat", role="assistant")).role == "ai"
    assert read(lang("chat.ChatMessage", content="x", type="chat", role="critic")).role == "critic"


def test_a_subclass_by_somebody_is_told_by_its_fields() -> None:
    assert read(Tagged("shop.chat.Reply", {"type": "ai", "content": "hi"})).role == "ai"
    assert read(Tagged("shop.chat.Reply", {"type": "AIMessageChunk", "content": "hi"})).role == "ai"


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ({"role": "user", "content": "hi"}, "human"),
        ({"role": "assistant", "tool_calls": []}, "ai"),
        ({"role": "developer", "content": [{"type": "text", "text": "hi"}]}, "developer"),
        ({"type": "human", "content": "hi", "id": None}, "human"),
        ({"type": "chat", "content": "hi", "role": "user"}, "human"),
        ({"role": "user", "content": CutText("hi", 90)}, "human"),
    ],
)
def test_a_plain_mapping_is_a_message_when_all_its_keys_fit(value: Any, role: str) -> None:
    assert read(value).role == role
    assert is_message(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "hi",
        [],
        {},
        ABSENT,
        Binary(b"", 0),
        CutText("", 1),
        Omitted("budget", 1),
        Pairs(()),
        {"role": "user"},
        {"role": "admin", "content": "a job"},
        {"role": "user", "content": "x", "permissions": []},
        {"role": ["user"], "content": "x"},
        {"role": "user", "content": 5},
        {"type": "human"},
        {"type": "human", "content": "x", "age": 5},
        {"type": "text", "content": "x"},
        {"type": {}, "content": "x"},
        Tagged("langchain_core.documents.base.Document", {"type": "Document", "content": "x"}),
        Tagged("shop.Person", {"type": "human", "name": "Ada"}),
        Tagged("shop.HumanMessage", {"text": "hi"}),
    ],
)
def test_what_merely_looks_similar_is_no_message(value: Any) -> None:
    assert as_message(value) is None
    assert not is_message(value)


def test_openai_tool_calls_are_read_in_their_own_form() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    expected = (ToolCall("f", "c1", '{"a": 1}'),)
    assert read({"role": "assistant", "content": None, "tool_calls": [call]}).tool_calls == expected
    assert read(lang("ai.AIMessage", content="", additional_kwargs={"tool_calls": [call]})).tool_calls == expected
    legacy = {"name": "f", "arguments": "{}"}
    assert read(lang("ai.AIMessage", additional_kwargs={"function_call": legacy})).tool_calls == (
        ToolCall("f", None, "{}"),
    )


def test_anthropic_tool_use_counts_once_as_a_call() -> None:
    block = {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}}
    message = read({"role": "assistant", "content": [block]})
    assert message.tool_calls == (ToolCall("f", "t1", {"a": 1}),)
    assert [(part.kind, part.name, part.call_id) for part in message.parts] == [("tool_use", "f", "t1")]
    both = lang("ai.AIMessage", content=[block], tool_calls=[{"name": "f", "args": {"a": 1}, "id": "t1"}])
    assert len(read(both).tool_calls) == 1


@pytest.mark.parametrize(
    ("block", "kind", "text"),
    [
        ("plain", "text", "plain"),
        ({"type": "text", "text": "a"}, "text", "a"),
        ({"text": "a"}, "text", "a"),
        ({"type": "output_text", "text": "a"}, "text", "a"),
        ({"type": "thinking", "thinking": "hm", "signature": "x"}, "reasoning", "hm"),
        ({"type": "reasoning", "reasoning": "hm"}, "reasoning", "hm"),
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}, 5]}, "reasoning", "hm"),
        ({"type": "reasoning_content", "reasoning_content": {"text": "hm"}}, "reasoning", "hm"),
        ({"type": "redacted_thinking", "data": "…"}, "reasoning", ""),
        (
            {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "ok"}]},
            "tool_result",
            "ok",
        ),
        ({"type": "server_tool_result", "tool_call_id": "t", "output": {"a": 1}}, "tool_result", ""),
        ({"type": "hologram", "beam": 1}, "unknown", ""),
        ({"type": "tool_use"}, "unknown", ""),
        ({}, "unknown", ""),
        (5, "unknown", ""),
        (Omitted("budget", 3), "unknown", ""),
    ],
)
def test_content_parts_are_told_apart(block: Any, kind: str, text: str) -> None:
    (part,) = content(block).parts
    assert (part.kind, part.text, part.value) == (kind, text, block)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
            ("image", "https://x/y.png", None, None),
        ),
        ({"type": "image_url", "image_url": "https://x/y.png"}, ("image", "https://x/y.png", None, None)),
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ("image", None, "image/png", 3),
        ),
        (
            {"type": "image", "base64": "AAAAAA==", "mime_type": "image/webp"},
            ("image", None, "image/webp", 4),
        ),
        (
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/gif", "data": CutText("AA", 4000)},
            },
            ("image", None, "image/gif", 3000),
        ),
        ({"type": "input_audio", "input_audio": {"data": "AAA=", "format": "wav"}}, ("audio", None, None, 2)),
        ({"type": "file", "file": {"file_data": "data", "filename": "a.pdf"}}, ("file", None, None, 3)),
        (
            {"type": "media", "mime_type": "video/mp4", "data": Binary(b"", 99)},
            ("video", None, "video/mp4", 99),
        ),
        ({"type": "image", "file_id": "f-1"}, ("image", None, None, None)),
        (
            {"type": "image_url", "image_url": {"url": CutText("https://x", 9000)}},
            ("image", None, None, None),
        ),
        ({"type": "image", "base64": 5, "url": [], "mime_type": {}}, ("image", None, None, None)),
    ],
)
def test_inline_media_is_measured_and_never_a_link(block: Any, expected: tuple[Any, ...]) -> None:
    (part,) = content(block).parts
    assert (part.kind, part.url, part.mime_type, part.size) == expected


def test_a_cut_text_says_so_with_its_whole_length() -> None:
    for part in (
        *content(CutText("begin", 900)).parts,
        *content({"type": "text", "text": CutText("begin", 900)}).parts,
    ):
        assert (part.text, part.size, part.cut) == ("begin", 900, True)


def test_usage_is_read_where_each_provider_keeps_it() -> None:
    openai = {"token_usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
    anthropic = {"usage": {"input_tokens": 4, "output_tokens": 5}, "model": "claude"}
    for response, expected in ((openai, (1, 2, 3)), (anthropic, (4, 5, None))):
        usage = read(lang("ai.AIMessage", response_metadata=response)).usage
        assert usage is not None
        assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == expected
    assert read(lang("ai.AIMessage", usage_metadata={"input_tokens": "many"})).usage is None


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (lang("human.HumanMessage", content="  hello\n\tthere "), "hello there"),
        (lang("modifier.RemoveMessage", content="", id="m1"), "removes m1"),
        (lang("modifier.RemoveMessage"), "removes a message without an id"),
        (lang("ai.AIMessage", content="", tool_calls=[{"name": "f"}, {"name": "g"}]), "calls f, g"),
        (lang("human.HumanMessage", content=[{"type": "image", "base64": "AA"}]), "[image]"),
        (lang("ai.AIMessage", content=[{"type": "thinking", "thinking": "hm"}]), "[reasoning] hm"),
        (lang("human.HumanMessage", content=None), ""),
    ],
)
def test_a_message_in_one_line(value: Any, line: str) -> None:
    assert message_text(read(value), 80) == line


def test_a_line_keeps_to_its_limit() -> None:
    assert message_text(read(lang("human.HumanMessage", content="word " * 5_000)), 12) == "word word w…"


def test_a_message_list_holds_messages_only() -> None:
    human = lang("human.HumanMessage", content="x")
    assert is_message_list([human, {"role": "user", "content": "x"}])
    assert is_message_list([human, Omitted("budget", 40)])
    for value in ([], [Omitted("budget", 1)], [human, 1], [human, None], human, None, ABSENT, "x", (human,)):
        assert not is_message_list(value)


def test_only_a_text_is_an_id() -> None:
    assert message_id_of(AI) == "run-1"
    for value in (None, 5, {"id": 5}, {"id": ""}, {"id": CutText("x", 9)}, Omitted("budget", 1)):
        assert message_id_of(value) is None


NAMES = st.sampled_from(
    [
        *("content", "type", "role", "id", "name", "status", "tool_calls", "additional_kwargs"),
        *("usage_metadata", "response_metadata", "token_usage", "summary"),
        *("text", "url", "base64", "image_url", "source", "function", "args"),
    ]
)
WORDS = st.sampled_from(
    ["text", "image", "image_url", "tool_use", "tool_result", "thinking", "file", "ai", "user", "data:,"]
)
HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | WORDS
    | st.text(max_size=3)
    | st.builds(CutText, WORDS, st.integers())
    | st.builds(Omitted, WORDS, st.integers())
    | st.builds(Binary, st.binary(max_size=2), st.integers())
    | st.just(ABSENT),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES, inner, max_size=6)
        | st.builds(Pairs, st.lists(st.tuples(inner, inner), max_size=2).map(tuple))
        | st.builds(
            Tagged,
            st.sampled_from(["langchain_core.messages.ai.AIMessage", "a.B", ""]),
            st.dictionaries(NAMES, inner),
        )
    ),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(NAMES, HOSTILE), HOSTILE, st.integers(-2, 20))
def test_nothing_stored_in_a_message_raises(fields: Any, value: Any, limit: int) -> None:
    line = message_text(read(Tagged("langchain_core.messages.ai.AIMessage", fields)), limit)
    assert len(line) <= max(0, limit)
    assert "\n" not in line
    message = as_message(value)
    assert (message is not None) == is_message(value)
    is_message_list(value)
