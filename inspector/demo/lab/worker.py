"""One worker process of the lab: it takes requests from a pipe, and answers them.

What its `make` builds decides how it serves. Functions: one request after the other, in the main thread. A coroutine
function as `make` or handler: requests side by side in one event loop; a plain handler beside it runs in threads, as in
ASGI frameworks.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from langchain_core.runnables import RunnableConfig

from inspector import probe
from inspector.demo.lab.environment import ENVIRONMENT
from inspector.demo.lab.flushing import FLUSH_SECONDS, flush
from inspector.demo.lab.scenario import Handler, Make, Request

log = logging.getLogger("inspector.demo.lab")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process is told of where it is. `redis_url` is "" where the scenario needs none."""

    hostname: str
    probed: bool
    url: str
    other_url: str
    redis_url: str
    sqlite_path: Path
    directory: Path
    ledger_url: str
    log_path: Path


@dataclass(frozen=True, slots=True)
class Order:
    """From the lab to a process. The answer bears the same number."""

    kind: Literal["request", "flush", "close"]
    number: int
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """`value` is JSON. Number 0 says that the process is ready, or why it never will be."""

    number: int
    value: str = "null"
    error: str = ""


class LabWorker:
    """See the protocol `scenario.Worker`."""

    def __init__(self, place: Surroundings) -> None:
        self.hostname = place.hostname
        self.probed = place.probed
        self.url = place.url
        self.other_url = place.other_url
        self.sqlite_path = place.sqlite_path
        self.directory = place.directory
        self.stack = ExitStack()
        self.async_stack = AsyncExitStack()
        self._redis_url = place.redis_url

    @property
    def redis_url(self) -> str:
        if not self._redis_url:
            raise RuntimeError("This scenario has no Redis: say so with needs=('redis',).")
        return self._redis_url

    def config(self, thread_id: str, user: str, **metadata: Any) -> RunnableConfig:
        stamp = {} if self.probed else {"worker_hostname": self.hostname}
        return {"configurable": {"thread_id": thread_id}, "metadata": {"user_id": user, **stamp, **metadata}}

    async def enter(self, manager: AbstractAsyncContextManager[Any]) -> Any:
        return await self.async_stack.enter_async_context(manager)


def serve(place: Surroundings, make: Make, pipe: Connection) -> None:
    """The whole life of a process."""
    _settle(place)
    worker = LabWorker(place)
    if place.probed:
        probe.install()
    try:
        _Service(worker, pipe).run(make)
    finally:
        if place.probed:
            probe.finish(FLUSH_SECONDS)


def _settle(place: Surroundings) -> None:
    """An environment of its own, a log instead of the terminal, and no heed of Ctrl-C, which is the lab's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with place.log_path.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    for name in [name for name in os.environ if name.startswith("INSPECTOR_")]:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    os.environ["INSPECTOR_HOSTNAME"] = place.hostname
    if place.probed:
        os.environ["INSPECTOR_LEDGER_URL"] = place.ledger_url
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    os.chdir(place.directory)


class _Service:
    def __init__(self, worker: LabWorker, pipe: Connection) -> None:
        self._worker = worker
        self._pipe = pipe
        self._sending = threading.Lock()

    def run(self, make: Make) -> None:
        """Builds, says that it is ready, serves until told to end, and closes what was opened."""
        with self._worker.stack, asyncio.Runner() as runner:
            try:
                made = make(self._worker)
                handler = runner.run(_wait(made)) if inspect.isawaitable(made) else made
            except Exception as error:
                log.exception("make failed")
                self._send(Reply(0, error=_in_words(error)))
                return
            self._send(Reply(0))
            if inspect.isawaitable(made) or _is_async(handler):
                runner.run(self._serve_in_loop(handler))
                runner.run(self._worker.async_stack.aclose())
            else:
                self._serve_in_turn(handler)

    def _serve_in_turn(self, handler: Handler) -> None:
        inbox: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._listen(inbox.put)
        while (order := inbox.get()) is not None:
            assert order.request is not None  # noqa: S101  of an order of this kind
            try:
                self._send(Reply(order.number, json.dumps(handler(order.request))))
            except Exception as error:
                self._refuse(order, error)

    async def _serve_in_loop(self, handler: Handler) -> None:
        loop = asyncio.get_running_loop()
        inbox: asyncio.Queue[Order | None] = asyncio.Queue()
        self._listen(lambda order: loop.call_soon_threadsafe(inbox.put_nowait, order))
        running: set[asyncio.Task[None]] = set()
        while (order := await inbox.get()) is not None:
            task = loop.create_task(self._handle(handler, order))
            running.add(task)
            task.add_done_callback(running.discard)

    async def _handle(self, handler: Handler, order: Order) -> None:
        assert order.request is not None  # noqa: S101  of an order of this kind
        try:
            if _is_async(handler):
                value = await handler(order.request)
            else:
                value = await asyncio.to_thread(handler, order.request)
            self._send(Reply(order.number, json.dumps(value)))
        except Exception as error:
            self._refuse(order, error)

    def _refuse(self, order: Order, error: Exception) -> None:
        log.exception("request failed")
        self._send(Reply(order.number, error=_in_words(error)))

    def _listen(self, accept: Callable[[Order | None], object]) -> None:
        """Takes orders in a thread of its own: a flush must not wait for a handler that hangs."""
        threading.Thread(target=self._take_orders, args=(accept,), name="lab-orders", daemon=True).start()

    def _take_orders(self, accept: Callable[[Order | None], object]) -> None:
        while True:
            try:
                order: Order = self._pipe.recv()
            except (EOFError, OSError):  # the lab is gone
                order = Order("close", 0)
            if order.kind == "close":
                accept(None)
                return
            if order.kind == "flush":
                done = flush() if self._worker.probed else True
                self._send(Reply(order.number, error="" if done else "The ledger did not take what the probe counted."))
            else:
                accept(order)

    def _send(self, reply: Reply) -> None:
        with self._sending:
            try:
                self._pipe.send(reply)
            except OSError:  # the lab is gone; the next order says so
                log.info("nobody to answer")


async def _wait(made: Awaitable[Any]) -> Any:
    return await made


def _is_async(handler: Any) -> bool:
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(getattr(handler, "__call__", None))  # noqa: B004


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
