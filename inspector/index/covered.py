"""How many threads a pattern covers now, without a look at each thread: from the tallies where these know, else from
the newest ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate
from functools import cached_property
from re import compile as compiled
from typing import NamedTuple

from django.db.models import QuerySet, Sum

from inspector.index.begun import Sums
from inspector.index.kinds import left
from inspector.index.tallies import read_tally
from inspector.index.workers import did_write
from inspector.models import HourTally, StoreEntry, ThreadEntry, ThreadWorker
from inspector.patterns import literal_of

#: Threads that are looked at, the newest.
NEWEST = 5_000
EXAMPLES = 3


class Left(NamedTuple):
    """A thread that was left after one turn."""

    thread_id: str
    owner: str
    graph: str
    id_shape: str
    first_at: datetime
    muted: bool


@dataclass(frozen=True, slots=True)
class Covered:
    """Threads left after one turn that a mute covers, whether or not they are old enough for an orphan. `bound` is "",
    or says that there are so many at "least" or at "most"."""

    threads: int
    bound: str = ""
    examples: tuple[str, ...] = ()


class Cover:
    """Of one store, as it is when it is asked first: everything is read once, however many patterns are asked for."""

    def __init__(self, store: StoreEntry) -> None:
        self.store = store

    @cached_property
    def left(self) -> int:
        """All threads that were left after one turn."""
        return read_tally(self.store).left

    @cached_property
    def newest(self) -> list[tuple[str, str, str]]:
        """Thread_id, owner and graph of each, the last active first."""
        return list(_newest(self.store).values_list("thread_id", "owner", "graph")[:NEWEST])

    @cached_property
    def graphs(self) -> dict[str, Sums]:
        return sums_by_name(self.store, "graph")

    @cached_property
    def hosts(self) -> dict[str, Sums]:
        return sums_by_name(self.store, "host")

    def of(self, what: str, pattern: str) -> Covered:
        if what == "graph":
            names = _fitting(self.graphs, pattern)
            if not names:
                return Covered(0)
            examples = (thread_id for thread_id, _, graph in self.newest if graph in names)
            return Covered(sum(self.graphs[name].left for name in names), examples=_some(examples))
        if what == "host":
            return self._of_hosts(_fitting(self.hosts, pattern))
        literal = literal_of(pattern)
        return self._of_newest(what, pattern) if literal is None else self._of_one(what, literal)

    def _of_hosts(self, names: list[str]) -> Covered:
        """A thread that two of them wrote to counts twice."""
        threads = sum(self.hosts[name].left for name in names)
        if not threads:
            return Covered(0)
        one = max(names, key=lambda name: self.hosts[name].left)
        wrote = ThreadWorker.objects.filter(did_write(), store=self.store, stored__in=(True,), hostname=one).order_by(
            "-last_at", "-thread"
        )
        rows = wrote.values_list("thread__thread_id", "thread__one_turn", "thread__state")[:NEWEST]
        examples = _some(
            thread_id for thread_id, one_turn, state in rows.iterator(200) if one_turn and state != "interrupted"
        )
        return Covered(min(threads, self.left), "most" if len(names) > 1 else "", examples)

    def _of_one(self, what: str, text: str) -> Covered:
        column = {"thread_id" if what == "id" else "owner": text}
        held = ThreadEntry.objects.filter(left().asked_of_held, store=self.store, one_turn=True, **column)
        found = list(held.order_by("-last_at", "-id").values_list("thread_id", flat=True)[: NEWEST + 1])
        return Covered(min(len(found), NEWEST), "least" if len(found) > NEWEST else "", _some(found))

    def _of_newest(self, what: str, pattern: str) -> Covered:
        fits = compiled(translate(pattern)).match
        found = [thread_id for thread_id, owner, _ in self.newest if fits(thread_id if what == "id" else owner)]
        return Covered(len(found), "" if len(self.newest) < NEWEST else "least", _some(found))

    def share(self, what: str, covered: Covered) -> float | None:
        """Of all threads left after one turn, or of the newest ones where only these were looked at. None where there
        is none."""
        looked_at = len(self.newest) if what in ("id", "owner") and covered.bound else self.left
        return min(1.0, covered.threads / looked_at) if looked_at else None


def newest_left(store: StoreEntry, limit: int) -> tuple[Left, ...]:
    """The last active first."""
    return tuple(map(Left._make, _newest(store).values_list(*Left._fields)[:limit]))


def _newest(store: StoreEntry) -> QuerySet[ThreadEntry]:
    held = ThreadEntry.every.filter(left().asked_of_held, store=store, one_turn=True)
    return held.order_by("-last_at", "-id")


def sums_by_name(
    store: StoreEntry, by: str, *, since: datetime | None = None, names: Collection[str] | None = None
) -> dict[str, Sums]:
    """By what an `HourTally` is of: of all time or since a full hour, and of all names or of some."""
    kept = HourTally.objects.filter(store=store, by=by)
    if since is not None:
        kept = kept.filter(hour__gte=since)
    if names is not None:
        kept = kept.filter(name__in=names)
    summed = {f"{name}_sum": Sum(name) for name in Sums._fields}
    rows = kept.values("name").annotate(**summed).order_by()
    return {name: Sums(*sums) for name, *sums in rows.values_list("name", *summed)}


def _fitting(names: Iterable[str], pattern: str) -> list[str]:
    fits = compiled(translate(pattern)).match
    return [name for name in names if fits(name)]


def _some(thread_ids: Iterable[str]) -> tuple[str, ...]:
    found = zip(range(EXAMPLES), thread_ids, strict=False)
    return tuple(thread_id for _, thread_id in found)
