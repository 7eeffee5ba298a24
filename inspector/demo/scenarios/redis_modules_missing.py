"""One worker's Redis is a plain one, from the system's packages: it lacks the modules that the savers need."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from langgraph.checkpoint.redis import RedisSaver

from inspector.demo.embedded_redis import EmbeddedRedis
from inspector.demo.graphs.base import Saver
from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_redis_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


def broken(worker: Worker) -> Handler:
    """setup() fails with "unknown command 'FT.INFO'"; what the worker makes of that is to go on without it."""
    plain = worker.stack.enter_context(EmbeddedRedis(modules=False))
    saver = worker.stack.enter_context(RedisSaver.from_conn_string(plain.url))
    with contextlib.suppress(Exception):
        saver.setup()
    return serve(worker, saver)


def fixed(worker: Worker) -> Handler:
    return serve(worker, open_redis_saver(worker))


def serve(worker: Worker, saver: Saver) -> Handler:
    graph = build_chat(saver)

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    converse(lab, conversations=12)


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": broken, "web-3": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"redis-modules-missing": ("web-2",)},
    partly_unprobed=True,
    store="redis",
    drive=drive,
)
