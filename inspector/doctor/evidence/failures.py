"""Calls of savers that failed in the workers, by the fixed words that the probe keeps of well-known errors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.doctor.evidence.processes import process_line
from inspector.doctor.finding import Evidence
from inspector.domain.text import count_noun, shorten_middle
from inspector.probe.ledger_schema import WorkerReport

if TYPE_CHECKING:
    from inspector.doctor.case import Case

_LONG = 100


@dataclass(frozen=True, slots=True)
class Failures:
    """Of one process, of one kind of error."""

    report: WorkerReport
    name: str  #: as `probe.errors.name_error` has it
    count: int

    @property
    def evidence(self) -> Evidence:
        calls = count_noun(self.count, "call")
        return process_line(self.report, f"{calls} failed with {shorten_middle(self.name, _LONG)}")


def failures_of(case: Case, *phrases: str, kinds: Collection[str] = ()) -> tuple[Failures, ...]:
    """Errors that end with one of these phrases, of processes that write to a store of these kinds (any, for none)."""
    return tuple(
        Failures(report, name, count)
        for report in case.crew.reports
        if not kinds or any(place.kind in kinds for place in report.places)
        for name, count in report.exceptions.items()
        if count and name.endswith(tuple(f": {phrase}" for phrase in phrases))
    )


def hosts_of(failures: Collection[Failures]) -> tuple[str, ...]:
    return tuple(sorted({one.report.hostname for one in failures}))


def total(failures: Collection[Failures]) -> int:
    return sum(one.count for one in failures)
