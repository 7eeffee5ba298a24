"""What workers of the lab's own tests run. Functions of a module, for they go to other processes by their names."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from typing import Any

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import (
    open_async_postgres_saver,
    open_postgres_saver,
    open_redis_saver,
    open_sqlite_saver,
)
from inspector.demo.lab.scenario import Handler, Make, Request, Scenario, Worker
from inspector.demo.lab.traffic import TURNS, converse


def scenario(*makes: Make, **rest: Any) -> Scenario:
    """Workers web-1, web-2, ... that make so."""
    hosts = {f"web-{number}": make for number, make in enumerate(makes, 1)}
    return Scenario(broken=hosts, fixed=hosts, raises={}, **{"drive": converse, **rest})


def idle(lab: Lab) -> None:
    """Traffic of none."""


def in_postgres(worker: Worker) -> Handler:
    return _chat(worker, open_postgres_saver(worker))


def in_other_postgres(worker: Worker) -> Handler:
    return _chat(worker, open_postgres_saver(worker, worker.other_url))


def in_redis(worker: Worker) -> Handler:
    return _chat(worker, open_redis_saver(worker))


def in_sqlite(worker: Worker) -> Handler:
    return _chat(worker, open_sqlite_saver(worker))


def _chat(worker: Worker, saver: Any) -> Handler:
    graph = build_chat(saver)

    def handle(request: Request) -> int:
        found = graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))
        return len(found["messages"])

    return handle


async def in_loop(worker: Worker) -> Handler:
    graph = build_chat(await open_async_postgres_saver(worker))

    async def handle(request: Request) -> int:
        config = worker.config(request.thread_id, request.user)
        found = await graph.ainvoke({"messages": [("user", request.text)]}, config)
        return len(found["messages"])

    return handle


async def beside_loop(worker: Worker) -> Handler:
    """A plain handler with a saver of the loop, as a `def` route of an ASGI framework has."""
    return _chat(worker, await open_async_postgres_saver(worker))


def telling(worker: Worker) -> Handler:
    """Says who and where it is."""

    def handle(request: Request) -> dict[str, Any]:
        main = threading.current_thread() is threading.main_thread()
        names = ("INSPECTOR_HOSTNAME", "INSPECTOR_LEDGER_URL", "LANGGRAPH_STRICT_MSGPACK", "INSPECTOR_DATA_DIR")
        return {
            "pid": os.getpid(),
            "host": worker.hostname,
            "main": main,
            "environment": {name: os.environ.get(name) for name in names},
            "extra": dict(request.extra),
        }

    return handle


async def meeting(worker: Worker) -> Handler:
    """Two requests wait for each other: they can only both be served at once."""
    barrier = asyncio.Barrier(2)

    async def handle(request: Request) -> str:
        await barrier.wait()
        return "met"

    return handle


def failing(worker: Worker) -> Handler:
    def handle(request: Request) -> None:
        raise ValueError(request.text)

    return handle


def dying(worker: Worker) -> Handler:
    def handle(request: Request) -> None:
        os._exit(1)

    return handle


def hanging(worker: Worker) -> Handler:
    def handle(request: Request) -> None:
        time.sleep(3600)

    return handle


def unmakable(worker: Worker) -> Handler:
    raise RuntimeError("no such bucket")


def closing(worker: Worker) -> Handler:
    """Leaves a file when it ends in good order."""
    worker.stack.callback((worker.sqlite_path.parent / f"{worker.hostname}-{os.getpid()}").touch)
    return telling(worker)


def without_redis(worker: Worker) -> Handler:
    def handle(request: Request) -> str:
        return worker.redis_url

    return handle


def converse_turns(conversations: int) -> list[int]:
    """How many turns the conversations of `converse` have."""
    return [TURNS[number % len(TURNS)] for number in range(conversations)]


def ask_both(lab: Lab) -> None:
    for host in lab.hosts:
        lab.ask(host, Request("t", ""))
