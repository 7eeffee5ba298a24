"""The threads that a list or a count is about: those that the store holds, and beside them those that were asked for.

The two are asked for apart, and their pages are merged: only then is there an index that holds either in its order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import StrIndex

from inspector.index.workers import did_something
from inspector.models import ABSENT, UNKNOWN_TIME, StoreEntry, ThreadEntry, ThreadWorker

if TYPE_CHECKING:
    from inspector.index.queries import ThreadQuery

#: Threads of a host, or of a search, that are looked up one by one for a page. Where there are more, a page is full
#: sooner by going through all threads in their order.
FEW = 5_000
#: Flags of threads that are not in the store.
OF_ABSENT = ("missed-reads", "never-stored")


def scopes_of(store: StoreEntry, query: ThreadQuery) -> dict[bool, QuerySet[ThreadEntry]]:
    """Stored threads as True, absent ones as False, or one of them, without the query's filters."""
    absent = absent_threads(store)
    if query.flag == "never-stored" or query.state == ABSENT:
        return {False: absent}
    stored = ThreadEntry.objects.filter(store=store)
    return {True: stored, False: absent} if shows_absent(query) and absent.exists() else {True: stored}


def shows_absent(query: ThreadQuery) -> bool:
    """Threads that were asked for and are not stored are in no list but those of who looks for them."""
    return bool(query.q) or query.host is not None or query.flag in OF_ABSENT or query.state == ABSENT


def absent_threads(store: StoreEntry) -> QuerySet[ThreadEntry]:
    """Without those that left the store and of which nobody knows yet whether they were asked for since."""
    return ThreadEntry.every.filter(store=store, stored__in=(False,), verified_at__gt=UNKNOWN_TIME)


def within(threads: QuerySet[ThreadEntry], query: ThreadQuery, *, one_by_one: bool = False) -> QuerySet[ThreadEntry]:
    """What the query's search, host, owner and times leave. `one_by_one` looks up the threads of the host, which is
    faster for all of them, or few; else each thread is asked whether it is the host's, until a page is full."""
    if query.q:  # INSTR and STRPOS compare as they are stored: case counts, and no character is a wildcard
        threads = threads.annotate(place=StrIndex("thread_id", Value(query.q))).filter(place__gt=0)
    if query.host is not None:
        theirs = ThreadWorker.objects.filter(did_something(), hostname=query.host)
        if one_by_one:
            threads = threads.filter(pk__in=theirs.values("thread"))
        else:
            threads = threads.filter(Exists(theirs.filter(thread=OuterRef("pk"))))
    if query.owner is not None:
        threads = threads.filter(owner=query.owner)
    if query.since is not None:
        threads = threads.filter(last_at__gte=query.since)
    if query.until is not None:
        threads = threads.filter(last_at__lt=query.until)
    return threads


def merge(parts: Iterable[QuerySet[ThreadEntry]], column: str, many: int, *, descending: bool) -> list[ThreadEntry]:
    """The first rows of all parts together, in the order of the column, with what their hosts did."""
    sign = "-" if descending else ""
    found = [entry for part in parts for entry in part.order_by(f"{sign}{column}", f"{sign}id")[:many]]
    found.sort(key=lambda entry: (_as_sorted(getattr(entry, column)), entry.pk), reverse=descending)
    prefetch_related_objects(found[:many], "workers")
    return found[:many]


def _as_sorted(value: Any) -> Any:
    """Both databases compare texts by their bytes."""
    return value.encode() if isinstance(value, str) else value
