"""Threads that are no straight line: branches, races, many hosts, graphs in graphs, long pauses."""

from __future__ import annotations

import operator
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.graphs.base import Graph, Saver, Update
from inspector.demo.graphs.chat import build_chat, build_support
from tests.browser.gallery.configs import ask, at, config, oldest_first
from tests.browser.gallery.retimed import tell_again

FORKS, SIBLINGS, HOSTS, DEEP, GAPS = (f"gallery-{name}" for name in ("forks", "siblings", "hosts", "deep", "gaps"))
LEVELS = 20
HOUR, DAY = 3_600.0, 86_400.0


def put_shapes(saver: Saver) -> tuple[str, ...]:
    _put_forks(saver)
    _put_siblings(saver)
    _put_hosts(saver)
    _put_deep(saver)
    _put_gaps(saver)
    return FORKS, SIBLINGS, HOSTS, DEEP, GAPS


def _put_forks(saver: Saver) -> None:
    """Three branches from one answer: what went on, another question, and an edited state that went on."""
    graph, where = build_chat(saver), config(FORKS)
    ask(graph, where, "Hi, I'm Ada.", "Where is order 4021?")
    answered = oldest_first(graph, where)[2].config
    for host, text in (("web-2", "Cancel order 4021."), ("web-3", "What does order 4021 cost?")):
        ask(graph, at(answered, host), text)
    edited = graph.update_state(
        at(answered, "web-4"), {"messages": [("user", "Forget that. Where is order 4022?")]}, as_node="__start__"
    )
    graph.invoke(None, at(edited, "web-4"), durability="sync")
    ask(graph, config(FORKS, host="web-4"), "Thanks.")


def _put_siblings(saver: Saver) -> None:
    """Two hosts answer the same checkpoint at the same time, as a double delivery of a message makes them."""
    both = threading.Barrier(2, timeout=30)

    def respond(state: MessagesState) -> Update:
        if len(state["messages"]) == 3:
            both.wait()
        return {"messages": [AIMessage(f"Answer {len(state['messages'])}.")]}

    graph = StateGraph(MessagesState)
    graph.add_node("respond", respond)
    graph.add_edge(START, "respond")
    compiled: Any = graph.compile(checkpointer=saver)
    ask(compiled, config(SIBLINGS), "Hello")
    parent = compiled.get_state(config(SIBLINGS)).config
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(ask, compiled, at(parent, host), "Pay the bill.") for host in ("web-1", "web-2")]:
            done.result()
    ask(compiled, config(SIBLINGS), "Was it paid?")


def _put_hosts(saver: Saver) -> None:
    """Six hosts in turn, and one run whose host said no name."""
    graph = build_support(saver)
    for number in range(12):
        ask(graph, config(HOSTS, host=f"worker-{number * 5 % 6 + 1}.eu-west-1.example.org"), f"Question {number}")
    graph.invoke({"messages": [("user", "Who answers?")]}, {"configurable": {"thread_id": HOSTS}}, durability="sync")


class Depth(TypedDict):
    notes: Annotated[list[str], operator.add]


def _put_deep(saver: Saver) -> None:
    """A graph in a graph, twenty levels down, called twice."""
    graph: Any = _level(1, saver)
    for host in ("web-1", "web-2"):
        graph.invoke({"notes": [f"asked by {host}"]}, config(DEEP, host=host), durability="sync")


def _level(number: int, saver: Saver | None) -> Graph:
    def note(state: Depth) -> Update:
        return {"notes": [f"level {number} saw {len(state['notes'])} notes"]}

    graph = StateGraph(Depth)
    graph.add_node("note", note)
    graph.add_edge(START, "note")
    if number <= LEVELS:
        inner: Any = _level(number + 1, None)
        graph.add_node(f"level_{number + 1}", inner)
        graph.add_edge("note", f"level_{number + 1}")
    return graph.compile(checkpointer=saver, name=f"level_{number}")


def _put_gaps(saver: Saver) -> None:
    """Minutes, hours, a night, and three weeks between turns."""
    template = f"{GAPS}-template"
    graph = build_support(saver)
    for number in range(8):
        ask(graph, config(template, host=f"web-{number % 3 + 1}"), f"Where is order {4021 + number}?")
    tell_again(saver, template, GAPS, (90.0, 5 * HOUR, 9 * HOUR, 60.0, 21 * DAY, 2 * DAY, 3.0))
