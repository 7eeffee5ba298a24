"""Savers called in the wrong way: a sync one by `ainvoke`, an async one by `invoke`, one from another event loop."""

from __future__ import annotations

import asyncio

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import SETTINGS, open_async_postgres_saver, open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


def sync_saver(worker: Worker) -> Handler:
    """The handler went async, the saver did not: every run fails at its first read, with `NotImplementedError`."""
    graph = build_chat(open_postgres_saver(worker))

    async def handle(request: Request) -> None:
        await graph.ainvoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


async def sync_call(worker: Worker) -> Handler:
    """The saver went async, the handler still says `invoke`: it would wait for the very loop that it holds up, and gets
    an `InvalidStateError`."""
    graph = build_chat(await open_async_postgres_saver(worker))

    async def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def other_loop(worker: Worker) -> Handler:
    """As sync frameworks and task queues come to call async code: `asyncio.run` for each request. Each call makes a
    loop of its own, and the saver's lock belongs to the first one in which somebody had to wait for it."""

    async def open_saver() -> AsyncPostgresSaver:
        return AsyncPostgresSaver(await AsyncConnection.connect(worker.url, **SETTINGS))

    graph = build_chat(asyncio.run(open_saver()))

    def handle(request: Request) -> None:
        config = worker.config(request.thread_id, request.user)
        asyncio.run(graph.ainvoke({"messages": [("user", request.text)]}, config))

    return handle


async def fixed(worker: Worker) -> Handler:
    """The saver is made in the loop that serves the requests, and everything below the handler is awaited."""
    graph = build_chat(await open_async_postgres_saver(worker))

    async def handle(request: Request) -> None:
        await graph.ainvoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": sync_saver, "web-2": sync_call, "web-3": other_loop, "web-4": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed, "web-4": fixed},
    raises={"sync-async-mixed": ("web-1", "web-2", "web-3")},
    drive=converse,
)
