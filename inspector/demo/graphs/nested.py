"""Graphs inside graphs: a chat that hands every message to a specialist with a state of its own."""

from __future__ import annotations

import operator
from typing import Annotated, Any, Literal

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from inspector.demo.graphs.base import Graph, Saver, Update


class SpecialistState(MessagesState):
    """Shares the messages with the parent; the case file is the specialist's own."""

    case_file: Annotated[list[str], operator.add]


def read(state: SpecialistState) -> Update:
    """Put the message on file. With a memory of its own, the file grows with every turn."""
    return {"case_file": [str(state["messages"][-1].content)[:60]]}


def advise(state: SpecialistState) -> Update:
    """Answer from the file."""
    return {"messages": [AIMessage(f"My file on you holds {len(state['case_file'])} note(s).")]}


def sign(state: SpecialistState) -> Update:
    """Wait for a signature, inside the subgraph."""
    name = interrupt({"question": "Who signs this advice?"})
    return {"case_file": [f"signed by {name}"]}


def build_nested(
    saver: Saver | None, *, memory: Literal[True] | None = None, signed: bool = False, deep: bool = False
) -> Graph:
    """triage, specialist (a subgraph). `memory=True` gives the subgraph a memory across turns.

    `signed` lets the subgraph interrupt; `deep` wraps it in one more graph.
    """
    inner = StateGraph(SpecialistState)
    inner.add_node("read", read)
    inner.add_node("advise", advise)
    inner.add_edge(START, "read")
    if signed:
        inner.add_node("sign", sign)
        inner.add_edge("read", "sign")
        inner.add_edge("sign", "advise")
    else:
        inner.add_edge("read", "advise")
    specialist: Any = inner.compile(checkpointer=memory, name="specialist")
    if deep:
        clinic = StateGraph(MessagesState)
        clinic.add_node("specialist", specialist)
        clinic.add_edge(START, "specialist")
        specialist = clinic.compile(checkpointer=memory, name="clinic")
    outer = StateGraph(MessagesState)
    outer.add_node("triage", lambda state: {"messages": [AIMessage("Let me ask our specialist.")]})
    outer.add_node("clinic" if deep else "specialist", specialist)
    outer.add_edge(START, "triage")
    outer.add_edge("triage", "clinic" if deep else "specialist")
    return outer.compile(checkpointer=saver, name="nested")
