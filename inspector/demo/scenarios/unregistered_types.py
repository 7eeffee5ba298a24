"""A class of one's own lies in a `dict[str, Any]`: read back strictly it is a plain dictionary, its basket empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


@dataclass
class Basket:
    items: list[str] = field(default_factory=list)


class LooseState(MessagesState):
    """LangGraph cannot know what will be in here, so its strict serializer builds none of it again."""

    context: dict[str, Any]


class NamedState(MessagesState):
    """Classes that the state names are allowed by themselves."""

    basket: Basket
    page: int


def shop_loosely(state: LooseState) -> dict[str, Any]:
    basket = state.get("context", {}).get("basket")
    if not isinstance(basket, Basket):  # the first turn, or so it looks
        basket = Basket()
    basket = put_into(basket, state)
    return {"context": {"basket": basket, "page": len(basket.items)}, "messages": [count(basket)]}


def shop(state: NamedState) -> dict[str, Any]:
    basket = put_into(state.get("basket") or Basket(), state)
    return {"basket": basket, "page": len(basket.items), "messages": [count(basket)]}


def put_into(basket: Basket, state: MessagesState) -> Basket:
    return Basket([*basket.items, str(state["messages"][-1].content)])


def count(basket: Basket) -> AIMessage:
    return AIMessage(f"You have {len(basket.items)} things in your basket.")


def broken(worker: Worker) -> Handler:
    graph = StateGraph(LooseState)
    graph.add_node("shop", shop_loosely)
    return handler_of(worker, graph)


def fixed(worker: Worker) -> Handler:
    graph = StateGraph(NamedState)
    graph.add_node("shop", shop)
    return handler_of(worker, graph)


def handler_of(worker: Worker, builder: StateGraph[Any]) -> Handler:
    builder.add_edge(START, "shop")
    graph = builder.compile(checkpointer=open_postgres_saver(worker))

    def handle(request: Request) -> str:
        config = worker.config(request.thread_id, request.user)
        answer = graph.invoke({"messages": [("user", request.text)]}, config)
        return str(answer["messages"][-1].content)

    return handle


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"unregistered-types": ()},
    raises_unprobed={"unregistered-types": ()},
    drive=converse,
)
