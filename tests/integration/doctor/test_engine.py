"""Rules are asked one by one: none costs another its answer, and what one explains is not told twice."""

from __future__ import annotations

import logging
import time

import pytest

from inspector.doctor.case import Case
from inspector.doctor.engine import examine
from inspector.doctor.finding import Finding, Verdict, fine
from inspector.doctor.mutes import Mutes
from inspector.doctor.rule import Rule
from inspector.errors import ConfigError, StoreDenied
from inspector.mute import Mute
from inspector.reader import Reader
from inspector.stores.guard import within_deadline
from inspector.stores.postgres import PostgresStore
from tests.integration.doctor.made import DOWN, GOOD, UNTOLD, bad, case_of, rule_of


@pytest.fixture
def case() -> Case:
    """Nothing of it is asked unless a rule does."""
    return case_of(Reader(PostgresStore("store", DOWN)))


def ask(case: Case, *rules: Rule, budget: float = 10.0) -> dict[str, Finding]:
    return {finding.rule: finding for finding in examine(case, rules, budget=budget)}


def test_each_rule_gets_a_finding_in_the_order_asked(case: Case) -> None:
    rules = rule_of("b", bad("web-1")), rule_of("a", GOOD), rule_of("c", UNTOLD)
    assert [(found.rule, found.status) for found in examine(case, rules)] == [
        ("b", "error"),
        ("a", "ok"),
        ("c", "unknown"),
    ]


def test_headlines_are_the_verdicts_own_or_the_rules(case: Case) -> None:
    found = ask(
        case,
        rule_of("own", bad(title="web-1 is wrong")),
        rule_of("plain", bad()),
        rule_of("fine", GOOD),
        rule_of("untold", UNTOLD),
    )
    titles = [found[slug].title for slug in ("own", "plain", "fine", "untold")]
    assert titles == ["web-1 is wrong", "plain is wrong", "fine is right", "untold is wrong"]


@pytest.mark.parametrize(
    ("severity", "confidence", "status"),
    [
        ("high", "certain", "error"),
        ("high", "likely", "error"),
        ("high", "possible", "warning"),
        ("medium", "certain", "warning"),
        ("low", "certain", "warning"),
    ],
)
def test_an_error_hurts_much_and_is_no_guess(case: Case, severity: str, confidence: str, status: str) -> None:
    assert ask(case, rule_of("a", bad(confidence=confidence), severity=severity))["a"].status == status


def test_a_verdict_may_weigh_more_or_less_than_its_rule(case: Case) -> None:
    found = ask(case, rule_of("a", bad(severity="low"), severity="high"))["a"]
    assert (found.severity, found.status) == ("low", "warning")


def test_a_rule_that_fails_hides_no_other(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL, "inspector.doctor.engine"):
        found = ask(case, rule_of("a", ZeroDivisionError("7/0")), rule_of("b", bad("web-1")))
    assert found["a"].status == "unknown"
    assert "ZeroDivisionError" in found["a"].sentence
    assert "7/0" not in found["a"].sentence
    assert found["b"].status == "error"


def test_a_store_that_refuses_makes_a_rule_unknown(case: Case) -> None:
    found = ask(case, rule_of("a", StoreDenied("No right to read.", "Grant SELECT.")))["a"]
    assert found.status == "unknown"
    assert "No right to read." in found.sentence
    assert found.missing == "Grant SELECT."


def test_a_setting_that_cannot_work_is_no_defect_of_the_rule(case: Case) -> None:
    found = ask(case, rule_of("a", ConfigError("No store is configured.", "Set INSPECTOR_STORE.")), rule_of("b", GOOD))
    assert (found["a"].status, found["b"].status) == ("unknown", "ok")
    assert "No store is configured." in found["a"].sentence
    assert found["a"].missing == "Set INSPECTOR_STORE."


