"""Every list and filter over threads. All of them page by key, so the last page costs what the first one does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from inspector.decode import Sight
from inspector.errors import BadRequest
from inspector.index.columns import is_among
from inspector.index.counts import ThreadCounts, count_found, count_left_out, count_orphans, count_owned, count_threads
from inspector.index.cursor import Cursor, decode_cursor
from inspector.index.drivers import find_drivers
from inspector.index.kinds import FLAGS, STATES, Moment, raised_flags, state_of
from inspector.index.paging import read_page
from inspector.index.scope import Scope, ThreadQuery
from inspector.index.seen import check_owner, see_entries
from inspector.models import UNKNOWN_TIME, StoreEntry, ThreadEntry, ThreadWorker

SORTS = ("last_at", "first_at", "turns", "checkpoints", "thread_id")

__all__ = [
    "FLAGS",
    "SORTS",
    "STATES",
    "Moment",
    "Row",
    "ThreadCounts",
    "ThreadPage",
    "ThreadQuery",
    "count_orphans",
    "count_owned",
    "count_threads",
    "find_thread",
    "find_threads",
    "flags_of",
    "read_threads",
    "state_of",
    "stored_threads",
]


@dataclass(frozen=True, slots=True)
class Row:
    """One thread of the index with what each host did to it."""

    entry: ThreadEntry
    workers: tuple[ThreadWorker, ...]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """`total` is how many threads there are, or at least are where it is not exact. `cut`, where it is not 0, says that
    so many were looked at and too few of them fit to fill the page: `next` goes on behind them. `muted` are not of the
    total: so many, at least, a list of orphans leaves out as they are muted."""

    rows: tuple[Row, ...]
    next: str  #: cursor of the next page, "" on the last
    total: int
    total_is_exact: bool = True
    absent: int = 0  #: of the total, those that are not stored
    cut: int = 0
    muted: int = 0


def find_threads(
    store: StoreEntry,
    query: ThreadQuery,
    moment: Moment,
    *,
    sight: Sight,
    fits: Callable[[list[str]], int] | None = None,
) -> ThreadPage:
    """One page, as `sight` shows it. Raises `BadRequest` for a cursor, sort, state or flag that cannot be, and
    `NotAllowed` for an owner whom the viewer may not know. `fits` says how many of some thread_ids the page has room
    for; the next page begins where it ended."""
    check_owner(query.owner, sight)
    scope = Scope.of(store, query, moment)
    rows, more, cut = _read(scope, sight, fits)
    if not query.after and not more and not scope.is_kept:  # the page is the whole list
        absent = sum(not row.entry.stored for row in rows)
        return ThreadPage(rows, "", len(rows), absent=absent, muted=count_left_out(scope))
    counted = count_found(scope)
    total = max(sum(number.value for number in counted.values()), len(rows))  # rows may have come since
    exact = all(number.exact for number in counted.values())
    absent = counted[False].value if False in counted else 0
    return ThreadPage(rows, more, total, exact, absent, cut, count_left_out(scope))


def read_threads(store: StoreEntry, query: ThreadQuery, moment: Moment, *, sight: Sight) -> tuple[tuple[Row, ...], str]:
    """One page and the cursor of the next, without a count: for those who read all pages one after the other. A page
    may have no row at all and be followed by others. Raises as `find_threads` does."""
    check_owner(query.owner, sight)
    rows, more, _ = _read(Scope.of(store, query, moment), sight, None)
    return rows, more


def _read(scope: Scope, sight: Sight, fits: Callable[[list[str]], int] | None) -> tuple[tuple[Row, ...], str, int]:
    """One page's rows, the cursor of the next one, and as `cut` how many rows were looked at in vain."""
    query = scope.query
    column, descending = _sort(query.sort)
    after = decode_cursor(query.after, sort=query.sort).place() if query.after else None
    drivers = find_drivers(scope, column, descending=descending)
    found = read_page(drivers, column, after, query.limit + 1, descending=descending)
    room = fits([entry.thread_id for entry in found.entries[: query.limit]]) if fits else query.limit
    shown = found.entries[: min(room, query.limit)]
    rows = _rows(shown, sight)
    if len(found.entries) > len(shown):
        return rows, Cursor.at(query.sort, getattr(shown[-1], column), shown[-1].pk).encode(), 0
    if found.cut is not None:
        row = found.cut[-1] if len(found.cut) > 1 else 0
        return rows, Cursor.at(query.sort, found.cut[0], row).encode(), found.looked
    return rows, "", 0


def find_thread(store: StoreEntry, thread_id: str, *, sight: Sight) -> tuple[Row, ...]:
    """The row of one thread, by its exact id, as `sight` shows it. It may be absent."""
    every = ThreadEntry.every.filter(store=store, thread_id=thread_id, verified_at__gt=UNKNOWN_TIME)
    return _rows(every, sight)


def stored_threads(stores: Collection[int], thread_ids: Collection[str]) -> QuerySet[ThreadEntry]:
    """Threads of some stores, by their exact ids. SQLite looks up each of them: with `stored` in its sight, it would go
    through all that are stored. They are as the index has them: `see_entries` says what of them may be shown."""
    found = ThreadEntry.every.filter(is_among({"stored": True}), store__in=stores, thread_id__in=thread_ids)
    return found.order_by()


def _rows(entries: Iterable[ThreadEntry], sight: Sight) -> tuple[Row, ...]:
    """Their workers are put to them by hand: Django's own way makes a query set for each thread, which takes longer
    than to read them all."""
    entries = see_entries(entries, sight)
    workers: dict[int, list[ThreadWorker]] = defaultdict(list)
    if entries:
        for worker in ThreadWorker.objects.filter(thread__in=[entry.pk for entry in entries]):
            workers[worker.thread_id].append(worker)
    return tuple(Row(entry, tuple(workers[entry.pk])) for entry in entries)


def flags_of(row: Row, moment: Moment) -> tuple[str, ...]:
    """The flags of one thread, in the order of `FLAGS`."""
    return raised_flags(row.entry, row.workers, moment)


def _sort(sort: str) -> tuple[str, bool]:
    column = sort.removeprefix("-")
    if column not in SORTS:
        raise BadRequest(f"Threads cannot be sorted by {column!r}.", f"Sort by {', '.join(SORTS)}.")
    return column, sort.startswith("-")
