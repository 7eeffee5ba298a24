"""One worker names conversations by the caller's whole token: such an id does not fit into Postgres' index."""

from __future__ import annotations

import base64
import hashlib
import random

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


def token_of(request: Request) -> str:
    """Of a session, signed, with all its claims: the same at every request, and as long as many are."""
    return base64.urlsafe_b64encode(random.Random(request.thread_id).randbytes(3_000)).decode()


def broken(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(token_of(request), request.user))

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        name = hashlib.sha256(token_of(request).encode()).hexdigest()
        graph.invoke({"messages": [("user", request.text)]}, worker.config(name, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"thread-id-too-long": ("web-3",)},
    partly_unprobed=True,
    drive=converse,
)
