"""How many late calls, compiles and savers of a process are too many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspector.doctor.rules import compile_per_request, sync_async_mixed
from tests.integration.doctor.crews import HERE, IN_MEMORY, case_with, process

pytestmark = pytest.mark.django_db

CLOSED = "RuntimeError: event loop is closed"


@pytest.mark.parametrize(("late", "outcome"), [(2, "fine"), (3, "problem")])
def test_a_call_or_two_may_come_after_the_loop_was_closed(late: int, outcome: str) -> None:
    assert sync_async_mixed.check(case_with(process("web-1", exceptions={CLOSED: late}))).outcome == outcome


def test_what_no_saver_of_its_kind_can_do_is_no_mixture() -> None:
    reports = process("web-1", exceptions={"NotImplementedError": 9}, async_calls=20)
    assert sync_async_mixed.check(case_with(reports)).outcome == "fine"


@pytest.mark.parametrize(
    ("failed", "calls", "severity"),
    [(1, 100, "medium"), (1, 99, None), (9, 900, "medium"), (9, 899, None), (10, 10**6, None)],
)
def test_a_few_failures_among_very_many_calls_weigh_less(failed: int, calls: int, severity: str | None) -> None:
    wrong = {"NotImplementedError: asynchronous call of a synchronous saver": failed}
    rare = process("web-1", exceptions=wrong, sync_calls=calls)
    verdict = sync_async_mixed.check(case_with(rare, process("web-2")))
    assert (verdict.confidence, verdict.severity, verdict.hosts) == ("certain", severity, ("web-1",))
    assert ("rare among" in verdict.sentence) == (severity == "medium")

    broken = process("web-2", exceptions=wrong, async_calls=failed)
    assert sync_async_mixed.check(case_with(rare, broken)).severity is None


@pytest.mark.parametrize(("strayed", "severity"), [(9, "medium"), (10, None)])
def test_a_few_calls_in_another_loop_among_very_many_weigh_less(strayed: int, severity: str | None) -> None:
    one = process("web-1", loop_mismatches=strayed, async_calls=5_000)
    assert sync_async_mixed.check(case_with(one)).severity == severity


def test_calls_in_another_loop_that_did_not_fail_are_likely_to() -> None:
    verdict = sync_async_mixed.check(case_with(process("web-1", loop_mismatches=4, open_calls=1), process("web-2")))
    assert (verdict.confidence, verdict.hosts) == ("likely", ("web-1",))
    assert "1 had not ended" in verdict.evidence[0].text


@pytest.mark.parametrize(
    ("compiles", "unsaved", "runs", "outcome"),
    [(49, 0, 49, "fine"), (50, 0, 60, "problem"), (50, 0, 63, "fine"), (60, 0, 60, "problem"), (90, 60, 60, "fine")],
)
def test_compiles_with_a_checkpointer_are_held_against_runs(
    compiles: int, unsaved: int, runs: int, outcome: str
) -> None:
    one = process("web-1", compiles=compiles, compiles_unsaved=unsaved, invocations=runs)
    assert compile_per_request.check(case_with(one)).outcome == outcome


@pytest.mark.parametrize(("savers", "runs", "outcome"), [(20, 20, "problem"), (19, 19, "fine"), (20, 26, "fine")])
def test_a_saver_for_each_run_shows_earlier(savers: int, runs: int, outcome: str) -> None:
    one = process("web-1", places=(replace(HERE, savers=savers),), invocations=runs)
    assert compile_per_request.check(case_with(one)).outcome == outcome


def test_savers_in_memory_are_another_matter() -> None:
    one = process("web-1", places=(replace(IN_MEMORY, savers=40),), invocations=40)
    assert compile_per_request.check(case_with(one)).outcome == "fine"
