"""A worker takes "default" for the thread_id where a client sends none: all of these people share one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import USERS, converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


def chat(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def broken(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        config = worker.config(request.thread_id or "default", request.user)
        graph.invoke({"messages": [("user", request.text)]}, config)

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> str:
        if not request.thread_id:
            return "400 Begin a conversation first."
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))
        return "200"

    return handle


def drive(lab: Lab) -> None:
    """Conversations at all hosts. An old client of the last one's sends no thread_id."""
    converse(lab, conversations=20)
    for user in USERS:
        for text in ("Hi, where is order 4711?", "What was my name again?"):
            lab.ask(lab.hosts[-1], Request("", text, user))


SCENARIO = Scenario(
    broken={"web-1": chat, "web-2": chat, "web-3": broken},
    fixed={"web-1": chat, "web-2": chat, "web-3": fixed},
    raises={"shared-thread": ("web-3",)},
    raises_unprobed={"shared-thread": ("web-3",)},
    drive=drive,
)
