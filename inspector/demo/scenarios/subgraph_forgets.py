"""A specialist with a conversation of its own, as a subgraph: each turn is its first."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph
from typing_extensions import TypedDict

from inspector.demo.graphs.base import Graph, Saver, Update
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.model import ScriptedModel

CONVERSATIONS = 4
TEXTS = (
    "Hi, this is Ada. Where is order 4021?",
    "Can I still change the address for that order?",
    "And what was my name again?",
    "Thank you. What did I ask you before?",
)


class DeskState(TypedDict):
    """What the front desk knows: one question, one answer."""

    question: str
    answer: str


class SpecialistState(MessagesState):
    """The specialist keeps the whole conversation to itself."""

    question: str
    answer: str


def build_desk(saver: Saver, *, memory: Literal[True] | None) -> Graph:
    """specialist (a subgraph). `memory=True` lets the subgraph keep its conversation from turn to turn."""
    model = ScriptedModel()

    def listen(state: SpecialistState) -> Update:
        return {"messages": [HumanMessage(state["question"])]}

    def respond(state: SpecialistState) -> Update:
        message = model.invoke(state["messages"])
        return {"messages": [message], "answer": str(message.content)}

    specialist = StateGraph(SpecialistState)
    specialist.add_node("listen", listen)
    specialist.add_node("respond", respond)
    specialist.add_edge(START, "listen")
    specialist.add_edge("listen", "respond")

    subgraph: Any = specialist.compile(checkpointer=memory)
    desk = StateGraph(DeskState)
    desk.add_node("specialist", subgraph)
    desk.add_edge(START, "specialist")
    return desk.compile(checkpointer=saver, name="desk")


def broken(worker: Worker) -> Handler:
    return _serve(worker, build_desk(open_postgres_saver(worker), memory=None))


def fixed(worker: Worker) -> Handler:
    return _serve(worker, build_desk(open_postgres_saver(worker), memory=True))


def _serve(worker: Worker, graph: Graph) -> Handler:
    def handle(request: Request) -> str:
        result = graph.invoke({"question": request.text}, worker.config(request.thread_id, request.user))
        return str(result["answer"])

    return handle


def drive(lab: Lab) -> None:
    """Conversations of four turns, the workers in turn."""
    for turn, text in enumerate(TEXTS):
        for number in range(CONVERSATIONS):
            lab.ask(lab.hosts[(number + turn) % len(lab.hosts)], Request(f"desk-{number}", text))


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"subgraph-forgets": ()},
    raises_unprobed={"subgraph-forgets": ()},
    drive=drive,
)
