"""A worker makes each request one transaction, checkpoints and all, and something in it fails: all is rolled back."""

from __future__ import annotations

import logging

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import Connection
from psycopg.rows import DictRow

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import SETTINGS, open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

log = logging.getLogger(__name__)


def broken(worker: Worker) -> Handler:
    """The checkpoints share a connection, and so its transaction, with a log of requests whose table nobody made."""
    connection: Connection[DictRow] = psycopg.connect(worker.url, **SETTINGS)
    worker.stack.callback(connection.close)
    graph = build_chat(PostgresSaver(connection))

    def handle(request: Request) -> None:
        try:
            with connection.transaction():
                graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))
                connection.execute("insert into request_log (thread_id) values (%s)", [request.thread_id])
        except psycopg.Error:
            log.warning("the request could not be logged")  # the answer was there, so nobody was told

    return handle


def fixed(worker: Worker) -> Handler:
    """Checkpoints have connections of their own: whatever fails later, they are kept."""
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": broken, "web-3": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"writes-not-found": ("web-2",)},
    drive=converse,
)
