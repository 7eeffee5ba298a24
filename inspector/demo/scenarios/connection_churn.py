"""Each request takes a connection from the pool and keeps it: after a few, the saver gets none."""

from __future__ import annotations

from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg_pool import ConnectionPool

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import SETTINGS
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

_QUERY = "select current_setting('server_version')"


def open_pool(worker: Worker) -> ConnectionPool[Connection[DictRow]]:
    pool = ConnectionPool(
        worker.url,
        connection_class=Connection[DictRow],
        kwargs=SETTINGS,
        min_size=1,
        max_size=4,
        timeout=0.2,  # in earnest 30 seconds, in which each request hangs
        open=False,
    )
    return worker.stack.enter_context(pool)


def broken(worker: Worker) -> Handler:
    """The handler has a query of its own."""
    pool = open_pool(worker)
    graph = build_chat(PostgresSaver(pool))
    kept: list[Connection[DictRow]] = []

    def handle(request: Request) -> None:
        if len(kept) < pool.max_size:  # in earnest it goes on to wait here
            connection = pool.getconn()
            kept.append(connection)  # there is no putconn
            connection.execute(_QUERY)
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def fixed(worker: Worker) -> Handler:
    pool = open_pool(worker)
    graph = build_chat(PostgresSaver(pool))

    def handle(request: Request) -> None:
        with pool.connection() as connection:
            connection.execute(_QUERY)
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"connection-churn": ("web-3",)},
    partly_unprobed=True,
    drive=converse,
)
