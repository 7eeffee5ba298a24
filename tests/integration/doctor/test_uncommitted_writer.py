"""How long a session may hold what it wrote, with and without workers that report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inspector.doctor.evidence.lost import Lost
from inspector.doctor.rules.uncommitted_writer import check
from inspector.stores.signs import Session, Signs
from tests.integration.doctor.crews import case_with, process
from tests.integration.doctor.made import HOUR, NOW

pytestmark = pytest.mark.django_db


def session(number: int = 1, **given: Any) -> Session:
    fields: dict[str, Any] = {
        "application": "chat",
        "login": "app",
        "address": "10.0.0.7",
        "state": "idle in transaction",
        "age_seconds": 4_000.0,
        "transaction_seconds": 1.0,
        "holds_writes": True,
    }
    return Session(number, **{**fields, **given})


def said(*sessions: Session, reports: bool = False, lost: tuple[Lost, ...] = (), **known: Any) -> Any:
    reporting = [process("web-1", checkpoints=9)] if reports else []
    return check(case_with(*reporting, signs=Signs(sessions=sessions), lost=lost, **{"unwatched": (), **known}))


def lost_in(*thread_ids: str) -> tuple[Lost, ...]:
    return tuple(Lost("web-2", thread_id, 3, 0, NOW) for thread_id in thread_ids)


def test_sessions_that_hold_nothing_are_good_news() -> None:
    assert said(session(holds_writes=False), session(2, holds_writes=False)).outcome == "fine"


@pytest.mark.parametrize(
    ("seconds", "outcome", "confidence"),
    [
        (29.0, "unknown", "certain"),
        (30.0, "problem", "possible"),
        (299.0, "problem", "possible"),
        (300.0, "problem", "likely"),
    ],
)
def test_by_the_server_alone_it_goes_by_time(seconds: float, outcome: str, confidence: str) -> None:
    verdict = said(session(transaction_seconds=seconds))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == (outcome, confidence, ())


def test_who_is_at_work_may_hold_rows_for_as_long_as_it_takes() -> None:
    assert said(session(state="active", transaction_seconds=900.0)).outcome == "unknown"


def test_a_session_whose_times_are_hidden_is_not_accused() -> None:
    hidden = {"state": "", "address": "", "age_seconds": None, "transaction_seconds": None}
    assert said(session(**hidden)).outcome == "unknown"


def test_where_all_report_and_nothing_is_lost_a_short_transaction_is_good_news() -> None:
    assert said(session(), reports=True).outcome == "fine"
    assert said(session(), reports=True, unwatched=("web-3",)).outcome == "unknown"


def test_more_threads_than_requests_under_way_make_it_certain() -> None:
    verdict = said(session(), reports=True, lost=lost_in("a", "b", "c"))

    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "certain", ("web-2",))
    assert verdict.thread_ids == ("a", "b", "c")
    assert "from 10.0.0.7" in verdict.evidence[0].text


def test_what_was_lost_before_a_transaction_began_is_not_laid_to_it() -> None:
    """As after the restore of a backup, with somebody at work."""
    before = tuple(replace(one, at=NOW - HOUR) for one in lost_in("a", "b", "c"))

    assert said(session(state="active"), reports=True, lost=before).outcome == "unknown"
    verdict = said(session(transaction_seconds=600.0), reports=True, lost=before)
    assert (verdict.confidence, verdict.hosts, verdict.thread_ids) == ("likely", (), ())
    assert said(session(transaction_seconds=4_000.0), reports=True, lost=before).confidence == "certain"


def test_a_thread_for_each_session_may_be_requests_under_way() -> None:
    assert said(session(), session(2), reports=True, lost=lost_in("a", "b")).outcome == "unknown"


@pytest.mark.parametrize(("seconds", "outcome"), [(5.0, "unknown"), (40.0, "problem")])
def test_a_host_that_left_no_trace_is_named_with_a_session_that_waits(seconds: float, outcome: str) -> None:
    silent = process("web-2", checkpoints=60)
    signs = Signs(sessions=(session(transaction_seconds=seconds),))
    case = case_with(process("web-1", checkpoints=9), silent, signs=signs, lost=(), unwatched=())
    case.entry.synced_at = NOW
    verdict = check(case)

    assert verdict.outcome == outcome
    if outcome == "problem":
        assert (verdict.confidence, verdict.hosts) == ("likely", ("web-2",))
        assert "Of 60 that web-2 has put in all, it shows none." in verdict.sentence


def test_a_server_that_tells_of_no_sessions_leaves_it_unknown() -> None:
    verdict = check(case_with(signs=Signs(notes=("The server's sessions could not be looked at.",))))
    assert (verdict.outcome, verdict.missing) == ("unknown", "The server's sessions could not be looked at.")
