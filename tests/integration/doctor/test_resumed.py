"""Runs that ask somebody, and go on with the answer, have one turn and are no threads that nobody goes on with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from langgraph.types import Command

from inspector.demo.graphs.chat import build_chat
from inspector.demo.graphs.refund import build_refund
from inspector.demo.repertoire import open_saver
from inspector.doctor.case import Case
from inspector.doctor.rules.thread_id_random import RULE as RANDOM
from inspector.doctor.rules.thread_per_run import RULE as PER_RUN
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.syncing import sync

pytestmark = pytest.mark.usefixtures("index")

THREADS = 32


@pytest.mark.parametrize(
    ("rule", "form"), [(PER_RUN, "refund-{n}"), (RANDOM, "00000000-0000-4000-8000-0000000000{n:02}")]
)
@pytest.mark.parametrize("answered", [True, False])
def test_answers_let_a_thread_go_on(
    new_database: NewDatabase, open_reader: OpenReader, rule: Any, form: str, answered: bool
) -> None:
    url = new_database()
    with open_saver(url) as saver:
        chat: Any = build_chat(saver)
        refund: Any = build_refund(saver)
        for n in range(10):
            for text in ("Hello", "And now?"):
                chat.invoke({"messages": [("user", text)]}, _config(f"customer {n}", "web-1"))
        for n in range(THREADS):
            config = _config(form.format(n=n), "desk-1")
            graph = refund if answered else chat
            graph.invoke({"messages": [("user", "Please refund order 4711, it is broken.")]}, config)
            if answered:
                graph.invoke(Command(resume={"approved": True, "by": "Mara"}), config)
    reader = open_reader(url)
    sync(reader)
    moment = Moment(datetime.now(UTC) + timedelta(hours=1), 1800)
    verdict = rule.check(Case(reader, StoreEntry.objects.get(), moment))
    assert verdict.outcome == ("fine" if answered else "problem"), verdict.sentence


def _config(thread_id: str, hostname: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": hostname}}
