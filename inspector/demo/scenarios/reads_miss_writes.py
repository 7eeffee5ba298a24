"""The worker that shows histories puts ids into lower case before it asks for them: what was written has capitals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


def chat(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def broken(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> int:
        config = worker.config(request.thread_id.strip().lower(), request.user)
        return len(graph.get_state(config).values.get("messages", []))

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> int:
        config = worker.config(request.thread_id, request.user)
        return len(graph.get_state(config).values.get("messages", []))

    return handle


def drive(lab: Lab) -> None:
    """Two turns of each conversation at the two hosts that chat, then its history at the third, as a page would."""
    one, two, history = lab.hosts
    for number in range(1, 11):
        thread_id, user = f"Desk-{next(lab.numbers)}", f"user-{number}"
        lab.ask(one, Request(thread_id, "Hi, this is Ada. Where is order 4711?", user))
        lab.ask(two, Request(thread_id, "What was my name again?", user))
        lab.ask(history, Request(thread_id, "", user))


SCENARIO = Scenario(
    broken={"web-1": chat, "web-2": chat, "api-1": broken},
    fixed={"web-1": chat, "web-2": chat, "api-1": fixed},
    raises={"reads-miss-writes": ("api-1",)},
    drive=drive,
)
