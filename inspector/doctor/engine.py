"""Runs the rules over a case: each by itself, so that one that fails or takes too long costs no other its answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import replace

from inspector.doctor.case import Case
from inspector.doctor.finding import Finding, Verdict, fine, status_of, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.rules import rules
from inspector.errors import InspectorError, StoreError
from inspector.stores.guard import deadline

logger = logging.getLogger(__name__)

#: Seconds for all rules together. What is not looked at by then is unknown.
BUDGET = 10.0
#: Seconds for what one rule reads from the store.
ONE_RULE = 3.0


def examine(case: Case, chosen: Iterable[Rule] | None = None, *, budget: float = BUDGET) -> tuple[Finding, ...]:
    """One finding for every rule, in the order of the rules. What is muted explains others all the same."""
    until = time.monotonic() + budget
    asked = tuple(rules().values() if chosen is None else chosen)
    found = {rule.slug: _check(rule, case, until) for rule in asked}
    return tuple(case.mutes.silence(_explain(rule, found)) for rule in asked)


def _check(rule: Rule, case: Case, until: float) -> Finding:
    if case.kind not in rule.kinds:
        verdict = fine(f"Only a store in {_kinds(rule.kinds)} can have this.")
        return replace(_finding(rule, verdict), applies=False)
    return _finding(rule, _ask(rule, case, until))


def _ask(rule: Rule, case: Case, until: float) -> Verdict:
    left = until - time.monotonic()
    if left <= 0:
        return unknown("There was no time left to look at this.", missing="A quicker store, or the next look.")
    try:
        with deadline(min(left, ONE_RULE)):
            return _if_read(rule, case, rule.check(case))
    except StoreError as error:
        return unknown(f"The store could not be asked: {error.message}", missing=error.hint or "The store's answer.")
    except InspectorError as error:  # a setting that cannot work, of the ledger or of another store
        return unknown(f"This could not be looked at: {error.message}", missing=error.hint or "A setting that works.")
    except Exception as error:  # a defect of ours must not hide what the others found
        logger.exception("The rule %s failed.", rule.slug)
        return unknown(
            f"This rule failed with {type(error).__name__}, which is a defect of the dashboard and not of your store.",
            missing="A report of what the dashboard has logged.",
        )


def _if_read(rule: Rule, case: Case, verdict: Verdict) -> Verdict:
    """Nobody has looked at threads that were not read, so that none of them is sound."""
    if verdict.outcome != "fine" or not rule.of_threads or not case.unread:
        return verdict
    said = "Not all threads have been read yet." if case.stored else "No thread has been read that could show it."
    return unknown(said, missing=case.unread)


def _finding(rule: Rule, verdict: Verdict) -> Finding:
    severity = verdict.severity or rule.severity
    is_problem = verdict.outcome == "problem"
    ends = {"fine": "ok", "unknown": "unknown"}
    return Finding(
        rule=rule.slug,
        status=status_of(severity, verdict.confidence) if is_problem else ends[verdict.outcome],  # type: ignore[arg-type]
        severity=severity,
        confidence=verdict.confidence,
        title=verdict.title or (rule.problem if is_problem or verdict.outcome == "unknown" else rule.good),
        sentence=verdict.sentence,
        evidence=verdict.evidence,
        hosts=verdict.hosts,
        thread_ids=verdict.thread_ids,
        missing=verdict.missing,
        fix=verdict.fix or rule.fix,
        cause=rule.cause,
    )


def _explain(rule: Rule, found: dict[str, Finding]) -> Finding:
    """Takes out of a problem what a more exact one brings about."""
    finding = found[rule.slug]
    exact = [found[slug] for slug in rule.explained_by if slug in found and found[slug].is_problem]
    if not finding.is_problem or not exact:
        return finding
    theirs = {host for one in exact for host in one.hosts}
    left = tuple(host for host in finding.hosts if host not in theirs)
    if finding.hosts and left == finding.hosts:
        return finding
    if left:
        return replace(finding, hosts=left)
    return replace(
        finding,
        status="ok",
        title=rule.good,
        sentence=f"What there is of it comes from something else: {', '.join(one.title for one in exact)}.",
        explained_by=tuple(one.rule for one in exact),
    )


def _kinds(kinds: Iterable[str]) -> str:
    names = {"postgres": "Postgres", "redis": "Redis", "sqlite": "SQLite"}
    return " or ".join(names[kind] for kind in kinds)
