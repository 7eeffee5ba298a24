"""How many threads a query has. Of most the tallies know; of what they do not, few enough rows are counted.

A number is exact, or is one that there are at least. It is never an estimate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from inspector.decode import Sight
from inspector.index.columns import is_among
from inspector.index.drivers import Driver, driver_of_host, find_drivers, smallest
from inspector.index.kinds import Kind, Moment, Way, left, of_flag, of_muted, of_state, of_turns
from inspector.index.scope import Scope, ThreadQuery, is_part, muted_of
from inspector.index.seen import check_owner
from inspector.index.tallies import read_tally
from inspector.index.workers import did_something
from inspector.models import StoreEntry, ThreadEntry

#: Rows that are counted one by one. Of more, these are.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Number:
    """`exact`, or that many at least."""

    value: int
    exact: bool = True

    def __add__(self, other: Number) -> Number:
        return Number(self.value + other.value, self.exact and other.exact)


class Orphans(NamedTuple):
    """All of them, and how many of these are muted."""

    all: int
    muted: int

    @property
    def unmuted(self) -> int:
        return self.all - self.muted


@dataclass(frozen=True, slots=True)
class ThreadCounts:
    """How many threads each of the quick filters would show, under the same search, host, owner and times."""

    all: int
    one_turn: int
    orphans: int
    random_ids: int
    interrupted: int
    failed: int
    unfinished: int
    several_hosts: int
    siblings: int
    missed_reads: int
    never_stored: int
    at_least: frozenset[str] = frozenset()  #: the names of those that are more, for all that is known


def count_threads(store: StoreEntry, query: ThreadQuery, moment: Moment, *, sight: Sight) -> ThreadCounts:
    """The query without its own turns, state and flag, narrowed to each of them in turn. Raises `NotAllowed` for an
    owner whom the viewer may not know."""
    check_owner(query.owner, sight)
    scope = Scope.of(store, query, moment).narrowed_to()
    kinds = _quick(moment, muted_of(query))
    if scope.is_kept or not scope.is_narrow:
        found = {name: _sum(scope.narrowed_to(*kind)) for name, kind in kinds.items()}
    else:
        found = _count_at_once(scope, kinds)
    at_least = frozenset(name for name, number in found.items() if not number.exact)
    return ThreadCounts(**{name: number.value for name, number in found.items()}, at_least=at_least)


def _quick(moment: Moment, muted: bool | None) -> dict[str, tuple[Kind, ...]]:
    """`muted` as in `muted_of`: where only muted threads are listed, every other filter is narrowed to them, too."""
    also = (of_muted(),) if muted else ()
    return {
        "all": also,
        "one_turn": (of_turns("one"), *also),
        "orphans": (of_flag("orphan", moment, muted=muted),),
        "random_ids": (of_flag("random-id", moment), *also),
        "interrupted": (of_state("interrupted", moment), *also),
        "failed": (of_state("failed", moment), *also),
        "unfinished": (of_state("unfinished", moment), *also),
        "several_hosts": (of_flag("several-hosts", moment), *also),
        "siblings": (of_flag("siblings", moment), *also),
        "missed_reads": (of_flag("missed-reads", moment), *also),
        "never_stored": (of_flag("never-stored", moment), *also),
    }


def count_owned(store: StoreEntry, owner: str, *, sight: Sight) -> Number:
    """Threads of one owner: whoever searches for a customer's name rarely has it in the ids that lost the customer.
    None for a viewer who may not know owners."""
    if sight.shape:
        return Number(0)
    rows = ThreadEntry.objects.filter(store=store, owner=owner).order_by("-last_at", "-id")
    count = rows[: MOST + 1].count()
    return Number(min(count, MOST), count <= MOST)


def count_orphans(store: StoreEntry, moment: Moment) -> Orphans:
    """Over all time: what was left, without what is too young to tell."""
    way, tally = left(since=moment.orphan_before), read_tally(store)
    held = ThreadEntry.every.filter(way.rows, way.asked_of_held, store=store, last_at__gte=way.since)
    young = held.aggregate(all=Count("pk"), muted=Count("pk", filter=is_among({"muted": True})))
    return Orphans(max(0, tally.left - young["all"]), max(0, tally.left_muted - young["muted"]))


def count_left_out(scope: Scope) -> int:
    """Muted orphans that a list of orphans leaves out: at least so many, where they are not all counted."""
    if scope.query.flag != "orphan" or muted_of(scope.query) is not False or not scope.tally.left_muted:
        return 0
    muted = Scope.of(scope.store, replace(scope.query, muted="only"), scope.moment)
    return sum(number.value for number in count_found(muted).values())


def count_found(scope: Scope) -> dict[bool, Number]:
    """Of the stored threads as True, of the absent ones as False."""
    if scope.is_kept:
        return {stored: Number(_count_kept(scope, stored)) for stored in scope.parts}
    return {stored: _count_driven(replace(scope, only=stored)) for stored in scope.parts}


def _sum(scope: Scope) -> Number:
    return sum(count_found(scope).values(), Number(0))


def _count_kept(scope: Scope, stored: bool) -> int:
    if not scope.kinds:
        return scope.tally.threads if stored else scope.tally.absent
    return sum(_count_way(scope, way, stored) for way in scope.kinds[0].ways)


def _count_way(scope: Scope, way: Way, stored: bool) -> int:
    """What depends on the time of day is all of them but the young, or the young."""
    kept = scope.kept(way, stored=stored)
    border = way.since or way.until
    if not kept or border is None:
        return kept
    young = _count_young(scope, way, stored, border)
    return young if way.since else max(0, kept - young)


def _count_young(scope: Scope, way: Way, stored: bool, border: datetime) -> int:
    """Threads of a way whose last activity is of `border` or later."""
    if scope.query.host is not None:
        query = replace(scope.query, since=border)
        driver = driver_of_host(replace(scope.narrowed_to(), query=query, only=stored), stored)
        asked = replace(way, since=None, until=None).asked
        return sum(rows.order_by().filter(asked).count() for rows in driver.threads())
    here, held = Q(store=scope.store, last_at__gte=border), way.rows
    if way.by_stored:
        held &= Q(stored__in=(stored,))
    elif way.kept_absent:
        held &= is_part(stored)
    return ThreadEntry.every.filter(here & held & way.asked_of_held).count()


def hosts_of_young(store: StoreEntry, way: Way, hostnames: Collection[str]) -> dict[str, int]:
    """Threads of a way with a last activity of `way.since` or later, by host, stored and absent ones together."""
    rows = Q(store=store, last_at__gte=way.since) & way.rows & is_part(True, False)
    theirs = Q(did_something("workers__"), workers__hostname__in=hostnames)
    found = ThreadEntry.every.filter(rows & theirs).values("workers__hostname").annotate(threads=Count("id"))
    return dict(found.order_by().values_list("workers__hostname", "threads"))


def _count_driven(scope: Scope) -> Number:
    """In one part."""
    if any(not sum(scope.kept(way, stored=part) for way in kind.ways) for kind in scope.kinds for part in scope.parts):
        return Number(0)
    return sum((_count_rows(driver) for driver in _drivers(scope)), Number(0))


def _count_rows(driver: Driver) -> Number:
    if driver.rest == Q():
        if driver.listed:
            return Number(driver.size)
        count = driver.keys()[: MOST + 1].count()
        return Number(min(count, MOST), count <= MOST)
    ranges, exact = _first(driver)
    return Number(sum(rows.count() for rows in ranges), exact)


def _count_at_once(scope: Scope, kinds: Mapping[str, Sequence[Kind]]) -> dict[str, Number]:
    found = dict.fromkeys(kinds, Number(0))
    for stored in (True, False) if scope.tally.absent else (True,):
        part = replace(scope, only=stored)
        counts = {
            f"{name}_count": Count("id", filter=_all_of(kind))
            for name, kind in kinds.items()
            if stored in scope.narrowed_to(*kind).parts
        }
        for driver in _drivers(part) if counts else ():
            ranges, exact = _first(driver)
            for rows in ranges:
                for name, value in rows.aggregate(**counts).items():
                    found[name.removesuffix("_count")] += Number(value, exact)
    return found


def _all_of(kinds: Sequence[Kind]) -> Q | None:
    asked = Q()
    for kind in kinds:
        asked &= kind.asked
    return asked if kinds else None


def _drivers(scope: Scope) -> list[Driver]:
    return smallest(scope) if scope.hits is None else find_drivers(scope, "last_at", descending=True)


def _first(driver: Driver) -> tuple[list[QuerySet[ThreadEntry]], bool]:
    """As many rows as are counted, and whether they are all."""
    edge = None if driver.listed else driver.edge(None, MOST + 1)
    return [rows.order_by() for rows in driver.threads(up_to=edge)], edge is None
