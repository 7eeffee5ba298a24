"""The scripted model answers from the conversation it is shown, and says so when there is none."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from inspector.demo.graphs.chat import build_support, lookup_order
from inspector.demo.model import ScriptedModel, answer
from inspector.demo.repertoire import PlayedStore
from inspector.demo.stage import DURABILITIES, Durability


def talk(*texts: str) -> list[BaseMessage]:
    """A conversation in which the model answered everything but the last message."""
    messages: list[BaseMessage] = []
    for text in texts:
        messages += [HumanMessage(text), AIMessage("…")]
    return messages[:-1]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("It is about order 4021.", "Where is that order?"), "order 4021"),
        (("Hello", "Where is that order?"), "not told me an order number"),
        (("Where is that order?",), "first message of our conversation"),
        (("Hi, I'm Ada.", "Who am I?"), "You are Ada"),
        (("Who am I?",), "not told me your name"),
        (("I like tea.", "What did I say before?"), "I like tea."),
        (("What did I say before?",), "starts here"),
    ],
)
def test_it_remembers_what_it_is_shown_and_nothing_else(texts: tuple[str, ...], expected: str) -> None:
    assert expected in answer(talk(*texts))


def test_it_asks_for_every_order_it_is_told() -> None:
    model = ScriptedModel().bind_tools([lookup_order])
    message = model.invoke("Where are order 4021 and order 4022?")
    assert [call["args"] for call in message.tool_calls] == [{"order_id": "4021"}, {"order_id": "4022"}]
    assert message.response_metadata["finish_reason"] == "tool_calls"
    assert message.usage_metadata is not None
    assert message.usage_metadata["total_tokens"] > message.usage_metadata["output_tokens"] > 0


def test_an_agent_without_a_checkpointer_forgets() -> None:
    graph = build_support(None)
    graph.invoke({"messages": [("user", "Where is order 4021?")]})
    said = graph.invoke({"messages": [("user", "Can I change that order?")]})
    assert "I do not know which order you mean" in said["messages"][-1].content


@pytest.mark.parametrize("durability", DURABILITIES)
def test_a_random_thread_id_for_every_request_can_be_seen_to_forget(
    scenario_store: PlayedStore, durability: Durability
) -> None:
    played = scenario_store.find("random-ids", durability)
    last_words = [
        played.graph.get_state({"configurable": {"thread_id": one.thread_id}}).values["messages"][-1].content
        for one in played.threads
    ]
    assert sum("I do not know which order you mean" in words for words in last_words) == 4
