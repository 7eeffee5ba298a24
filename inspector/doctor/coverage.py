"""Verdicts of rules that only the workers' reports can tell, by how many of the workers report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.doctor.finding import Evidence, Verdict, fine, unknown
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun

if TYPE_CHECKING:
    from inspector.doctor.case import Case

PROBE = (
    "Reads and savers are seen only in the workers. Run the probe there: one line, `inspector.probe.install()`, before "
    "any graph is compiled."
)


def no_reports(case: Case, sentence: str) -> Verdict:
    """Nobody reports: why, and what to do."""
    if case.crew.error:
        return unknown(sentence, missing=f"The ledger could not be read: {case.crew.error}")
    if case.everybody:
        return unknown(sentence, missing=f"Workers of this store that report: those there are use other ones. {PROBE}")
    return unknown(sentence, missing=PROBE)


def seen_by_workers(case: Case, verdict: Verdict) -> Verdict:
    """What a rule says whose good news only the workers can confirm: unknown without their reports."""
    if verdict.outcome != "fine":
        return verdict
    return sound(case, verdict.sentence) if case.crew else no_reports(case, verdict.sentence)


def sound(case: Case, sentence: str, *, evidence: tuple[Evidence, ...] = ()) -> Verdict:
    """Good news, where every host that is known reports. Else it is not known of the others, and they are named."""
    if case.everybody.cut:
        return unknown(
            f"{sentence} More report, and were not looked at.",
            missing="A ledger for each store: so many processes report to this one that not all of them are read.",
            evidence=evidence,
        )
    silent = case.unwatched
    named = [host for host in silent if host]
    if not silent:
        return fine(sentence, evidence=evidence)
    who = hosts_in_words(named) if named else "some workers, which name no host,"
    verb = "runs" if len(named) == 1 else "run"
    hosts = count_noun(len(case.crew.hosts), "host that reports", "hosts that report")
    return unknown(
        f"{sentence} That is said by {hosts}; {who} {verb} no probe.",
        missing=f"The probe in the other workers, too. {PROBE}",
        evidence=evidence,
    )
