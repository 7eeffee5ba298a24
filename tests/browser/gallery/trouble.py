"""Runs that did not end as planned: errors with retries, questions to people that were answered, or not yet."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command

from inspector.demo.graphs.base import Saver, Update
from inspector.demo.graphs.refund import build_refund, build_review
from tests.browser.gallery.configs import ask, config

ERRORS, ASKED, HALF = "gallery-errors", "gallery-questions", "gallery-half-answered"


def put_trouble(saver: Saver) -> tuple[str, ...]:
    _put_errors(saver)
    _put_questions(saver)
    return ERRORS, ASKED, HALF


def _put_errors(saver: Saver) -> None:
    """The same step fails twice, each time with another error, then ends; the next turn fails for good."""
    attempts = iter((ConnectionError("[Errno 111] Connection refused"), TimeoutError("no answer in 30 s\n" * 20)))

    def call(state: MessagesState) -> Update:
        error = next(attempts, None)
        if error is not None:
            raise error
        if len(state["messages"]) > 2:
            raise ValueError("Order '4022' has no price: {'currency': None, 'amount': None}")
        return {"messages": [AIMessage("The order costs 30 EUR.")]}

    def look(state: MessagesState) -> Update:
        return {}

    graph = StateGraph(MessagesState)
    graph.add_node("call", call)
    graph.add_node("look", look)
    graph.add_edge(START, "call")
    graph.add_edge(START, "look")
    compiled: Any = graph.compile(checkpointer=saver)
    for host, value in (("web-1", "What does order 4021 cost?"), ("web-2", None), ("web-3", None)):
        _try(compiled, value, config(ERRORS, host=host))
    _try(compiled, "And order 4022?", config(ERRORS))


def _try(graph: Any, text: str | None, where: Any) -> None:
    try:
        graph.invoke({"messages": [("user", text)]} if text else None, where, durability="sync")
    except (OSError, ValueError):
        return


def _put_questions(saver: Saver) -> None:
    """A refund approved, one refused, one that waits; and two reviewers of whom one has answered."""
    refund: Any = build_refund(saver)
    for order, answer in (("4021", {"approved": True, "by": "Bo"}), ("4022", {"approved": False, "by": "Cleo"})):
        ask(refund, config(ASKED), f"Order {order} came damaged.")
        refund.invoke(Command(resume=answer), config(ASKED, host="web-2"), durability="sync")
    ask(refund, config(ASKED), "Order 4023 came damaged, too.")

    review: Any = build_review(saver)
    ask(review, config(HALF), "Our new slogan: tea for two.")
    waiting = min(review.get_state(config(HALF)).interrupts, key=lambda one: str(one.value["reviewer"]))
    review.invoke(Command(resume={waiting.id: "yes, if it rhymes"}), config(HALF, host="web-2"), durability="sync")
