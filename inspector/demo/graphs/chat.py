"""Conversations: a bare chat, and a support agent that looks orders up with a tool."""

from __future__ import annotations

from langchain_core.messages import BaseMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from inspector.demo.graphs.base import Graph, Saver, Update
from inspector.demo.model import ScriptedModel

ITEMS = ("2 espresso cups", "a desk lamp", "a rain jacket, size M", "a bicycle bell", "3 notebooks")
PLACES = ("is packed in our warehouse", "has left the warehouse", "is out for delivery", "was delivered")


@tool
def lookup_order(order_id: str) -> str:
    """Look an order up by its four-digit number."""
    number = int(order_id)
    return f"Order {order_id} ({ITEMS[number % len(ITEMS)]}) {PLACES[number % len(PLACES)]}."


def build_chat(saver: Saver | None) -> Graph:
    """One node: the model answers."""
    model = ScriptedModel()

    def respond(state: MessagesState) -> Update:
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("respond", respond)
    graph.add_edge(START, "respond")
    graph.add_edge("respond", END)
    return graph.compile(checkpointer=saver, name="chat")


def build_support(saver: Saver | None) -> Graph:
    """The usual tool loop: the model asks for look-ups until it can answer."""
    model = ScriptedModel().bind_tools([lookup_order])

    def agent(state: MessagesState) -> dict[str, list[BaseMessage]]:
        return {"messages": [model.invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("agent", agent)
    graph.add_node("tools", ToolNode([lookup_order]))
    graph.add_edge(START, "agent")
    graph.add_conditional_edges("agent", tools_condition)
    graph.add_edge("tools", "agent")
    return graph.compile(checkpointer=saver, name="support")
