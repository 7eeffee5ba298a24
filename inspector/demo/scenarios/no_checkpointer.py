"""A worker that did not reach its database at startup goes on without a checkpointer: it answers and keeps nothing."""

from __future__ import annotations

import logging

from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg_pool import ConnectionPool

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import SETTINGS
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

log = logging.getLogger(__name__)

#: Where the database was before it moved: nobody listens there any more.
OLD_URL = "postgresql://app@127.0.0.1:1/orders"


def open_saver(worker: Worker, url: str) -> PostgresSaver:
    """Raises `PoolTimeout` where nobody answers."""
    pool = ConnectionPool(url, connection_class=Connection[DictRow], kwargs=SETTINGS, min_size=1, open=False)
    worker.stack.callback(pool.close)
    pool.open(wait=True, timeout=0.5 if url == OLD_URL else 10)
    return PostgresSaver(pool)


def broken(worker: Worker) -> Handler:
    checkpointer: PostgresSaver | None
    try:
        checkpointer = open_saver(worker, OLD_URL)
    except Exception:
        log.warning("no database, going on without memory")
        checkpointer = None
    return handler_of(worker, checkpointer)


def fixed(worker: Worker) -> Handler:
    """A worker that cannot reach its database does not start, and whoever deployed it hears of it."""
    return handler_of(worker, open_saver(worker, worker.url))


def handler_of(worker: Worker, checkpointer: PostgresSaver | None) -> Handler:
    graph = build_chat(checkpointer)

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": broken, "web-3": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"no-checkpointer": ("web-2",)},
    drive=converse,
)
