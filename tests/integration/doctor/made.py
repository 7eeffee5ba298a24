"""Rules and findings made for tests of what runs and remembers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from inspector.doctor.case import Case
from inspector.doctor.finding import Finding, Fix, Verdict, fine, problem, unknown
from inspector.doctor.mutes import Mutes
from inspector.doctor.rule import Rule
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.reader import Reader

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{name: 1}) for name in ("seconds", "minutes", "hours", "days"))

#: Nobody listens there, and it says so at once.
DOWN = "postgresql://me@127.0.0.1:1/db"


def rule_of(slug: str, verdict: Verdict | Exception | Any, **fields: Any) -> Rule:
    """A rule that always says this, raises it, or calls it with the case."""

    def check(case: Case) -> Verdict:
        if isinstance(verdict, Exception):
            raise verdict
        said: Verdict = verdict(case) if callable(verdict) else verdict
        return said

    said = {"problem": f"{slug} is wrong", "good": f"{slug} is right", "severity": "high", "fix": Fix()}
    return Rule(slug=slug, check=check, **{**said, "of_threads": False, **fields})


def bad(*hosts: str, **fields: Any) -> Verdict:
    return problem("Something is wrong.", **{"confidence": "certain", "hosts": hosts, **fields})


GOOD = fine("All is well.")
UNTOLD = unknown("It cannot be told.", missing="A look.")


def case_of(reader: Reader, *, mutes: Mutes | None = None, entry: StoreEntry | None = None) -> Case:
    return Case(reader, entry or StoreEntry(pk=0, name="store"), Moment(NOW, 1800), mutes or Mutes())


def finding_of(slug: str, verdict: Verdict, **fields: Any) -> Finding:
    """As the engine makes it."""
    status = {"problem": "error", "fine": "ok", "unknown": "unknown"}[verdict.outcome]
    said: dict[str, Any] = {
        "rule": slug,
        "status": status,
        "severity": "high",
        "confidence": verdict.confidence,
        "title": verdict.title or f"{slug} is wrong",
        "sentence": verdict.sentence,
        "evidence": verdict.evidence,
        "hosts": verdict.hosts,
        "thread_ids": verdict.thread_ids,
        "missing": verdict.missing,
        "fix": Fix("before", "after"),
        "cause": False,
    }
    return Finding(**{**said, **fields})
