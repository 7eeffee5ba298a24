"""Sums of tokens over messages as savers store them."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode.serde import decode_value
from inspector.domain.tokens import Tokens, tokens_in
from inspector.domain.value import Omitted, Value


def stored(*messages: AnyMessage | str) -> list[Value]:
    found: Any = decode_value(*JsonPlusSerializer().dumps_typed(list(messages))).value
    return list(found)


def answer(**usage: Any) -> AIMessage:
    return AIMessage("Yes.", usage_metadata=usage or None)


def test_answers_are_summed_up_and_all_else_counts_nothing() -> None:
    two = (
        answer(input_tokens=10, output_tokens=3, total_tokens=13),
        answer(input_tokens=20, output_tokens=5, total_tokens=25),
    )
    assert tokens_in(stored(HumanMessage("Hi"), *two, answer(), "no message")) == Tokens(38, 2)


def test_a_provider_that_gives_no_total_has_its_parts_added() -> None:
    old = AIMessage("Yes.", response_metadata={"token_usage": {"prompt_tokens": 7, "completion_tokens": 2}})
    assert tokens_in(stored(old)) == Tokens(9, 1)


def test_what_was_not_read_is_told() -> None:
    values = [*stored(answer(input_tokens=1, output_tokens=1, total_tokens=2)), Omitted("budget", 3)]
    assert tokens_in(values) == Tokens(2, 1, cut=True)
