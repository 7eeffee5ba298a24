"""Graphs that plant: all channels, questions and answers, errors, Sends, subgraphs, deltas and functional tasks."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Annotated, Any

from langchain_core.documents import Document
from langgraph.channels.delta import DeltaChannel
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Send, interrupt
from typing_extensions import TypedDict

from inspector.demo.graphs.base import AnyGraph, Graph, Saver, Update
from inspector.demo.graphs.typed import Address, Point, Ticket
from tests.canaries import values
from tests.canaries.birds import bird


class Everything(MessagesState):
    """A channel of each kind; their names are no canaries."""

    turn: int
    text: str
    mapping: dict[str, Any]
    pairs: dict[Any, Any]
    ticket: Ticket
    address: Address
    point: Point
    objects: dict[str, Any]
    documents: list[Document]
    long: str
    secret: dict[str, Any]
    forms: list[Any]
    found: Annotated[list[str], operator.add]


def build_everything(saver: Saver, *, leave_out: Sequence[str] = ()) -> Graph:
    """`leave_out` are channels that the saver's serializer cannot store."""

    def fill(state: Everything) -> Update:
        turn = state.get("turn", 0) + 1
        filled = {"turn": turn, **values.state(turn)}
        return {name: value for name, value in filled.items() if name not in leave_out}

    graph = StateGraph(Everything)
    graph.add_node("fill", fill)
    graph.add_edge(START, "fill")
    return graph.compile(checkpointer=saver, name="everything")


class Asking(TypedDict):
    told: Annotated[list[str], operator.add]


def ask(state: Asking) -> Update:
    return {"told": [interrupt({bird("question-key"): bird("question")})]}


def fail(state: Asking) -> Update:
    raise RuntimeError(bird("error-text"), {"detail": bird("error-detail")})


def keep(state: Asking) -> Update:
    """Its write waits beside the task that asks."""
    return {"told": [bird("pending-write")]}


def spread(state: Asking) -> list[Send]:
    return [Send("work", {"told": [bird(f"send-{number}")]}) for number in range(2)]


def work(state: Asking) -> Update:
    return {"told": [interrupt(bird("send-question"))]}


def build_asking(saver: Saver, *names: str, name: str = "asking") -> Graph:
    """These nodes side by side."""
    nodes = {"ask": ask, "fail": fail, "keep": keep}
    graph = StateGraph(Asking)
    for node in names:
        graph.add_node(node, nodes[node])
        graph.add_edge(START, node)
    return graph.compile(checkpointer=saver, name=name)


def build_sending(saver: Saver) -> Graph:
    graph = StateGraph(Asking)
    graph.add_node("work", work)
    graph.add_conditional_edges(START, spread, ["work"])
    return graph.compile(checkpointer=saver, name="sending")


def build_nested(saver: Saver) -> Graph:
    inner = StateGraph(Asking)
    inner.add_node("ask", ask)
    inner.add_edge(START, "ask")
    graph = StateGraph(Asking)
    graph.add_node("specialist", inner.compile())
    graph.add_edge(START, "specialist")
    return graph.compile(checkpointer=saver, name="nested")


def _join(held: list[str], writes: Sequence[list[str]]) -> list[str]:
    return [*held, *(item for write in writes for item in write)]


class Deltas(TypedDict):
    notes: Annotated[list[str], DeltaChannel(_join, snapshot_frequency=3)]


def build_deltas(saver: Saver) -> Graph:
    graph = StateGraph(Deltas)
    graph.add_node("note", lambda state: {"notes": [f"{bird('delta')}-{len(state['notes'])}"]})
    graph.add_edge(START, "note")
    return graph.compile(checkpointer=saver, name="deltas")


class Closed(TypedDict):
    held: Any


def build_holding(saver: Saver, value: Any) -> Graph:
    """One channel with this value."""
    graph = StateGraph(Closed)
    graph.add_node("hold", lambda state: {"held": value})
    graph.add_edge(START, "hold")
    return graph.compile(checkpointer=saver, name="holding")


@task
def recite(words: str) -> str:
    return f"{words}, {bird('task-result')}"


def build_functional(saver: Saver) -> AnyGraph:
    @entrypoint(checkpointer=saver)
    def sing(words: str) -> dict[str, str]:
        said = recite(words).result()
        return {"said": said, "heard": interrupt({"listen": bird("entrypoint-question")})}

    return sing
