"""A worker names a thread after the session and the run: each run has a thread of its own that nobody goes on with."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab

SESSIONS, RUNS = 8, 6


def chat(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def broken(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        run = uuid.uuid4().hex[:12]
        config = worker.config(f"{request.thread_id}:{run}", request.user)
        graph.invoke({"messages": [("user", request.text)]}, config)

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        run = uuid.uuid4().hex[:12]
        config = worker.config(request.thread_id, request.user, run=run)
        graph.invoke({"messages": [("user", request.text)]}, config)

    return handle


def drive(lab: Lab) -> None:
    """Conversations at two hosts, and meanwhile the third one sums each session up, time and again."""
    *chatting, summing = lab.hosts
    for run in range(RUNS):
        converse(lab, conversations=6, hosts=tuple(chatting), seed=run)
        asked = [Request(f"session-{number}", "What was said since?", f"user-{number}") for number in range(SESSIONS)]
        for answer in [lab.send(summing, request) for request in asked]:
            lab.wait(summing, answer)


SCENARIO = Scenario(
    broken={"web-1": chat, "web-2": chat, "worker-1": broken},
    fixed={"web-1": chat, "web-2": chat, "worker-1": fixed},
    raises={"thread-per-run": ("worker-1",)},
    raises_unprobed={"thread-per-run": ("worker-1",)},
    drive=drive,
)
