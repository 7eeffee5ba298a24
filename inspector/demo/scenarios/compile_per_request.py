"""A web handler opens a connection, a saver and a graph for every request, instead of once when the server starts."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from inspector.demo.graphs.base import Graph
from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_async_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

#: Requests that one worker serves at once.
_CLIENTS = 4

Chat = Callable[[dict[str, Any]], Awaitable[None]]


async def broken(worker: Worker) -> Handler:
    """What the shortest examples show, in a handler. It works, a little slowly, until the server's connections run out
    or somebody puts `InMemorySaver` in its place."""

    async def chat(body: dict[str, Any]) -> None:
        async with AsyncPostgresSaver.from_conn_string(worker.url) as saver:
            await _run(build_chat(saver), worker, body)

    return await _serve(worker, chat)


async def fixed(worker: Worker) -> Handler:
    """The same server, with one graph on one pool that were made before the first request."""
    graph = build_chat(await open_async_postgres_saver(worker))

    async def chat(body: dict[str, Any]) -> None:
        await _run(graph, worker, body)

    return await _serve(worker, chat)


async def _run(graph: Graph, worker: Worker, body: dict[str, Any]) -> None:
    await graph.ainvoke({"messages": [("user", body["text"])]}, worker.config(body["thread_id"], body["user"]))


async def _serve(worker: Worker, chat: Chat) -> Handler:
    """Starts a web server in this event loop, and hands every request to it over HTTP, as a load balancer does."""
    address = await worker.enter(_running(_app(chat)))
    # Threads of their own: the loop's would all wait here for answers, and the graph's nodes need some of them.
    clients = worker.stack.enter_context(ThreadPoolExecutor(_CLIENTS))

    def post(request: Request) -> None:
        body = {"thread_id": request.thread_id, "text": request.text, "user": request.user}
        urllib.request.urlopen(address, json.dumps(body).encode(), timeout=20).close()  # noqa: S310  always http

    async def handle(request: Request) -> None:
        await asyncio.get_running_loop().run_in_executor(clients, post, request)

    return handle


def _app(chat: Chat) -> Any:
    """An application after the ASGI protocol, without a framework: it takes JSON, and answers 200 without a body."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await chat(json.loads(body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    return app


@asynccontextmanager
async def _running(app: Any) -> AsyncIterator[str]:
    """Its address, while it serves."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            await serving


def drive(lab: Lab) -> None:
    """Enough requests for each worker that nobody takes them for its start."""
    converse(lab, conversations=75)


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": fixed, "web-3": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"compile-per-request": ("web-1",)},
    needs=("uvicorn",),
    drive=drive,
)
