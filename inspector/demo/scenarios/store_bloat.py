"""Uploaded files are kept in the state: each is stored anew with every change, and with every pending write."""

from __future__ import annotations

import operator
import os
import uuid
from typing import TYPE_CHECKING, Annotated, Any

from langgraph.graph import END, START, MessagesState, StateGraph

from inspector.demo.graphs.base import Graph, Saver
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab

#: Bytes of an upload: a few scanned pages.
_UPLOAD = 2_000_000


class Files(MessagesState):
    files: Annotated[list[bytes | str], operator.add]


def build_reader(saver: Saver) -> Graph:
    def respond(state: Files) -> dict[str, Any]:
        return {"messages": [("ai", f"Thank you. I have {len(state['files'])} files of yours now.")]}

    graph = StateGraph(Files)
    graph.add_node("respond", respond)
    graph.add_edge(START, "respond")
    graph.add_edge("respond", END)
    return graph.compile(checkpointer=saver, name="reader")


def broken(worker: Worker) -> Handler:
    graph = build_reader(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        upload = os.urandom(_UPLOAD)
        told = {"messages": [("user", request.text)], "files": [upload]}
        graph.invoke(told, worker.config(request.thread_id, request.user))

    return handle


def fixed(worker: Worker) -> Handler:
    """The file goes where files go, and the state has its name."""
    graph = build_reader(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        name = uuid.uuid4().hex
        (worker.directory / name).write_bytes(os.urandom(_UPLOAD))
        told = {"messages": [("user", request.text)], "files": [name]}
        graph.invoke(told, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    converse(lab, conversations=10, turns=(2, 2, 3))


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"store-bloat": ()},
    raises_unprobed={"store-bloat": ()},
    drive=drive,
)
