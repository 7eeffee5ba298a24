"""A class that no serializer knows goes into the state, and a fallback stores it as a pickle, which is a program."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


class Basket:
    """Neither a dataclass nor a model: nothing says which of its attributes are its value."""

    def __init__(self, items: list[str]) -> None:
        self.items = items


class PickledState(MessagesState):
    basket: Any


class PlainState(MessagesState):
    basket: list[str]


def shop_with_a_class(state: PickledState) -> dict[str, Any]:
    before = state.get("basket")
    basket = Basket([*(before.items if before else []), str(state["messages"][-1].content)])
    return {"basket": basket, "messages": [count(basket.items)]}


def shop(state: PlainState) -> dict[str, Any]:
    items = [*(state.get("basket") or []), str(state["messages"][-1].content)]
    return {"basket": items, "messages": [count(items)]}


def count(items: list[str]) -> AIMessage:
    return AIMessage(f"You have {len(items)} things in your basket.")


def broken(worker: Worker) -> Handler:
    """Without the fallback the first run had failed, and said which class cannot be stored."""
    graph = StateGraph(PickledState)
    graph.add_node("shop", shop_with_a_class)
    return handler_of(worker, graph, JsonPlusSerializer(pickle_fallback=True))


def fixed(worker: Worker) -> Handler:
    graph = StateGraph(PlainState)
    graph.add_node("shop", shop)
    return handler_of(worker, graph, JsonPlusSerializer())


def handler_of(worker: Worker, builder: StateGraph[Any], serde: JsonPlusSerializer) -> Handler:
    saver = open_postgres_saver(worker)
    saver.serde = serde
    builder.add_edge(START, "shop")
    graph = builder.compile(checkpointer=saver)

    def handle(request: Request) -> str:
        config = worker.config(request.thread_id, request.user)
        answer = graph.invoke({"messages": [("user", request.text)]}, config)
        return str(answer["messages"][-1].content)

    return handle


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"pickled-values": ("web-1", "web-2")},
    raises_unprobed={"pickled-values": ("web-1", "web-2")},
    drive=converse,
)
