"""A checkout whose payment step fails now and then, the way a remote service does."""

from __future__ import annotations

from collections.abc import Callable

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.graphs.base import Graph, Saver, Update


class PaymentGatewayError(RuntimeError):
    """What the payment service's client raises."""


class CheckoutState(MessagesState):
    """The conversation, the price and the payment's receipt."""

    total: float
    receipt: str


def build_checkout(saver: Saver | None, gateway_is_down: Callable[[], bool]) -> Graph:
    """price, charge (fails while `gateway_is_down()`), confirm."""

    def price(state: CheckoutState) -> Update:
        return {"total": 10.0 + len(str(state["messages"][-1].content)) / 4}

    def charge(state: CheckoutState) -> Update:
        if gateway_is_down():
            raise PaymentGatewayError(
                f"POST /v1/charges ({state['total']:.2f} EUR): 504 upstream timed out after 5.0 s"
            )
        return {"receipt": f"rcpt_{round(state['total'] * 100):06d}"}

    def confirm(state: CheckoutState) -> Update:
        return {"messages": [AIMessage(f"Paid. Your receipt is {state['receipt']}.")]}

    graph = StateGraph(CheckoutState)
    graph.add_node("price", price)
    graph.add_node("charge", charge)
    graph.add_node("confirm", confirm)
    graph.add_edge(START, "price")
    graph.add_edge("price", "charge")
    graph.add_edge("charge", "confirm")
    return graph.compile(checkpointer=saver, name="checkout")
