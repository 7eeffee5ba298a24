"""A new release has the prefix "checkpoint:v2": each remembers its own half, and the old one's index holds both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_redis_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


def broken(worker: Worker) -> Handler:
    """What begins with "checkpoint:" is the other workers' as well, as the search index has it."""
    return serve(worker, "checkpoint:v2")


def fixed(worker: Worker) -> Handler:
    return serve(worker, "checkpoint")


def serve(worker: Worker, prefix: str) -> Handler:
    saver = open_redis_saver(worker, checkpoint_prefix=prefix, checkpoint_write_prefix=f"{prefix}_write")
    graph = build_chat(saver)

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    converse(lab, conversations=12)


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": broken, "web-3": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"redis-prefix-shared": (), "store-split": ("web-2",)},
    raises_unprobed={"redis-prefix-shared": ()},
    store="redis",
    store_query="?prefix=checkpoint&write_prefix=checkpoint_write",
    drive=drive,
)
