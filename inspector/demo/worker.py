"""One worker process: `python -m inspector.demo.worker --url URL [--setup] [--forgetful] [--in-memory] [--redis URL]`.

Reads requests from standard input, one JSON object a line, runs the graph, answers on standard output with
one line each. When its input ends, because the fleet closes it or has died, it ends too. SIGTERM lets it
finish the request it is at. Everything it logs goes to standard error.

It runs the probe, as any worker would: one line, and two variables of the environment that say where to report and as
whom (`INSPECTOR_LEDGER_URL`, `INSPECTOR_HOSTNAME`).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.types import Command
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from inspector import probe
from inspector.demo.graphs.base import AnyGraph, Saver
from inspector.demo.graphs.chat import build_support
from inspector.demo.graphs.checkout import PaymentGatewayError, build_checkout
from inspector.demo.graphs.concierge import build_concierge
from inspector.demo.graphs.nested import build_nested
from inspector.demo.graphs.parallel import build_send
from inspector.demo.graphs.refund import build_refund
from inspector.demo.graphs.research import build_research
from inspector.demo.stage import Durability, checkpoint_before

log = logging.getLogger("inspector.demo.worker")


class Worker:
    """The graphs of one process, built once and shared by all its requests, as they should be."""

    def __init__(self, saver: Saver, *, forgetful: bool = False) -> None:
        self.forgetful = forgetful
        self._gateway: Callable[[], bool] = bool  # whether the payment service is down; set for each request
        self._graphs: dict[str, AnyGraph] = {
            "support": build_support(saver),
            "concierge": build_concierge(saver),
            "refund": build_refund(saver),
            "checkout": build_checkout(saver, self._gateway_is_down),
            "research": build_research(saver),
            "grading": build_send(saver),
            "advice": build_nested(saver, memory=True),
        }

    def handle(self, request: dict[str, Any]) -> None:
        """Do what one request asks. A failing payment is part of the play, anything else is raised."""
        graph = self._graphs[request["graph"]]
        # The forgetful worker has the bug that this project exists for: an id of its own for every request.
        thread_id = str(uuid.uuid4()) if self.forgetful else request["thread_id"]
        config: RunnableConfig = {
            "configurable": {"thread_id": thread_id},
            "metadata": {"user_id": request["user_id"], "assistant": request["graph"]},
        }
        fails = bool(request["fails"])
        self._gateway = _die if request["action"] == "crash" else lambda: fails
        try:
            self._run(graph, config, request)
        except PaymentGatewayError as error:
            log.warning("%s: %s", thread_id, error)

    def _gateway_is_down(self) -> bool:
        return self._gateway()

    def _run(self, graph: AnyGraph, config: RunnableConfig, request: dict[str, Any]) -> None:
        action, value = request["action"], request["value"]
        durability = cast("Durability", request["durability"])
        if action == "resume":
            value = Command(resume=value)
        elif action == "edit":
            old = checkpoint_before(graph, config, "agent")
            branch = graph.update_state({**config, **old}, value, as_node="__start__")
            config, value = {**config, **branch}, None
        elif action == "replay":
            config = {**config, **checkpoint_before(graph, config, "tools")}
        graph.invoke(value, config, durability=durability)


def _die() -> bool:
    """What a process does that is killed in the middle of its work."""
    log.error("killed")
    os._exit(1)


class Service:
    """The loop around a worker: read, handle, answer; end in good order."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._busy = False
        self._stopping = False

    def terminate(self, _signal: int, _frame: FrameType | None) -> None:
        """SIGTERM: at once when idle, else after the request at hand."""
        self._stopping = True
        if not self._busy:
            raise SystemExit(0)

    def run(self) -> None:
        """Serve until the input ends."""
        _answer({"ready": True})
        for line in sys.stdin:
            self._busy = True
            try:
                self._worker.handle(json.loads(line))
                _answer({"ok": True})
            except Exception:
                # Mostly a store that is away. Then it is the dashboard that is on show; we just go on.
                log.exception("request failed: %s", line.strip())
                _answer({"ok": False})
            self._busy = False
            if self._stopping:
                return


def _answer(message: dict[str, bool]) -> None:
    print(json.dumps(message), flush=True)


def open_pool(url: str) -> ConnectionPool[Connection[DictRow]]:
    """Connections that notice when the server went away and come back when it does."""
    return ConnectionPool(
        url,
        connection_class=Connection[DictRow],
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        min_size=1,
        max_size=4,
        timeout=5.0,
        open=False,
        check=ConnectionPool.check_connection,
    )


@contextlib.contextmanager
def _saver(options: argparse.Namespace) -> Iterator[Saver]:
    """The store that all workers share, or, by mistake, one that nobody else can reach and that ends with the process.
    Such a mistake is mostly a default for a variable that one deployment does not set."""
    if options.in_memory:
        yield InMemorySaver()
        return
    if options.redis:
        from langgraph.checkpoint.redis import RedisSaver  # half a second that the other workers need not wait

        with RedisSaver.from_conn_string(options.redis) as saver:
            saver.setup()
            yield saver
        return
    with open_pool(options.url) as pool:
        yield PostgresSaver(pool)


def main() -> None:
    """Parse, connect, serve."""
    parser = argparse.ArgumentParser(description="One worker of the demo's fleet.")
    parser.add_argument("--url", required=True, help="the Postgres checkpoint store")
    parser.add_argument("--setup", action="store_true", help="create LangGraph's tables first")
    parser.add_argument("--forgetful", action="store_true", help="use a new random thread_id for each request")
    parser.add_argument("--in-memory", action="store_true", help="keep checkpoints in this process")
    parser.add_argument("--redis", default="", metavar="URL", help="keep checkpoints in this Redis")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the fleet's to handle
    probe.install()  # before any graph is compiled
    if options.setup:
        with PostgresSaver.from_conn_string(options.url) as saver:
            saver.setup()
    with _saver(options) as saver:
        service = Service(Worker(saver, forgetful=options.forgetful))
        signal.signal(signal.SIGTERM, service.terminate)
        probe.flush(2.0)  # so that the ledger knows the worker that is killed soon after it started
        service.run()


if __name__ == "__main__":
    main()
