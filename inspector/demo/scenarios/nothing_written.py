"""A worker makes a stream and never reads from it: nothing runs, nothing is written, and the state stays empty."""

from __future__ import annotations

from datetime import timedelta

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


def broken(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> int:
        config = worker.config(request.thread_id, request.user)
        graph.stream({"messages": [("user", request.text)]}, config)  # a generator: it runs when it is read from
        return len(graph.get_state(config).values.get("messages", []))

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> int:
        config = worker.config(request.thread_id, request.user)
        for _ in graph.stream({"messages": [("user", request.text)]}, config):
            pass  # or pass each part on to the client
        return len(graph.get_state(config).values.get("messages", []))

    return handle


def drive(lab: Lab) -> None:
    """Every conversation stays with one worker, as with sticky sessions."""
    for host in lab.hosts:
        converse(lab, conversations=12, hosts=(host,))


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": broken, "web-3": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"nothing-written": ("web-2",)},
    drive=drive,
    later=timedelta(minutes=5),
)
