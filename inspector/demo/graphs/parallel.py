"""Work side by side: a fan-out by `Send`, static branches with a join, and a deferred node."""

from __future__ import annotations

import operator
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from inspector.demo.graphs.base import Graph, Saver, Update


class BatchState(TypedDict):
    """Documents to grade, and their grades."""

    documents: list[str]
    grades: Annotated[list[dict[str, Any]], operator.add]
    summary: str


class DocumentState(TypedDict):
    """What one parallel grader is given."""

    document: str


def grade(state: DocumentState) -> Update:
    """Grade one document by its length."""
    text = state["document"]
    return {"grades": [{"document": text, "score": round(min(1.0, len(text) / 40), 2)}]}


def summarise(state: BatchState) -> Update:
    """Join."""
    return {"summary": f"{len(state['grades'])} graded, best {max(g['score'] for g in state['grades'])}"}


def build_send(saver: Saver | None) -> Graph:
    """One `grade` task a document, then `summarise`."""

    def fan_out(state: BatchState) -> list[Send]:
        return [Send("grade", {"document": text}) for text in state["documents"]]

    graph = StateGraph(BatchState)
    graph.add_node("grade", grade)
    graph.add_node("summarise", summarise)
    graph.add_conditional_edges(START, fan_out, ["grade"])
    graph.add_edge("grade", "summarise")
    graph.add_edge("summarise", END)
    return graph.compile(checkpointer=saver, name="batch")


class BranchState(TypedDict):
    """A text on its way through branches; `trail` says who had it."""

    text: str
    trail: Annotated[list[str], operator.add]


def build_join(saver: Saver | None) -> Graph:
    """intake, then spelling beside style beside legal, then edit once all three are done."""
    graph = StateGraph(BranchState)
    for name in ("intake", "spelling", "style", "legal", "edit"):
        graph.add_node(name, lambda state, name=name: {"trail": [name]})
    graph.add_edge(START, "intake")
    for name in ("spelling", "style", "legal"):
        graph.add_edge("intake", name)
    graph.add_edge(["spelling", "style", "legal"], "edit")
    return graph.compile(checkpointer=saver, name="branches")


def build_deferred(saver: Saver | None) -> Graph:
    """A short and a long branch; `collect` is deferred until nothing else is left to do."""
    graph = StateGraph(BranchState)
    for name in ("intake", "short", "long_one", "long_two"):
        graph.add_node(name, lambda state, name=name: {"trail": [name]})
    graph.add_node("collect", lambda state: {"trail": ["collect"]}, defer=True)
    graph.add_edge(START, "intake")
    graph.add_edge("intake", "short")
    graph.add_edge("intake", "long_one")
    graph.add_edge("long_one", "long_two")
    graph.add_edge("short", "collect")
    graph.add_edge("long_two", "collect")
    return graph.compile(checkpointer=saver, name="deferred")


def build_router(saver: Saver | None) -> Graph:
    """triage beside two desks; who sends a `Command(goto=...)` decides where it continues."""
    graph = StateGraph(BranchState)
    for name in ("triage", "sales", "service"):
        graph.add_node(name, lambda state, name=name: {"trail": [name]})
    graph.add_edge(START, "triage")
    graph.add_edge("triage", "sales")
    return graph.compile(checkpointer=saver, name="router")
