"""The log as auditors ask for it, the newest line first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from inspector.index.cursor import Cursor, decode_cursor
from inspector.models import Opened
from inspector.probe.ledger_schema import storable, thread_key

#: Lines that are counted at most: beyond, there are "at least" as many.
COUNTED = 10_000
#: Lines that are read at a time where all are wanted.
_PAGE = 1_000
_SORT = "-at"


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """`may_see` are the stores of the auditor, None for all; the others are filters, "" and None for any. A `thread_id`
    of "" is one as well."""

    may_see: frozenset[str] | None = None
    who: str = ""
    store: str = ""
    thread_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""
    limit: int = 50

    @property
    def is_narrowed(self) -> bool:
        return bool(self.who or self.store or self.since or self.until) or self.thread_id is not None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lines, and where the next one begins. `total` is of all that fit, at most `COUNTED`."""

    lines: list[Opened]
    next: str
    total: int
    total_is_exact: bool


def find_lines(query: AuditQuery) -> Found:
    """Two statements. Raises `BadRequest` for a cursor that is none."""
    lines, following = _read(query)
    total = _fitting(query).order_by()[: COUNTED + 1].count()
    return Found(lines, following, min(total, COUNTED), total <= COUNTED)


def iter_lines(query: AuditQuery) -> Iterator[list[Opened]]:
    """All that fit, wherever a page begins, some at a time, each by a short query of its own."""
    query = replace(query, after="", limit=_PAGE)
    while True:
        lines, following = _read(query)
        if lines:
            yield lines
        if not following:
            return
        query = replace(query, after=following)


def _read(query: AuditQuery) -> tuple[list[Opened], str]:
    found = _fitting(query).order_by("-at", "-pk")
    if query.after:
        at, row = decode_cursor(query.after, sort=_SORT).place()
        found = found.filter(Q(at__lt=at) | Q(at=at, pk__lt=row), at__lte=at)  # the last is what an index can begin at
    lines = list(found[: query.limit + 1])
    more = len(lines) > query.limit
    lines = lines[: query.limit]
    return lines, Cursor.at(_SORT, lines[-1].at, lines[-1].pk).encode() if more else ""


def _fitting(query: AuditQuery) -> QuerySet[Opened]:
    found = Opened.objects.all()
    if query.may_see is not None:
        found = found.filter(store__in=sorted(query.may_see))
    if query.who:
        found = found.filter(username=query.who)
    if query.store:
        found = found.filter(store=query.store)
    if query.thread_id is not None:
        found = found.filter(thread_key=thread_key(query.thread_id), thread_id=storable(query.thread_id))
    if query.since:
        found = found.filter(at__gte=query.since)
    if query.until:
        found = found.filter(at__lt=query.until)
    return found
