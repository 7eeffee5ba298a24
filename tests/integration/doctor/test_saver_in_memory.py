"""Which of several processes keep checkpoints in memory, with which savers, and what is beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.doctor.rules.saver_in_memory import check
from inspector.models import ThreadWorker
from inspector.probe.ledger_schema import Place
from tests.integration.doctor.crews import HERE, IN_MEMORY, case_with, process
from tests.integration.doctor.made_rows import Made
from tests.integration.doctor.made_rows import case_with as index

pytestmark = pytest.mark.django_db


def test_of_several_processes_of_a_host_it_is_said_how_many() -> None:
    reports = [process("web-1", places=(IN_MEMORY,)), process("web-1", places=(IN_MEMORY,)), process("web-1")]
    verdict = check(case_with(*reports, process("web-2")))

    assert verdict.hosts == ("web-1",)
    assert "That is 2 of 3 processes there." in verdict.sentence
    assert len(verdict.evidence) == 2


def test_several_processes_have_a_memory_each() -> None:
    verdict = check(case_with(*(process("web-1", places=(IN_MEMORY,)) for _ in range(4))))
    assert "There are 4 processes, each with a memory of its own." in verdict.sentence


def test_a_database_in_memory_is_named_as_such() -> None:
    sqlite = replace(IN_MEMORY, saver="langgraph.checkpoint.sqlite.SqliteSaver")
    verdict = check(case_with(process("web-1", places=(sqlite,))))
    assert "SqliteSaver on :memory:" in verdict.sentence


def test_a_saver_elsewhere_in_the_same_process_is_named() -> None:
    verdict = check(case_with(process("web-1", places=(HERE, IN_MEMORY), checkpoints=12)))

    assert (
        "Other graphs of the same processes have their savers at `postgresql://app@db:5432/orders`" in verdict.sentence
    )
    assert "12 checkpoints put, with InMemorySaver, and beside it PostgresSaver" in verdict.evidence[0].text


@pytest.mark.parametrize(
    ("places", "stored", "shared", "severity"),
    [
        ((HERE, IN_MEMORY), True, False, "medium"),
        ((HERE, IN_MEMORY), True, True, "high"),  # a conversation that goes on with another host
        ((HERE, IN_MEMORY), False, False, "high"),  # fell back, having made the real one
        ((IN_MEMORY,), True, False, "high"),
    ],
)
def test_a_graph_beside_others_may_need_no_memory(
    places: tuple[Place, ...], stored: bool, shared: bool, severity: str
) -> None:
    index(Made("kept", {"web-1": 5}, asked={"web-1": 1}), Made("passing", asked=dict.fromkeys(("web-1", "web-2"), 1)))
    passing = ThreadWorker.objects.filter(thread__thread_id="passing")
    passing.filter(hostname="web-1").update(elsewhere="memory", reported=5)
    if not shared:
        passing.filter(hostname="web-2").delete()
    ThreadWorker.objects.filter(thread__thread_id="kept").update(reported=5 if stored else 0)

    verdict = check(case_with(process("web-1", places=places), process("web-2")))
    assert (verdict.outcome, verdict.hosts, verdict.severity) == ("problem", ("web-1",), severity)


def test_good_news_says_how_many_processes_were_looked_at() -> None:
    verdict = check(case_with(process("web-1"), process("web-2")))
    assert (verdict.outcome, verdict.sentence) == ("fine", "None of 2 processes keeps checkpoints in its own memory.")
