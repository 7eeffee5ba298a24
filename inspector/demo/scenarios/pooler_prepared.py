"""One of three workers sits behind a transaction pooler and prepares statements: it meets those of other clients."""

from __future__ import annotations

from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg_pool import ConnectionPool

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import SETTINGS, open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

#: Statements that the client before has prepared.
_LEFT = 8


def broken(worker: Worker) -> Handler:
    """`prepare_threshold` as in LangGraph's examples."""
    return _serve(worker, _open_behind_pooler(worker, prepare_threshold=0))


def behind_pooler(worker: Worker) -> Handler:
    """Behind the same pooler, without prepared statements."""
    return _serve(worker, _open_behind_pooler(worker, prepare_threshold=None))


def fixed(worker: Worker) -> Handler:
    """Without a pooler in between, statements may be prepared."""
    return _serve(worker, open_postgres_saver(worker))


def _open_behind_pooler(worker: Worker, *, prepare_threshold: int | None) -> PostgresSaver:
    settings = {**SETTINGS, "prepare_threshold": prepare_threshold}
    pool = ConnectionPool(
        worker.url,
        connection_class=Connection[DictRow],
        kwargs=settings,
        min_size=1,
        max_size=4,
        configure=_inherit,
        open=False,
    )
    return PostgresSaver(worker.stack.enter_context(pool))


def _inherit(connection: Connection[DictRow]) -> None:
    """Leaves the session as a transaction pooler hands it over: with the statements of the client before, under the
    names that psycopg gives to everyone's. There is no pooler in this lab; the error that follows is the server's own.
    """
    for number in range(_LEFT):
        connection.execute(f"PREPARE _pg3_{number} AS SELECT 1".encode(), prepare=False)


def _serve(worker: Worker, saver: PostgresSaver) -> Handler:
    graph = build_chat(saver)

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": behind_pooler},
    raises={"pooler-prepared": ("web-3",)},
    drive=converse,
)
