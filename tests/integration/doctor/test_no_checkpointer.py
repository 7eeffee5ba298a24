"""Runs without a checkpointer: all of them, some of them, or none that were counted."""

from __future__ import annotations

import pytest

from inspector.doctor.rules.no_checkpointer import check
from tests.integration.doctor.crews import case_with, process

pytestmark = pytest.mark.django_db


def test_a_process_none_of_whose_runs_is_saved_loses_memory() -> None:
    broken = process("web-2", invocations=40, invocations_unsaved=40, compiles=1, compiles_unsaved=1)
    verdict = check(case_with(process("web-1", invocations=50), broken))

    assert (verdict.outcome, verdict.severity, verdict.hosts) == ("problem", "high", ("web-2",))
    assert "all of 40 runs" in verdict.sentence


def test_a_graph_without_memory_beside_others_hurts_less() -> None:
    verdict = check(case_with(process("web-1", invocations=50, invocations_unsaved=7)))

    assert (verdict.outcome, verdict.severity) == ("problem", "medium")
    assert "7 of 50 runs" in verdict.sentence


def test_graphs_without_a_checkpointer_are_none_of_its_business_while_nobody_runs_them_with_a_thread() -> None:
    verdict = check(case_with(process("web-1", invocations=50, compiles=3, compiles_unsaved=2)))
    assert verdict.outcome == "fine"


def test_where_no_run_was_counted_nothing_is_known() -> None:
    verdict = check(case_with(process("web-1", reads=50, checkpoints=90)))
    assert verdict.outcome == "unknown"
    assert "install()" in verdict.missing
