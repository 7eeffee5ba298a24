"""`/workers/`: every process that reports to the ledger, by host, read live from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse

from inspector.doctor.record import load_problems
from inspector.index.hosts import hosts_that_missed, unwatched_hosts
from inspector.index.places import Places, places_of
from inspector.ledger.base import Workers
from inspector.models import StoreEntry
from inspector.views.bar import entry_of, ledger_state, make_bar, moment, reader_of, signed_in
from inspector.views.contexts import HostGroup, WorkersPage
from inspector.views.ledger import ask_ledger
from inspector.views.mentions import with_mentions
from inspector.views.page import page_view, show
from inspector.views.parameters import read_page, read_text
from inspector.views.processes import Processes, group_hosts
from inspector.views.room import gone_that_fit, names_that_fit, turn_to


@page_view
def list_workers(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    entry = entry_of(reader)
    number, only = read_page(request), read_text(request, "host") or None
    answer = ask_ledger(reader, lambda ledger: ledger.read_workers())
    told = answer.told or Workers()
    places = places_of(reader) if told.heard else Places()
    processes = Processes.of(told, places, signed_in(request).may_see).of_host(only)
    problems = load_problems(entry)
    groups, gone = (with_mentions(problems, hosts) for hosts in group_hosts(processes))
    shown, number, numbers = turn_to(groups, number)
    listed = gone_that_fit(gone)
    page = WorkersPage(
        store=entry.name,
        ledger=answer.url,
        workers=tuple(item for _, item in processes.pairs),
        hosts=tuple(group.host for group in (*groups, *gone)),
        unwatched_hosts=_unwatched(entry, told) if only is None else (),
        truncated=told.more,
        folding=ledger_state(entry, answer.url),
        error=answer.error,
        hint=answer.hint,
        bar=make_bar(request, "workers", entry),
        groups=_with_missed(entry, shown),
        gone=listed if number == numbers else (),
        gone_more=len(gone) - len(listed),
        number=number,
        numbers=numbers,
        previous=str(number - 1) if number > 1 else "",
        following=str(number + 1) if number < numbers else "",
        only=only,
    )
    return show(request, "workers", page)


def _with_missed(entry: StoreEntry, groups: Sequence[HostGroup]) -> tuple[HostGroup, ...]:
    """A miss is counted for the first read of every new thread, too, of which no list shows anything."""
    missing = [group.host.hostname for group in groups if any(worker.misses for worker in group.workers)]
    missed = hosts_that_missed(entry, missing, moment())
    return tuple(replace(group, missed=group.host.hostname in missed) for group in groups)


def _unwatched(entry: StoreEntry, told: Workers) -> tuple[str, ...]:
    """Hosts that wrote lately and report nothing; none while nobody reports, when that is said at once of all, and none
    where there are more reports than were read."""
    if told.more or not told.heard:
        return ()
    watched = {report.hostname for report in told.reports}
    return names_that_fit([host for host in unwatched_hosts(entry) if host and host not in watched])
