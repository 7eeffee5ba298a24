"""Processes that report, as findings name them: their hosts, and a line of evidence about one of them."""

from __future__ import annotations

from collections.abc import Iterable

from inspector.doctor.finding import Evidence, Link
from inspector.probe.ledger_schema import WorkerReport


def hosts_of(reports: Iterable[WorkerReport]) -> tuple[str, ...]:
    """Each once, in alphabetical order."""
    return tuple(sorted({report.hostname for report in reports}))


def process_line(report: WorkerReport, text: str) -> Evidence:
    """ "web-1, process 17: " and what is said of it, with a way to the host."""
    return Evidence(f"{report.hostname}, process {report.pid}: {text}", Link("workers", {"host": report.hostname}))
