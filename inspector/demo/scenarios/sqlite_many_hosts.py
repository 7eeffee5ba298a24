"""Two hosts write to one SQLite file on a shared volume: it was made for one machine."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_sqlite_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse


def sharing(worker: Worker) -> Handler:
    graph = build_chat(open_sqlite_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def away(worker: Worker) -> Handler:
    """Leaves the conversations to the host that has the file. In earnest all of them would go to Postgres."""

    def handle(request: Request) -> str:
        return f"307, {request.thread_id} is served by web-1"

    return handle


SCENARIO = Scenario(
    broken={"web-1": sharing, "web-2": sharing},
    fixed={"web-1": sharing, "web-2": away},
    raises={"sqlite-many-hosts": ("web-1", "web-2")},
    raises_unprobed={"sqlite-many-hosts": ("web-1", "web-2")},
    store="sqlite",
    drive=converse,
)
