"""The tables were made by an older release, and nobody ran setup() after the upgrade: workers find no column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab

#: The ninth migration taken back: as a release before langgraph-checkpoint-postgres 2.0.19 left it.
_AS_OF_AN_OLDER_RELEASE = """
alter table checkpoint_writes drop column task_path;
delete from checkpoint_migrations where v = 9
"""


def prepare(lab: Lab) -> None:
    lab.sql(_AS_OF_AN_OLDER_RELEASE)


def serve(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def set_up(worker: Worker) -> Handler:
    """In earnest a step of the deployment, before any worker starts: two setup() at a time trip over each other."""
    open_postgres_saver(worker).setup()
    return serve(worker)


SCENARIO = Scenario(
    broken={"web-1": serve, "web-2": serve},
    fixed={"web-1": set_up, "web-2": serve},
    raises={"schema-behind": ("web-1", "web-2")},
    raises_unprobed={"schema-behind": ()},
    prepare=prepare,
    drive=converse,
)
