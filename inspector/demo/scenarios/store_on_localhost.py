"""One of four workers lacks the setting, and its default is localhost: it keeps its conversations to itself."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


def broken(worker: Worker) -> Handler:
    """All workers of this lab run on one machine, with one server behind a Unix socket. So the store on the worker's
    own machine is a second database, which no other worker uses."""
    return _serve(worker, worker.other_url)


def fixed(worker: Worker) -> Handler:
    return _serve(worker, worker.url)


def _serve(worker: Worker, url: str) -> Handler:
    graph = build_chat(open_postgres_saver(worker, url))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": fixed, "web-4": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed, "web-4": fixed},
    # What a worker keeps to itself is in another store than what the others keep.
    raises={"store-on-localhost": ("web-4",), "store-split": ("web-4",)},
    drive=converse,
)
