"""One worker logs in with another search path: it finds tables in a schema of its own, and remembers apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.rows import dict_row

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


def prepare(lab: Lab) -> None:
    """Somebody ran setup() with that login once, so both schemas have all tables."""
    with psycopg.connect(of_schema(lab.url, "app"), autocommit=True, row_factory=dict_row) as connection:
        connection.execute("create schema app")
        PostgresSaver(connection).setup()


def of_schema(url: str, schema: str) -> str:
    """As a login has it whose role was given another search path."""
    return psycopg.conninfo.make_conninfo(url, options=f"-c search_path={schema}")


def broken(worker: Worker) -> Handler:
    return serve(worker, of_schema(worker.url, "app"))


def fixed(worker: Worker) -> Handler:
    return serve(worker, of_schema(worker.url, "public"))


def serve(worker: Worker, url: str) -> Handler:
    graph = build_chat(open_postgres_saver(worker, url))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": broken, "web-3": fixed},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"schema-elsewhere": ("web-2",), "store-split": ("web-2",)},
    raises_unprobed={"schema-elsewhere": ()},
    prepare=prepare,
    drive=converse,
)
