"""One of three workers takes a new random thread_id for every request: what it is told is never read again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


def broken(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        thread_id = str(uuid.uuid4())
        graph.invoke({"messages": [("user", request.text)]}, worker.config(thread_id, request.user))

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    """Few conversations at a time: most have ended, or gone on, when the last ones begin."""
    converse(lab, conversations=60, together=9)


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"thread-id-random": ("web-3",)},
    raises_unprobed={"thread-id-random": ("web-3",)},
    drive=drive,
)
