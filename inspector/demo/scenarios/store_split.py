"""Two of four workers have another database in their settings: a conversation remembers only every other turn."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


def broken(worker: Worker) -> Handler:
    """As after a move of the database, when some deployments were forgotten. Both databases have all tables, so
    everything works, and nothing is logged."""
    return _serve(worker, worker.other_url)


def fixed(worker: Worker) -> Handler:
    return _serve(worker, worker.url)


def _serve(worker: Worker, url: str) -> Handler:
    graph = build_chat(open_postgres_saver(worker, url))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken, "web-4": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed, "web-4": fixed},
    raises={"store-split": ("web-3", "web-4")},
    raises_unprobed={"store-split": ("web-3", "web-4")},
    both_stores=True,
    drive=converse,
)
