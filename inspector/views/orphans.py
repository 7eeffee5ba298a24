"""`/orphans/`: one-turn threads that nobody came back to, their share, and which host made them."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from inspector.index.orphans import WINDOWS, OrphanReport, Share, find_window, report_orphans
from inspector.index.queries import ThreadQuery, find_threads
from inspector.views.bar import entry_of, index_state, make_bar, moment, reader_of
from inspector.views.contexts import OrphanBar, OrphanHost, OrphanShare, OrphansPage, WindowChoice
from inspector.views.items import thread_items
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_choice, read_limit, read_text
from inspector.views.weight import rows_that_fit


@page_view
def list_orphans(request: HttpRequest) -> HttpResponse:
    entry = entry_of(reader_of(request))
    now = moment()
    names = tuple(window.name for window in WINDOWS)
    window = find_window(read_choice(request, "window", names, "24h"))
    query = ThreadQuery(flag="orphan", after=read_text(request, "after"), limit=read_limit(request))
    report = report_orphans(entry, window, now)
    found = find_threads(entry, query, now, fits=None if wants_json(request) else rows_that_fit)
    page = OrphansPage(
        store=entry.name,
        window=window.name,
        orphan_after=settings.INSPECTOR.orphan_after,
        rate=report.current.rate,
        baseline=report.baseline.rate,
        current=_share(report.current),
        before=_share(report.baseline),
        series=tuple(OrphanBar(bar.at, bar.threads, bar.orphans) for bar in report.series),
        hosts=_hosts(report),
        groups=(),
        threads=thread_items(entry, found.rows, now),
        next=found.next,
        total=found.total,
        cut=found.cut,
        index=index_state(entry),
        bar=make_bar(request, "orphans", entry),
        windows=tuple(WindowChoice(item.name, item.words, item is window) for item in WINDOWS),
        words=window.words,
        first_page=not query.after,
    )
    return show(request, "orphans", page)


def _share(share: Share) -> OrphanShare:
    return OrphanShare(share.threads, share.orphans, share.undecided, share.decided, share.rate)


def _hosts(report: OrphanReport) -> tuple[OrphanHost, ...]:
    return tuple(
        OrphanHost(
            hostname=host.hostname,
            threads=host.threads,
            orphans=host.orphans,
            undecided=host.undecided,
            random_ids=host.random_ids,
            decided=host.threads - host.undecided,
        )
        for host in report.hosts
    )
