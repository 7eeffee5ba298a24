"""Hosts that put checkpoints into this store, by their probes, and of which it holds not one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.ledger.places import is_elsewhere
from inspector.models import HostTally
from inspector.probe.ledger_schema import WorkerReport

if TYPE_CHECKING:
    from inspector.doctor.case import Case

#: Checkpoints put, from which on one of them would have been met.
MANY = 20
#: Seconds between a process's begin and a pass over the store that has met what it put first.
SETTLED = 60.0


def traceless_hosts(case: Case) -> dict[str, int]:
    """By host, how many it has put. None where metadata does not say whose a checkpoint is, or may say it by another
    name; or where the index knows only some of the threads. That they were deleted since is possible."""
    entry = case.entry
    read = entry.synced_at is not None and entry.walk_after is None and not case.partial
    if not read or case.kind == "redis" or case.unwatched:
        return {}
    put = {host: _put(case, reports) for host, reports in case.crew.by_host.items()}
    many = {host: count for host, count in put.items() if count >= MANY}
    tallies = HostTally.objects.filter(store=entry, hostname__in=many, checkpoints__gt=0) if many else ()
    met = {tally.hostname for tally in tallies}
    return {host: count for host, count in many.items() if host not in met}


def _put(case: Case, reports: tuple[WorkerReport, ...]) -> int:
    """0 where some of it may have gone elsewhere."""
    here = all(_is_here(case, report) for report in reports)
    read_at = case.entry.synced_at.timestamp() if case.entry.synced_at else 0.0
    settled = [report for report in reports if read_at - report.started_at >= SETTLED]
    return sum(report.checkpoints for report in settled) if here else 0


def _is_here(case: Case, report: WorkerReport) -> bool:
    places = [is_elsewhere(place, case.places.here) for place in report.places]
    return report.stamps and all(away is False for away in places)