def test_a_rule_over_its_time_is_cut_and_the_others_have_theirs(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.doctor.engine.ONE_RULE", 0.01)

    def read_for_long(case: Case) -> Verdict:
        while within_deadline(1.0):  # as every read of a store does
            time.sleep(0.002)
        return GOOD

    found = ask(case, rule_of("slow", read_for_long), rule_of("quick", GOOD))
    assert found["slow"].status == "unknown"
    assert "took longer" in found["slow"].sentence
    assert found["quick"].status == "ok"


def test_rules_that_no_time_is_left_for_are_unknown(case: Case) -> None:
    found = ask(case, rule_of("a", GOOD), rule_of("b", bad("web-1")), budget=0.0)
    assert {one.status for one in found.values()} == {"unknown"}
    assert all(one.missing for one in found.values())


def test_a_rule_of_other_stores_does_not_apply(case: Case) -> None:
    found = ask(case, rule_of("redis-only", AssertionError("asked"), kinds=("redis",)))["redis-only"]
    assert (found.status, found.applies) == ("ok", False)
    assert "Redis" in found.sentence


def test_what_a_more_exact_problem_explains_is_no_problem_of_its_own(case: Case) -> None:
    found = ask(case, rule_of("exact", bad("web-1")), rule_of("vague", bad("web-1"), explained_by=("exact",)))
    assert found["exact"].status == "error"
    assert (found["vague"].status, found["vague"].explained_by) == ("ok", ("exact",))
    assert "exact is wrong" in found["vague"].sentence


def test_hosts_that_are_not_explained_remain(case: Case) -> None:
    found = ask(case, rule_of("exact", bad("web-1")), rule_of("vague", bad("web-1", "web-2"), explained_by=("exact",)))
    assert found["vague"].status == "error"
    assert found["vague"].hosts == ("web-2",)


def test_a_problem_of_other_hosts_explains_nothing(case: Case) -> None:
    found = ask(case, rule_of("exact", bad("web-9")), rule_of("vague", bad("web-1"), explained_by=("exact",)))
    assert found["vague"].hosts == ("web-1",)
    assert not found["vague"].explained_by


def test_a_problem_that_names_no_host_is_explained_by_any(case: Case) -> None:
    found = ask(case, rule_of("exact", bad("web-1")), rule_of("vague", bad(), explained_by=("exact",)))
    assert found["vague"].status == "ok"


def test_one_that_is_not_there_explains_nothing(case: Case) -> None:
    found = ask(case, rule_of("exact", GOOD), rule_of("vague", bad("web-1"), explained_by=("exact", "gone")))
    assert found["vague"].status == "error"


def test_what_is_explained_still_explains(case: Case) -> None:
    found = ask(
        case,
        rule_of("first", bad("web-1")),
        rule_of("second", bad("web-1"), explained_by=("first",)),
        rule_of("third", bad("web-1"), explained_by=("second",)),
    )
    assert [found[slug].is_problem for slug in ("first", "second", "third")] == [True, False, False]


def test_what_is_muted_still_explains() -> None:
    case = case_of(Reader(PostgresStore("store", DOWN)), mutes=Mutes((Mute("exact"),)))
    found = ask(case, rule_of("exact", bad("web-1")), rule_of("vague", bad("web-1"), explained_by=("exact",)))
    assert found["exact"].muted
    assert not found["vague"].is_problem


def test_a_muted_host_is_left_out_and_the_others_are_told() -> None:
    case = case_of(Reader(PostgresStore("store", DOWN)), mutes=Mutes((Mute("a", "host", "batch-*"),)))
    assert ask(case, rule_of("a", bad("batch-1", "web-1")))["a"].hosts == ("web-1",)
    alone = ask(case, rule_of("a", bad("batch-1", "batch-2")))["a"]
    assert (alone.status, alone.muted) == ("ok", True)


def test_a_rule_asks_the_case_that_it_is_given(case: Case) -> None:
    found = ask(case, rule_of("a", lambda given: fine(f"A store of {given.kind}.")))["a"]
    assert found.sentence == "A store of postgres."
