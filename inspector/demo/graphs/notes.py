"""A notebook on a `DeltaChannel` (beta): checkpoints hold no value, only what each step wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

from inspector.demo.graphs.base import Graph, Saver, Update


def join_lists(held: list[str], writes: Sequence[list[str]]) -> list[str]:
    """The plainest batch reducer: one list after the other."""
    return [*held, *(item for write in writes for item in write)]


def join_messages(held: list[AnyMessage], writes: Sequence[list[AnyMessage]]) -> list[AnyMessage]:
    """`add_messages` for a batch of writes: same id replaces, `RemoveMessage` removes."""
    for write in writes:
        held = add_messages(held, write)  # type: ignore[assignment, arg-type]  # its types are wider than what it does
    return held


class NotesState(TypedDict):
    """Both deltas; the notes are written out in full at every fourth update, the messages at every third."""

    messages: Annotated[list[AnyMessage], DeltaChannel(join_messages, snapshot_frequency=3)]
    notes: Annotated[list[str], DeltaChannel(join_lists, snapshot_frequency=4)]
    count: int


def note(state: NotesState) -> Update:
    """Write one note a turn."""
    return {"notes": [f"note {len(state['notes']) + 1}"], "count": len(state["notes"]) + 1}


def reply(state: NotesState) -> Update:
    """Say how many there are."""
    return {"messages": [AIMessage(f"That makes {state['count']}.", id=f"reply-{state['count']}")]}


def build_notes(saver: Saver | None) -> Graph:
    """note, reply."""
    graph = StateGraph(NotesState)
    graph.add_node("note", note)
    graph.add_node("reply", reply)
    graph.add_edge(START, "note")
    graph.add_edge("note", "reply")
    return graph.compile(checkpointer=saver, name="notes")
