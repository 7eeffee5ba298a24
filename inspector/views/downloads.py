"""A list of threads as a file: all of it, not a page, as CSV or JSON, sent while it is read.

It is read page by page, each by a short query of its own, so that the sync goes on meanwhile and one page at a time is
in memory. A file that could not be read to its end never looks complete.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from inspector.access.viewer import Viewer
from inspector.decode import Sight
from inspector.index.queries import Moment, Row, ThreadQuery, read_threads
from inspector.models import StoreEntry
from inspector.views.bar import reader_of, signed_in
from inspector.views.cells import BOM, csv_line, csv_rows
from inspector.views.contexts import PAGE_ONLY, ThreadItem
from inspector.views.contexts.evidence import OrphanItem
from inspector.views.evidence import orphan_items
from inspector.views.files import encoded, send_file
from inspector.views.items import thread_items
from inspector.views.page import as_data
from inspector.views.parameters import read_choice, read_text

logger = logging.getLogger(__name__)

FORMS = ("csv", "json")
#: Threads that are read at a time.
PAGE = 500

#: Threads of one page as the page's data has them.
Items = list[dict[str, Any]]


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """What a list lists: its name in that of a file, the items of its page, and how rows become those."""

    name: str
    item: type[ThreadItem]
    items: Callable[[Viewer, StoreEntry, Sequence[Row], Moment], Sequence[ThreadItem]]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in dataclasses.fields(self.item) if not field.metadata.get(PAGE_ONLY))


THREADS = Listed("threads", ThreadItem, thread_items)
ORPHANS = Listed("orphans", OrphanItem, orphan_items)


def wanted_form(request: HttpRequest) -> str:
    """One of `FORMS`, or "" where the page is wanted. Raises `BadRequest` for another one."""
    return read_choice(request, "download", FORMS, "csv") if read_text(request, "download") else ""


def download(
    request: HttpRequest, listed: Listed, entry: StoreEntry, query: ThreadQuery, now: Moment
) -> HttpResponseBase:
    """The whole list that `query` asks for; where its page begins and how long it is does not matter. Raises
    `BadRequest` as the list does, before anything is sent."""
    form, sight = wanted_form(request), reader_of(request).sight
    query = dataclasses.replace(query, after="", limit=PAGE)
    pages = _pages(lambda rows: listed.items(signed_in(request), entry, rows, now), entry, query, now, sight)
    first = next(pages)
    whole = _known_before(first, pages)
    chunks = _as_csv(whole, listed.columns) if form == "csv" else _as_json(whole)
    name = f"{listed.name}-{entry.name}-{now.now:%Y-%m-%dT%H%MZ}.{form}"
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    return send_file(request, chunks, kind=kind, name=name)


def _pages(
    items: Callable[[Sequence[Row]], Sequence[ThreadItem]],
    entry: StoreEntry,
    query: ThreadQuery,
    now: Moment,
    sight: Sight,
) -> Iterator[Items]:
    """At least one, which may be empty."""
    while True:
        rows, after = read_threads(entry, query, now, sight=sight)
        yield [as_data(item) for item in items(rows)]
        if not after:
            return
        query = dataclasses.replace(query, after=after)


def _known_before(first: Items, rest: Iterator[Items]) -> Iterator[Items]:
    yield first
    yield from rest


def _as_json(pages: Iterator[Items]) -> Iterator[bytes]:
    """One array. Where reading fails it stays open: no parser takes that for the whole."""
    between = "[\n"
    for items in pages:
        for some in _few(items):
            yield encoded(between + ",\n".join(json.dumps(item, ensure_ascii=False) for item in some))
            between = ",\n"
    yield b"[]\n" if between == "[\n" else b"\n]\n"


def _as_csv(pages: Iterator[Items], columns: Sequence[str]) -> Iterator[bytes]:
    """Where reading fails the last line says so: nothing else in a CSV file could."""
    yield encoded(BOM + csv_line(*columns))
    threads = 0
    try:
        for items in pages:
            for some in _few(items):
                yield encoded(csv_rows(columns, some))
            threads += len(items)
    except Exception:
        yield encoded(csv_line(f"INCOMPLETE: the download broke off here, after {threads:,} threads."))
        raise  # and the connection breaks off as well


def _few(items: Items) -> Iterator[Items]:
    """Parts of a page: metadata may be long, and a chunk of it is in memory twice."""
    return (items[place : place + 100] for place in range(0, len(items), 100))
