"""Which index leads to the threads of a query, in the order of its sort: the one that holds the fewest of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from inspector.index.columns import Key, Order, is_among
from inspector.index.kinds import Kind, Way
from inspector.index.scope import Scope, is_known, is_part
from inspector.index.workers import did_something
from inspector.models import ThreadEntry, ThreadWorker

#: Threads that are looked up one by one, and then sorted. Where there are more, a page is full sooner by going through
#: all threads in their order.
FEW = 5_000


def order_of(column: str, *, descending: bool) -> Order:
    """Ids are unique in a store: nothing has to tell ties apart."""
    return Order(column, "" if column == "thread_id" else "id", descending)


_NEWEST = order_of("last_at", descending=True)


@dataclass(frozen=True, slots=True)
class Driver:
    """Rows of one index, in its order. `index` are its rows as such, its columns named as in `inner`; `rows` leads to
    their threads, with columns as in `order`. `rest` is asked of each. `since` and `until` are of the last activity,
    where it is what the index is sorted by."""

    index: QuerySet[Any]
    inner: Order
    rows: Q
    order: Order
    rest: Q
    size: int  #: rows, at most
    since: datetime | None = None
    until: datetime | None = None
    listed: bool = False  #: the rows are few, and known one by one

    def keys(self) -> QuerySet[Any]:
        """The index's rows in its order."""
        (every,) = self._ranges(self.inner, None, None)
        return self.index.filter(every).order_by(*self.inner.by)

    def edge(self, after: Key | None, number: int) -> Key | None:
        """Where the row is that is this number of rows further on, or None where the index ends before."""
        for between in self._ranges(self.inner, after, None):
            rows = self.index.filter(between)
            found: Key | None = (
                rows.order_by(*self.inner.by).values_list(*self.inner.columns)[number - 1 : number].first()
            )
            if found is not None:
                return found
            number -= rows.count()
        return None

    def pks(self) -> QuerySet[Any]:
        """Of the threads, in the index's order."""
        return self.keys().values_list("thread_id" if self.index.model is ThreadWorker else "pk", flat=True)

    def threads(self, after: Key | None = None, up_to: Key | None = None) -> Iterator[QuerySet[ThreadEntry]]:
        """Of these rows, those that are left by `rest`, in ranges that follow each other."""
        for between in self._ranges(self.order, after, up_to):
            yield ThreadEntry.every.filter(self.rows & between & self.rest).order_by(*self.order.by)

    def _ranges(self, order: Order, after: Key | None, up_to: Key | None) -> list[Q]:
        """Each with one bound a side: of two, SQLite goes by the first and looks at every row up to the other."""
        near, far = (self.until, self.since) if order.descending else (self.since, self.until)
        if after is not None and far is not None and (after[0] < far if order.descending else after[0] >= far):
            return []
        if after is not None and near is not None:
            outside = after[0] >= near if order.descending else after[0] < near
            after, near = (None, near) if outside else (after, None)
        bounds = Q()
        if near is not None:
            bounds &= Q(**{f"{order.column}__{'lt' if order.descending else 'gte'}": near})
        if far is not None and up_to is None:
            bounds &= Q(**{f"{order.column}__{'gte' if order.descending else 'lt'}": far})
        return order.ranges(after, up_to, bounds)


def find_drivers(scope: Scope, column: str, *, descending: bool) -> list[Driver]:
    """Drivers whose rows together are the query's, no row twice."""
    if not scope.parts:
        return []
    if scope.hits is not None:
        return [_of_ids(scope, scope.hits.of(*scope.parts), column, descending=descending)]
    found = smallest(scope, descending=descending)
    if column == "last_at":
        return found
    query = scope.query
    if sum(driver.size for driver in found) <= FEW or query.since is not None or query.until is not None:
        pks = [pk for driver in found for pk in driver.pks()[: FEW + 1]]
        if len(pks) <= FEW:
            return [_of_ids(scope, pks, column, descending=descending)]
    return [_sorted(scope, column, stored, descending=descending) for stored in scope.parts]


