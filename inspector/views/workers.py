"""`/workers/`: every process that reports to the ledger, by host, read live from there."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from inspector.index.hosts import recent_hosts
from inspector.index.places import Places, places_of
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import WorkerReport
from inspector.views.bar import entry_of, ledger_state, make_bar, reader_of
from inspector.views.contexts import WorkersPage
from inspector.views.ledger import ask_ledger
from inspector.views.page import page_view, show
from inspector.views.parameters import read_page
from inspector.views.processes import Processes, group_hosts, turn_to

#: Hosts without a probe that the page names; hosts may be pods, with a new name at every start.
UNWATCHED = 40
#: Hosts not heard of for a day that the page names.
GONE = 40


@page_view
def list_workers(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    entry = entry_of(reader)
    number = read_page(request)
    answer = ask_ledger(reader, lambda ledger: ledger.read_workers())
    reports = answer.told.reports if answer.told else []
    processes = Processes.of(reports, places_of(reader) if reports else Places(), timezone.now())
    groups, gone = group_hosts(processes)
    shown, number, numbers = turn_to(groups, number)
    page = WorkersPage(
        store=entry.name,
        ledger=answer.url,
        workers=tuple(item for _, item in processes.pairs),
        hosts=tuple(group.host for group in (*groups, *gone)),
        unwatched_hosts=_unwatched(entry, reports),
        truncated=answer.told is not None and answer.told.more,
        folding=ledger_state(entry, answer.url),
        error=answer.error,
        hint=answer.hint,
        bar=make_bar(request, "workers", entry),
        groups=shown,
        gone=tuple(gone[:GONE]) if number == numbers else (),
        gone_more=max(0, len(gone) - GONE),
        number=number,
        numbers=numbers,
        previous=str(number - 1) if number > 1 else "",
        following=str(number + 1) if number < numbers else "",
    )
    return show(request, "workers", page)


def _unwatched(entry: StoreEntry, reports: Sequence[WorkerReport]) -> tuple[str, ...]:
    """Hosts that wrote lately and report nothing; none while nobody reports, when that is said at once of all."""
    if not reports:
        return ()
    watched = {report.hostname for report in reports}
    return tuple(host for host in recent_hosts(entry) if host and host not in watched)[:UNWATCHED]
