"""A refund that a person must approve: the run stops at `interrupt()` until somebody resumes it."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import interrupt

from inspector.demo.graphs.base import Graph, Saver, Update
from inspector.demo.model import ORDER


class RefundState(MessagesState):
    """The conversation, what is asked for, and what was decided about it."""

    request: dict[str, Any]
    decision: dict[str, Any]


def assess(state: RefundState) -> Update:
    """Read the order out of the message and price it."""
    found = ORDER.search(str(state["messages"][-1].content))
    order = found[1] if found else "0000"
    return {
        "request": {
            "order_id": order,
            "amount": 10 + int(order) % 190,
            "currency": "EUR",
            "reason": "damaged",
        },
        "messages": [AIMessage(f"I have asked a colleague to approve the refund for order {order}.")],
    }


def approve(state: RefundState) -> Update:
    """Wait for a person. The answer to the interrupt is `{"approved": bool, "by": name}`."""
    request = state["request"]
    answer = interrupt(
        {"question": f"Refund {request['amount']} {request['currency']}?", "request": request, "limit": 200}
    )
    return {"decision": answer}


def settle(state: RefundState) -> Update:
    """Tell the customer."""
    request, decision = state["request"], state["decision"]
    if decision["approved"]:
        text = f"Good news: {request['amount']} {request['currency']} are on their way to your account."
    else:
        text = f"I am sorry, {decision['by']} could not approve the refund."
    return {"messages": [AIMessage(text)]}


def build_refund(saver: Saver | None) -> Graph:
    """assess, approve (interrupts), settle."""
    graph = StateGraph(RefundState)
    graph.add_node("assess", assess)
    graph.add_node("approve", approve)
    graph.add_node("settle", settle)
    graph.add_edge(START, "assess")
    graph.add_edge("assess", "approve")
    graph.add_edge("approve", "settle")
    graph.add_edge("settle", END)
    return graph.compile(checkpointer=saver, name="refund")


class ReviewState(MessagesState):
    """Two reviewers are asked at the same time."""

    legal: str
    brand: str


def build_review(saver: Saver | None) -> Graph:
    """Two interrupts in one super-step, so that a run waits for two answers, each with its own id."""

    def ask_legal(state: ReviewState) -> Update:
        return {"legal": interrupt({"reviewer": "legal", "question": "May we publish this?"})}

    def ask_brand(state: ReviewState) -> Update:
        return {"brand": interrupt({"reviewer": "brand", "question": "Does it sound like us?"})}

    def publish(state: ReviewState) -> Update:
        return {"messages": [AIMessage(f"Legal says {state['legal']}, brand says {state['brand']}.")]}

    graph = StateGraph(ReviewState)
    graph.add_node("ask_legal", ask_legal)
    graph.add_node("ask_brand", ask_brand)
    graph.add_node("publish", publish)
    graph.add_edge(START, "ask_legal")
    graph.add_edge(START, "ask_brand")
    graph.add_edge(["ask_legal", "ask_brand"], "publish")
    return graph.compile(checkpointer=saver, name="review")