def smallest(scope: Scope, *, descending: bool = True) -> list[Driver]:
    """Those in the order of the last activity that have the fewest rows."""
    order = _NEWEST if descending else order_of("last_at", descending=False)
    ways = [_of_kind(scope, kind, order) for kind in scope.kinds]
    choices = [*ways, [_plain(scope, order, stored) for stored in scope.parts]]
    if scope.query.host is not None:
        choices.append([driver_of_host(scope, stored, order) for stored in scope.parts])
    if scope.query.owner is not None:
        choices.append([_of_owner(scope, order, stored) for stored in scope.parts])
    return min(choices, key=lambda drivers: sum(driver.size for driver in drivers))


def _driver(scope: Scope, order: Order, rows: Q, rest: Q, size: int, way: Way | None = None) -> Driver:
    query = scope.query
    since = [at for at in (query.since, way.since if way else None) if at is not None]
    until = [at for at in (query.until, way.until if way else None) if at is not None]
    return Driver(
        index=ThreadEntry.every.filter(rows),
        inner=order,
        rows=rows,
        order=order,
        rest=rest,
        size=size,
        since=max(since, default=None),
        until=min(until, default=None),
    )


def _plain(scope: Scope, order: Order, stored: bool) -> Driver:
    rest = scope.rest() if stored else scope.rest() & is_known()
    size = scope.tally.threads if stored else scope.tally.absent
    if scope.query.host is not None:
        size = scope.store.threads if stored else 2**62  # the tally is the host's
    return _driver(scope, order, Q(store=scope.store, stored__in=(stored,)), rest, size)


def _of_kind(scope: Scope, kind: Kind, order: Order) -> list[Driver]:
    drivers = []
    for way in kind.ways:
        if not way.by_stored:
            drivers.append(_of_way(scope, kind, way, order, scope.parts))
        else:
            drivers += [_of_way(scope, kind, way, order, (stored,)) for stored in scope.parts]
    return drivers


def _of_way(scope: Scope, kind: Kind, way: Way, order: Order, parts: Sequence[bool]) -> Driver:
    rows = Q(store=scope.store) & way.rows
    rest = way.asked_of_held & scope.rest(leave_out=kind)
    if way.by_stored:
        rows &= Q(stored__in=parts)
    if way.kept_absent:
        rest &= is_part(*parts)
    size = sum(scope.kept(way, stored=stored) for stored in parts)
    return _driver(scope, order, rows, rest, size if scope.query.host is None else size or 1, way)


def driver_of_host(scope: Scope, stored: bool, order: Order = _NEWEST) -> Driver:
    """Their order is that of the threads, which is said again in the rows of the hosts."""
    hostname = scope.query.host
    rows = Q(workers__store=scope.store, workers__stored__in=(stored,), workers__hostname=hostname)
    rest = did_something("workers__") & scope.rest(host=False)
    size = scope.tally.threads if stored else scope.tally.absent
    return replace(
        _driver(scope, order, rows, rest if stored else rest & is_known(), size),
        index=ThreadWorker.objects.filter(store=scope.store, stored__in=(stored,), hostname=hostname),
        inner=replace(order, tie="thread_id"),
        order=replace(order, column="workers__last_at", tie="workers__thread_id"),
    )


def _of_owner(scope: Scope, order: Order, stored: bool) -> Driver:
    rest = scope.rest(owner=False) if stored else scope.rest(owner=False) & is_known()
    driver = _driver(scope, order, Q(store=scope.store, stored__in=(stored,), owner=scope.query.owner), rest, 0)
    return replace(driver, size=driver.keys()[: FEW + 1].count())


def _of_ids(scope: Scope, pks: Iterable[int], column: str, *, descending: bool) -> Driver:
    """Few rows, each by its number."""
    query, pks = scope.query, list(pks)
    times = is_among({}, since=query.since, until=query.until)
    rest = (Q() if scope.hits is not None else is_part(*scope.parts)) & scope.rest() & times
    order = order_of(column, descending=descending)
    rows = Q(pk__in=pks)
    return Driver(ThreadEntry.every.filter(rows), order, rows, order, rest, len(pks), listed=True)


def _sorted(scope: Scope, column: str, stored: bool, *, descending: bool) -> Driver:
    query = scope.query
    rest = scope.rest() & is_among({}, since=query.since, until=query.until)
    rows = Q(store=scope.store)
    if column == "thread_id":
        rest &= is_part(stored)
    else:
        rows &= Q(stored__in=(stored,))
        rest &= Q() if stored else is_known()
    order = order_of(column, descending=descending)
    return Driver(ThreadEntry.every.filter(rows), order, rows, order, rest, scope.store.threads)
