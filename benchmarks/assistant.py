"""The graphs whose rows fill a synthetic store: an assistant with tools, bare or as a specialist inside a graph.

Small on purpose, since their rows are copied a million times: the state keeps the last two messages.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langgraph.graph import START, StateGraph, add_messages
from langgraph.types import Send, interrupt

LOOK_UP, REFUND, BREAK = "Please look up", "I want a refund", "Please break"


def last_two(known: list[AnyMessage], new: Any) -> list[AnyMessage]:
    merged: Any = add_messages(known, new)  # type: ignore[arg-type]
    return list(merged[-2:])


class State(TypedDict):
    messages: Annotated[list[AnyMessage], last_two]
    topic: str


class Call(TypedDict):
    call: ToolCall


def agent(state: State) -> dict[str, Any]:
    """Asks for two look-ups, waits for a person, fails, or answers: what the last message says."""
    said = state["messages"][-1]
    text = str(said.content)
    if isinstance(said, HumanMessage) and text.startswith(LOOK_UP):
        calls = [ToolCall(name="look_up", args={"order": order}, id=f"call_{order}") for order in ("4711", "4712")]
        return {"messages": [AIMessage("", tool_calls=calls)], "topic": "orders"}
    if text.startswith(REFUND):
        interrupt({"question": "Approve the refund?", "amount": 40})
    if text.startswith(BREAK):
        raise ConnectionError("POST /v1/answers: 504 upstream timed out after 5.0 s")
    usage = {"input_tokens": 412, "output_tokens": 57, "total_tokens": 469}
    answer = (
        "Your order left our warehouse this morning; you will get it within two days. Can I help with anything else?"
    )
    message = AIMessage(answer, usage_metadata=usage, response_metadata={"finish_reason": "stop"})  # type: ignore[arg-type]
    return {"messages": [message]}


def next_of(state: State) -> list[Send]:
    """The tools, one task a call, or the end."""
    last = state["messages"][-1]
    return [Send("tools", {"call": call}) for call in last.tool_calls] if isinstance(last, AIMessage) else []


def tools(state: Call) -> dict[str, Any]:
    order = state["call"]["args"]["order"]
    return {"messages": [ToolMessage(f"Order {order}: packed, 2 items, 38.50 EUR.", tool_call_id=state["call"]["id"])]}


def build_assistant(saver: Any = None) -> Any:
    """agent, then two tasks of tools and agent again, or the end."""
    graph = StateGraph(State)
    graph.add_node("agent", agent)
    graph.add_node("tools", tools)  # type: ignore[type-var]
    graph.add_edge(START, "agent")
    graph.add_conditional_edges("agent", next_of, ["tools"])
    graph.add_edge("tools", "agent")
    return graph.compile(checkpointer=saver)


def build_desk(saver: Any) -> Any:
    """The assistant as a subgraph, which begins anew with every call."""
    graph = StateGraph(State)
    graph.add_node("specialist", build_assistant())
    graph.add_edge(START, "specialist")
    return graph.compile(checkpointer=saver)
