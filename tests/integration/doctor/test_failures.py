"""Failed calls as rules count them: by the probe's fixed words, and by the kind of store that a worker writes to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from inspector.doctor.crew import Crew
from inspector.doctor.evidence.failures import failures_of, hosts_of, total
from inspector.ledger.base import Heard
from inspector.probe.errors import name_error
from inspector.probe.ledger_schema import Place, WorkerReport

LOCKED = "sqlite3.OperationalError: database is locked"


def case_of(*reports: WorkerReport) -> Any:
    return SimpleNamespace(crew=Crew(tuple(Heard(report, 1.0) for report in reports)))


def report(hostname: str, kind: str, **exceptions: int) -> WorkerReport:
    place = Place(0, "saver", kind, (), "")
    named = {LOCKED: exceptions.get("locked", 0), "ValueError": exceptions.get("others", 0)}
    return WorkerReport(f"{hostname:0>32}", hostname, 7, 0.0, 0.0, places=(place,), exceptions=named)


def test_failures_are_those_of_the_phrase_and_of_stores_of_the_kind() -> None:
    case = case_of(
        report("web-1", "sqlite", locked=3, others=2),
        report("web-2", "sqlite", others=9),
        report("web-3", "postgres", locked=5),
        report("web-4", "sqlite", locked=1),
    )
    found = failures_of(case, "database is locked", kinds=("sqlite",))
    assert (hosts_of(found), total(found)) == (("web-1", "web-4"), 4)
    assert hosts_of(failures_of(case, "database is locked")) == ("web-1", "web-3", "web-4")
    assert failures_of(case, "is locked") == ()


def test_each_line_of_evidence_names_the_host_and_leads_to_it() -> None:
    (found,) = failures_of(case_of(report("web-1", "sqlite", locked=3)), "database is locked")
    assert found.evidence.text == f"web-1, process 7: 3 calls failed with {LOCKED}"
    assert found.evidence.link is not None
    assert found.evidence.link.query == {"host": "web-1"}


def test_the_phrases_are_those_that_the_probe_gives_to_such_errors() -> None:
    """What the servers and clients say, in their own words."""
    said = {
        "too many clients already": "FATAL:  sorry, too many clients already",
        "no connection in time": "couldn't get a connection after 30.00 sec",
        "too long for the index": 'index row size 3144 exceeds btree version 4 maximum 2704 for index "pkey"',
        "database is locked": "database is locked",
        "unknown command": "unknown command 'FT.INFO', with args beginning with: 'checkpoint'",
        "no such column": "column cw.task_path does not exist",
        "no such table": 'relation "checkpoints" does not exist',
    }
    for phrase, message in said.items():
        assert name_error(RuntimeError(message)) == f"RuntimeError: {phrase}"
