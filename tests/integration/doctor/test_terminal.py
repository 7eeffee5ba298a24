"""What a terminal shows of findings: all of the problem, nothing that a terminal would obey."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from inspector.doctor.finding import Evidence, Fix, Link, problem
from inspector.doctor.look import Look
from inspector.doctor.record import Diagnosis, Recorded
from inspector.doctor.terminal import print_look
from tests.integration.doctor.made import GOOD, HOUR, MINUTE, NOW, UNTOLD, bad, finding_of


def shown(*recorded: Recorded, store: str = "", everything: bool = False, heading: bool = False, **look: Any) -> str:
    told = Look("prod", "postgresql://reader@db/app", "postgres", Diagnosis(recorded, NOW), **{"threads": 3, **look})
    console = Console(file=io.StringIO(), width=120, color_system=None, highlight=False)
    print_look(console, told, store=store, everything=everything, heading=heading, now=NOW)
    said: str = console.file.getvalue()  # type: ignore[attr-defined]
    return said


def test_a_problem_is_told_with_its_evidence_and_its_fix() -> None:
    lines = (Evidence("one turn", Link("thread", {"id": "a b"}), NOW), *(Evidence(f"line {n}") for n in range(7)))
    verdict = problem("web-1 begins anew.", title="web-1 is wrong", confidence="likely", evidence=lines)
    one = Recorded(finding_of("thread-id-random", verdict, fix=Fix("old()", "new()", "Mind this.")), NOW - HOUR, NOW)
    said = shown(one, whole=True)
    expected = [
        "✕ web-1 is wrong",
        "thread-id-random · error, likely, since 1 h ago",
        "web-1 begins anew.",
        "· 2026-11-23 12:00:00.000 UTC  one turn  /thread/?id=a+b",
        "· line 3",
        "· and 3 more lines",
        "Before:",
        "    old()",
        "After:",
        "    new()",
        "Mind this.",
        "/doctor/rules/thread-id-random/",
        "1 error, 0 rules passed.",
    ]
    assert [line for line in expected if line not in said] == []
    assert "line 4" not in said


def test_links_name_the_store_where_there_are_several() -> None:
    lines = (Evidence("here", Link("workers", {"host": "web-1"})), Evidence("there", Link("stores", {"store": "b"})))
    said = shown(Recorded(finding_of("a", bad(evidence=lines))), store="second", heading=True)
    assert "/workers/?store=second&host=web-1" in said
    assert "/stores/?store=b" in said
    assert "prod  postgresql://reader@db/app" in said


def test_what_is_missing_is_said_once() -> None:
    said = shown(Recorded(finding_of("a", UNTOLD)), Recorded(finding_of("b", UNTOLD)))
    assert said.count("Would tell: A look.") == 1
    assert said.count("It cannot be told.") == 2
    assert "No problem found, 2 rules could not tell, 0 rules passed." in said


def test_passed_rules_are_listed_on_demand() -> None:
    one = Recorded(finding_of("a", GOOD, title="All is in one place"))
    assert "All is in one place" not in shown(one)
    assert "✓ All is in one place: All is well.  a" in shown(one, everything=True)


def test_a_mended_problem_is_told() -> None:
    one = Recorded(finding_of("a", GOOD), NOW - HOUR, NOW - HOUR, NOW - MINUTE, "web-1 is wrong")
    assert "No more: web-1 is wrong (mended 1 min ago)  a" in shown(one)


def test_what_is_muted_is_counted_and_no_rule_that_passed() -> None:
    said = shown(Recorded(finding_of("a", bad(), status="ok", muted=True)), everything=True)
    assert "0 rules passed, 1 muted." in said
    assert "(muted)" in said


def test_a_store_that_could_not_be_looked_at_says_why() -> None:
    said = shown(error="It cannot be reached.", hint="Check it; the page recovers by itself.")
    assert said.split() == ["It", "cannot", "be", "reached.", "Check", "it."]


@pytest.mark.parametrize(
    ("look", "basis"),
    [
        ({"threads": 0, "whole": True}, "The store holds no threads yet."),
        ({"threads": 1, "whole": True}, "Looked at 1 thread."),
        ({"threads": 1_200, "whole": True}, "Looked at all 1,200 threads."),
        ({"threads": 5_000, "of": 1_048_212}, "Looked at the 5,000 newest of about 1,050,000 threads."),
        ({"threads": 5_000}, "Looked at the 5,000 newest threads."),
        ({"threads": 7, "whole": True, "at": NOW - HOUR * 24 * 365}, "Looked at all 7 threads, as they were"),
    ],
)
def test_how_much_was_looked_at_is_said(look: dict[str, Any], basis: str) -> None:
    assert shown(**look).startswith(basis)


def test_what_a_terminal_would_obey_is_written_out() -> None:
    hostile = "\x1b]0;owned\x07\x9b31m\u202ereversed"
    lines = (Evidence(hostile, Link("thread", {"id": hostile})),)
    verdict = problem(f"Thread {hostile}.", title=hostile, confidence="certain", evidence=lines)
    said = shown(Recorded(finding_of("a", verdict)), Recorded(finding_of("b", GOOD, sentence=hostile)), everything=True)
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
    assert "\\x1b]0;owned\\x07\\x9b31m\\u202ereversed" in said


def test_markup_is_text() -> None:
    assert "[red]web[/red] [link=x]" in shown(Recorded(finding_of("a", bad(title="[red]web[/red] [link=x]"))))
