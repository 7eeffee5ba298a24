"""`/audit/`: who was shown content of which thread, for auditors; as a page, as data, and as a file."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import fields

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from inspector.access.audit.lines import FILE
from inspector.access.audit.query import AuditQuery, find_lines, iter_lines
from inspector.access.viewer import Viewer
from inspector.errors import NotAllowed
from inspector.logs.settings import AUDIT
from inspector.models import Opened
from inspector.views.bar import make_bar
from inspector.views.cells import BOM, csv_line, csv_rows
from inspector.views.contexts import PAGE_ONLY
from inspector.views.contexts.audit import AuditForm, AuditPage, OpenedItem
from inspector.views.files import encoded, send_file
from inspector.views.page import as_data, page_view, show
from inspector.views.parameters import read_choice, read_limit, read_optional, read_text, read_time

logger = logging.getLogger(AUDIT)

FORMS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
_COLUMNS = [field.name for field in fields(OpenedItem) if not field.metadata.get(PAGE_ONLY)]
_VIA = {
    "link": "one-time link",
    "password": "password",
    "header": "proxy",
    "oidc": "OpenID Connect",
    "django": "account of the project",
}
#: What a page showed, where its name in `urls` is not the plain word for it.
_PAGES = {
    "thread": "the thread's page",
    "thread-image": "a picture",
    "thread-size": "time and size",
    "thread-channel": "a channel",
    "thread-message": "a message",
    "thread-compare": "a comparison",
    "thread-value": "a value",
    "thread-find": "a search in it",
    "thread-download": "what can be downloaded",
    FILE: "downloaded as a file",
    "threads": "the list of threads",
    "orphans": "the orphans",
    "conversations": "conversations",
}


@page_view
def show_audit(request: HttpRequest) -> HttpResponseBase:
    viewer = _auditor(request)
    query = _query(request, viewer)
    if read_text(request, "as"):
        return _send(request, viewer, query)
    found = find_lines(query)
    page = AuditPage(
        opened=tuple(map(_item, found.lines)),
        next=found.next,
        total=found.total,
        total_is_exact=found.total_is_exact,
        kept_days=settings.INSPECTOR.audit_days,
        bar=make_bar(request, "audit"),
        form=AuditForm(
            query.who,
            query.store,
            query.thread_id or "",
            read_text(request, "since"),
            read_text(request, "until"),
            query.is_narrowed,
        ),
        stores=tuple(one.name for one in settings.INSPECTOR.stores if viewer.may_see(one.name)),
        first_page=not query.after,
    )
    return show(request, "audit", page)


def _auditor(request: HttpRequest) -> Viewer:
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None or not viewer.auditor:
        raise NotAllowed("The audit log is for auditors.", "Whoever runs the dashboard can make you one.")
    return viewer


def _query(request: HttpRequest, viewer: Viewer) -> AuditQuery:
    """An empty field of the form says any; so an empty id is asked for as data alone, by `id=` without the form."""
    thread_id = read_optional(request, "id")
    return AuditQuery(
        may_see=viewer.stores,
        who=read_text(request, "who").strip(),
        store=read_text(request, "of_store"),
        thread_id=None if thread_id == "" and "who" in request.GET else thread_id,
        since=read_time(request, "since"),
        until=read_time(request, "until"),
        after=read_text(request, "after"),
        limit=read_limit(request),
    )


def _item(line: Opened) -> OpenedItem:
    return OpenedItem(
        at=line.at,
        username=line.username,
        via=line.via,
        address=line.address,
        store=line.store,
        thread_id=line.thread_id,
        page=line.page,
        request_id=line.request_id,
        via_words=_VIA.get(line.via, line.via),
        page_words=_PAGES.get(line.page, line.page),
    )


def _send(request: HttpRequest, viewer: Viewer, query: AuditQuery) -> HttpResponseBase:
    form = read_choice(request, "as", tuple(FORMS), "csv")
    parts = iter_lines(query)
    first = next(parts, [])  # what is wrong with it is told before anything is sent
    logger.info("%s (%s) took the audit log along as %s.", viewer.name, viewer.via, form)
    chunks = _as_csv(first, parts) if form == "csv" else _as_lines(first, parts)
    name = f"audit-{timezone.now():%Y-%m-%dT%H%MZ}.{form}"
    return send_file(request, chunks, kind=FORMS[form], name=name)


def _as_lines(first: Sequence[Opened], rest: Iterator[list[Opened]]) -> Iterator[bytes]:
    """One object a line, and at the end one that says how many there were: without it, the file is not whole."""
    count = 0
    for lines in _whole(first, rest):
        yield encoded("".join(json.dumps(as_data(_item(line)), ensure_ascii=False) + "\n" for line in lines))
        count += len(lines)
    yield encoded(json.dumps({"complete": True, "lines": count}) + "\n")


def _as_csv(first: Sequence[Opened], rest: Iterator[list[Opened]]) -> Iterator[bytes]:
    """Where reading fails the last line says so: nothing else in a CSV file could."""
    yield encoded(BOM + csv_line(*_COLUMNS))
    count = 0
    try:
        for lines in _whole(first, rest):
            yield encoded(csv_rows(_COLUMNS, (as_data(_item(line)) for line in lines)))
            count += len(lines)
    except Exception:
        yield encoded(csv_line(f"INCOMPLETE: the file broke off here, after {count:,} lines."))
        raise  # and the connection breaks off as well


def _whole(first: Sequence[Opened], rest: Iterator[list[Opened]]) -> Iterator[Sequence[Opened]]:
    if first:
        yield first
    yield from rest
