"""One of three workers was built from an old image: its release runs code that a stored value names."""

from __future__ import annotations

import sys

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

_METADATA = "Metadata-Version: 2.1\nName: langgraph-checkpoint\nVersion: 2.1.2\n"


def broken(worker: Worker) -> Handler:
    """Nothing of this lab is really old. What is: the description of the package, which is all that tools go by. It is
    found before the right one, so this worker believes to have an older release than it runs."""
    described = worker.directory / "site-packages" / "langgraph_checkpoint-2.1.2.dist-info"
    described.mkdir(parents=True, exist_ok=True)
    (described / "METADATA").write_text(_METADATA)
    sys.path.insert(0, str(described.parent))
    return fixed(worker)


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"vulnerable-version": ("web-3",)},
    drive=converse,
)
