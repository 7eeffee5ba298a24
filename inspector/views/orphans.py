"""`/orphans/`: one-turn threads that nobody came back to, their share, and which host made them."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from inspector.index.mutes import active_mutes
from inspector.index.orphans import WINDOWS, find_window, report_orphans
from inspector.index.queries import ThreadQuery, find_threads
from inspector.tags.layouts import lost
from inspector.views.bar import entry_of, index_state, make_bar, moment, reader_of, signed_in
from inspector.views.contexts import OrphansPage
from inspector.views.conversation import show_conversation
from inspector.views.conversations import newest_groups
from inspector.views.downloads import ORPHANS, download, wanted_form
from inspector.views.evidence import orphan_items
from inspector.views.headline import headline, leading_hosts
from inspector.views.orphan_report import report_fields
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_choice, read_limit, read_named, read_shape, read_text
from inspector.views.still import facts_of_index, is_shown, make_tag, show_unchanged
from inspector.views.suggestions import suggest_graphs
from inspector.views.weight import rows_that_fit

#: Orphans on a page, below all else that it tells.
ROWS = 25


@page_view
def list_orphans(request: HttpRequest) -> HttpResponseBase:
    if "group" in request.GET:
        return show_conversation(request)
    reader = reader_of(request)
    entry = entry_of(reader)
    now = moment()
    names = tuple(window.name for window in WINDOWS)
    window = find_window(read_choice(request, "window", names, "24h"))
    query = _read_query(request)
    if wanted_form(request):
        return download(request, ORPHANS, entry, query, now)
    facts, ages = facts_of_index(entry)
    tag = make_tag(request, facts, ages=ages)
    if is_shown(request, tag):
        return show_unchanged(request, "orphans", entry)
    report = report_orphans(entry, window, now)
    found = find_threads(entry, query, now, sight=reader.sight, fits=None if wants_json(request) else rows_that_fit)
    bar = make_bar(request, "orphans", entry)
    fields = report_fields(entry, report, now.now)
    unnamed = "" if lost(bar.kind, "run-metadata") else "a host without a name"
    narrowed = (query.host, query.graph, query.shape) != (None,) * 3 or query.muted == "only"
    leading = [host.name for host in leading_hosts(report, unnamed=unnamed)]
    page = OrphansPage(
        **fields,
        store=entry.name,
        window=window.name,
        orphan_after=settings.INSPECTOR.orphan_after,
        headline=headline(report, now.now, unnamed=unnamed),
        leads=tuple(host for host in fields["hosts"] if host.hostname in leading),
        groups=newest_groups(request, reader, entry),
        threads=orphan_items(signed_in(request), entry, found.rows, now),
        next=found.next,
        total=found.total,
        muted_left_out=found.muted,
        cut=found.cut,
        index=index_state(entry),
        bar=bar,
        first_page=not query.after,
        one_shots=suggest_graphs(entry, now, active_mutes(entry, now.now) if entry.pk else ()),
        narrowed=narrowed,
        overview=not query.after and not narrowed,
        tag=tag,
    )
    return show(request, "orphans", page)


def _read_query(request: HttpRequest) -> ThreadQuery:
    return ThreadQuery(
        flag="orphan",
        host=read_named(request, "host"),
        graph=read_named(request, "graph"),
        shape=read_shape(request),
        muted=read_text(request, "muted"),
        after=read_text(request, "after"),
        limit=read_limit(request, ROWS),
    )
