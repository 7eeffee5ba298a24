"""Research: parallel searches by `Send`, a subgraph that writes, two checks side by side and a join."""

from __future__ import annotations

import operator
from typing import Annotated, Any

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from inspector.demo.graphs.base import Graph, Saver, Update


class ResearchState(MessagesState):
    """A question, what was found about it, and the report that grows out of it."""

    queries: list[str]
    findings: Annotated[list[dict[str, Any]], operator.add]
    report: str
    remarks: Annotated[list[str], operator.add]


class SearchState(TypedDict):
    """What one parallel search is given."""

    query: str


class WriterState(TypedDict):
    """What the writing subgraph shares with its parent (findings, report) and keeps to itself (outline)."""

    findings: list[dict[str, Any]]
    outline: list[str]
    report: str


def plan(state: ResearchState) -> Update:
    """Split the question in three."""
    topic = str(state["messages"][-1].content).rstrip("?")
    return {"queries": [f"{topic}: {part}" for part in ("prices", "reviews", "alternatives")]}


def fan_out(state: ResearchState) -> list[Send]:
    """One parallel search a query."""
    return [Send("search", {"query": query}) for query in state["queries"]]


def search(state: SearchState) -> Update:
    """Pretend to search the web."""
    query = state["query"]
    hits = [{"title": f"{query.title()}, part {rank}", "score": round(0.93 - rank / 10, 2)} for rank in (1, 2)]
    return {"findings": [{"query": query, "hits": hits, "source": "https://search.example/"}]}


def outline(state: WriterState) -> Update:
    """One heading a finding."""
    return {"outline": [finding["query"].rsplit(": ", 1)[-1] for finding in state["findings"]]}


def draft(state: WriterState) -> Update:
    """A paragraph under each heading."""
    parts = [f"## {heading.capitalize()}\n\nTwo sources agree on {heading}." for heading in state["outline"]]
    return {"report": "\n\n".join(parts)}


def build_writer() -> StateGraph[WriterState, Any, WriterState, WriterState]:
    """The subgraph, not yet compiled: its users choose whether it remembers."""
    graph = StateGraph(WriterState)
    graph.add_node("outline", outline)
    graph.add_node("draft", draft)
    graph.add_edge(START, "outline")
    graph.add_edge("outline", "draft")
    return graph


def check_facts(state: ResearchState) -> Update:
    """One of two checks that run side by side."""
    return {"remarks": [f"{len(state['findings'])} findings, all with a source."]}


def check_tone(state: ResearchState) -> Update:
    """The other."""
    return {"remarks": ["The tone is friendly enough."]}


def publish(state: ResearchState) -> Update:
    """Join both checks and answer."""
    return {"messages": [AIMessage(f"{state['report']}\n\n_{' '.join(sorted(state['remarks'])[-2:])}_")]}


def build_research(saver: Saver | None) -> Graph:
    """plan, search (three at once), write (a subgraph), check_facts beside check_tone, publish."""
    graph = StateGraph(ResearchState)
    graph.add_node("plan", plan)
    graph.add_node("search", search)
    graph.add_node("write", build_writer().compile(name="writer"))
    graph.add_node("check_facts", check_facts)
    graph.add_node("check_tone", check_tone)
    graph.add_node("publish", publish)
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", fan_out, ["search"])
    graph.add_edge("search", "write")
    graph.add_edge("write", "check_facts")
    graph.add_edge("write", "check_tone")
    graph.add_edge(["check_facts", "check_tone"], "publish")
    return graph.compile(checkpointer=saver, name="research")
