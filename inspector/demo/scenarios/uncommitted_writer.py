"""A worker writes on a connection without autocommit: it sees its own checkpoints, and nobody else ever does."""

from __future__ import annotations

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


def broken(worker: Worker) -> Handler:
    """The first statement begins a transaction, which nothing ends: what follows is all savepoints in it."""
    connection = psycopg.connect(worker.url, row_factory=dict_row)
    return handler_of(worker, connection)


def fixed(worker: Worker) -> Handler:
    connection = psycopg.connect(worker.url, autocommit=True, prepare_threshold=0, row_factory=dict_row)
    return handler_of(worker, connection)


def handler_of(worker: Worker, connection: Connection[DictRow]) -> Handler:
    worker.stack.callback(connection.close)
    graph = build_chat(PostgresSaver(connection))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def pooled(worker: Worker) -> Handler:
    """The other workers have done so from the start."""
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": pooled, "web-2": broken, "web-3": pooled},
    fixed={"web-1": pooled, "web-2": fixed, "web-3": pooled},
    raises={"uncommitted-writer": ("web-2",)},
    partly_unprobed=True,
    drive=converse,
)
