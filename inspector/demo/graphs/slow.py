"""A chat whose model takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.graphs.base import Graph, Saver, Update


def build_slow(saver: Saver | None, seconds: Callable[[], float]) -> Graph:
    """One node, which takes so many `seconds()`."""

    def respond(state: MessagesState) -> Update:
        time.sleep(seconds())
        return {"messages": [AIMessage(f"I have read {len(state['messages'])} messages.")]}

    graph = StateGraph(MessagesState)
    graph.add_node("respond", respond)
    graph.add_edge(START, "respond")
    return graph.compile(checkpointer=saver, name="slow-chat")
