"""`/threads/`: every thread, searched, filtered and paged from the index."""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from inspector.access.viewer import Viewer
from inspector.addresses import address_of
from inspector.index.counts import Number
from inspector.index.live import find_live
from inspector.index.queries import (
    Moment,
    Row,
    ThreadPage,
    ThreadQuery,
    count_owned,
    count_threads,
    find_thread,
    find_threads,
)
from inspector.index.scope import OF_ABSENT
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.views.also import find_also, look_also
from inspector.views.bar import entry_of, index_state, make_bar, moment, reader_of, signed_in
from inspector.views.contexts import AlsoIn, Filter, ThreadsForm, ThreadsPage
from inspector.views.downloads import THREADS, download, wanted_form
from inspector.views.items import thread_items
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_limit, read_named, read_shape, read_text, read_time
from inspector.views.still import facts_of_index, is_shown, lists_absent, make_tag, show_unchanged
from inspector.views.weight import hosts_that_fit, rows_that_fit


@page_view
def go_to_threads(request: HttpRequest) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return redirect(address_of("threads") + (f"?{query}" if query else ""))


@page_view
def list_threads(request: HttpRequest) -> HttpResponseBase:
    viewer, reader = signed_in(request), reader_of(request)
    entry = entry_of(reader)
    query = read_query(request)
    now = moment()
    if wanted_form(request):
        return download(request, THREADS, entry, query, now)
    tag = _tag(request, entry, query)
    if is_shown(request, tag):
        return show_unchanged(request, "threads", entry)
    found = find_threads(entry, query, now, sight=reader.sight, fits=None if wants_json(request) else rows_that_fit)
    exact, indexed = _find_exact(reader, entry, query, found)
    rows, absent = _without(found, exact)
    owned = count_owned(entry, query.q, sight=reader.sight) if query.q and query.owner is None else Number(0)
    page = ThreadsPage(
        store=entry.name,
        threads=thread_items(viewer, entry, (*exact, *rows), now),
        next=found.next,
        total=found.total + (0 if indexed else len(exact)) - (found.absent - absent),
        total_is_exact=found.total_is_exact,
        cut=found.cut,
        index=index_state(entry),
        not_indexed=not indexed,
        bar=make_bar(request, "threads", entry),
        form=_form(request, query),
        filters=_filters(reader, entry, query, now),
        hosts=hosts_that_fit(entry.hosts),
        owner_threads=owned.value,
        owner_threads_is_exact=owned.exact,
        first_page=not query.after,
        absent=absent,
        muted=found.muted,
        also_in=_also_in(viewer, entry, query, found_here=bool(exact or rows)),
        tag=tag,
    )
    return show(request, "threads", page)


def read_query(request: HttpRequest) -> ThreadQuery:
    """The list's parameters. A host or owner that is chosen as "any" comes as an empty parameter of the form."""
    return ThreadQuery(
        q=read_text(request, "q"),
        turns=read_text(request, "turns"),
        state=read_text(request, "state"),
        flag=read_text(request, "flag"),
        host=read_named(request, "host"),
        owner=read_named(request, "owner"),
        graph=read_named(request, "graph"),
        shape=read_shape(request),
        muted=read_text(request, "muted"),
        since=read_time(request, "since"),
        until=read_time(request, "until"),
        sort=read_text(request, "sort") or "-last_at",
        after=read_text(request, "after"),
        limit=read_limit(request),
    )


def _tag(request: HttpRequest, entry: StoreEntry, query: ThreadQuery) -> str:
    """None for a search, which may ask this store and others for an exact id."""
    if query.q or lists_absent(query.flag, query.state):
        return ""
    facts, ages = facts_of_index(entry)
    return make_tag(request, facts, ages=ages)


def _find_exact(
    reader: Reader, entry: StoreEntry, query: ThreadQuery, found: ThreadPage
) -> tuple[tuple[Row, ...], bool]:
    """An exact id always finds: it comes first where the sort has it on a later page, and straight from the store where
    the index has not met it yet. Says whether the index has. A store that is down is not asked."""
    narrowed = dataclasses.replace(query, q="", sort="-last_at", after="", limit=50) != ThreadQuery()
    here = [row for row in found.rows if row.entry.thread_id == query.q]
    if not query.q or query.after or narrowed or any(row.entry.stored for row in here):
        return (), True
    later = find_thread(entry, query.q, sight=reader.sight) if found.next and not here else ()
    if entry.error or any(row.entry.stored for row in later):
        return later, True
    live = find_live(reader, entry, query.q)
    return live or later, not live


def _also_in(viewer: Viewer, entry: StoreEntry, query: ThreadQuery, *, found_here: bool) -> tuple[AlsoIn, ...]:
    """Other stores that hold the very id that is searched for. They are asked themselves only where nothing at all was
    found here: who types an id begins with a part of it."""
    if not query.q or query.after:
        return ()
    if found_here:
        return find_also(viewer, entry, [query.q]).get(query.q, ())
    return look_also(viewer, entry, query.q)


def _without(found: ThreadPage, exact: tuple[Row, ...]) -> tuple[tuple[Row, ...], int]:
    """The page's rows, and how many of the list's are absent, without one that has been stored since."""
    stored = {row.entry.thread_id for row in exact if row.entry.stored}
    rows = tuple(row for row in found.rows if row.entry.thread_id not in stored)
    return rows, found.absent - (len(found.rows) - len(rows))


def _form(request: HttpRequest, query: ThreadQuery) -> ThreadsForm:
    plain = ThreadQuery(sort=query.sort, after=query.after, limit=query.limit)
    return ThreadsForm(
        q=query.q,
        host=query.host,
        owner=query.owner,
        since=read_text(request, "since"),
        sort=query.sort,
        filtered=query != plain,
    )


#: The quick filters: their words, what they set, and their number in `ThreadCounts`.
_QUICK = (
    ("All", "", "", "all"),
    ("One turn", "turns", "one", "one_turn"),
    ("Orphans", "flag", "orphan", "orphans"),
    ("Random id", "flag", "random-id", "random_ids"),
    ("Interrupted", "state", "interrupted", "interrupted"),
    ("Failed", "state", "failed", "failed"),
    ("Unfinished", "state", "unfinished", "unfinished"),
    ("Several hosts", "flag", "several-hosts", "several_hosts"),
    ("Siblings", "flag", "siblings", "siblings"),
    ("Missed reads", "flag", "missed-reads", "missed_reads"),
    ("Never stored", "flag", "never-stored", "never_stored"),
)


def _filters(reader: Reader, entry: StoreEntry, query: ThreadQuery, now: Moment) -> tuple[Filter, ...]:
    counts = count_threads(entry, query, now, sight=reader.sight)
    on = {"turns": query.turns, "state": query.state, "flag": query.flag}
    filters = [
        Filter(
            words,
            name,
            value,
            count=getattr(counts, counted),
            current=on.get(name) == value if name else not any(on.values()),
            at_least=counted in counts.at_least,
        )
        for words, name, value, counted in _QUICK
    ]
    return tuple(item for item in filters if item.count or item.current or item.value not in OF_ABSENT)
