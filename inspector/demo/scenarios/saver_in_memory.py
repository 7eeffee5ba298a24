"""One of three workers fails to open its saver, swallows the error, and goes on in its own memory."""

from __future__ import annotations

import logging

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver

from inspector.demo.graphs.base import Saver
from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

log = logging.getLogger(__name__)


def broken(worker: Worker) -> Handler:
    return _serve_chat(worker, _saver_or_memory(worker.url))


def fixed(worker: Worker) -> Handler:
    return _serve_chat(worker, open_postgres_saver(worker))


def _saver_or_memory(url: str) -> Saver:
    """The type checker sees the mistake: `from_conn_string` gives a context manager, which has no `setup`."""
    try:
        saver = PostgresSaver.from_conn_string(url)
        saver.setup()  # type: ignore[attr-defined]
    except Exception as error:
        log.warning("No Postgres (%s), going on in memory.", error)
        return InMemorySaver()
    return saver  # type: ignore[return-value]


def _serve_chat(worker: Worker, saver: Saver) -> Handler:
    graph = build_chat(saver)

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"saver-in-memory": ("web-3",)},
    drive=converse,
)
