"""Threads of the same owners within a short time of some threads: two queries for a page, unless it spans days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from inspector.index.queries import Row
from inspector.index.rows import batched
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from inspector.orphans.evidence.owner import CROWD, Near

#: Stretches of time that one query asks for, and how long one gets at most before another begins.
_STRETCHES = 20
_LONGEST = timedelta(hours=6)


@dataclass(slots=True)
class _Stretch:
    """Some owners' threads that were last active in it. Owners share one: each is found by itself in the index."""

    begin: datetime
    end: datetime
    owners: set[str] = field(default_factory=set)

    def asked(self, store: StoreEntry) -> Q:
        """All that the owners' index goes by is said of each stretch: asked for the store of them all, SQLite would
        rather go through its threads than look up so many stretches."""
        return Q(store=store, stored__in=(True,), owner__in=self.owners, last_at__range=(self.begin, self.end))


def read_around(
    store: StoreEntry, rows: Sequence[Row], owners: Mapping[int, str], pace: timedelta
) -> dict[str, list[Near]]:
    """By owner, their threads about these rows, which are among them; of owners with very many, some. `owners` are
    those of the rows, by number."""
    found: dict[str, list[Near]] = defaultdict(list)
    for some in batched(_stretches(rows, owners, pace), _STRETCHES):
        asked = Q()
        for stretch in some:
            asked |= stretch.asked(store)
        for owner, near in _read(asked, sum(len(stretch.owners) for stretch in some) * (CROWD + 2)):
            found[owner].append(near)
    return found


def _read(asked: Q, limit: int) -> list[tuple[str, Near]]:
    """As values: a model's instance for each would take longer than the query."""
    columns = ("id", "thread_id", "owner", "first_at", "last_at", "one_turn", "state")
    entries = list(ThreadEntry.every.filter(asked).values_list(*columns)[:limit])
    hosts: dict[int, set[str]] = defaultdict(set)
    workers = ThreadWorker.objects.filter(thread__in=[entry[0] for entry in entries])
    for thread, hostname, writes, reported, elsewhere in workers.values_list(
        "thread_id", "hostname", "writes", "reported", "elsewhere"
    ):
        if _wrote(writes, reported, elsewhere):
            hosts[thread].add(hostname)
    return [
        (owner, Near(thread_id, first_at, last_at, _is_left(one_turn, state), hosts.get(pk, set())))
        for pk, thread_id, owner, first_at, last_at, one_turn, state in entries
    ]


def near_of(row: Row) -> Near:
    entry = row.entry
    hosts = {w.hostname for w in row.workers if _wrote(w.writes, w.reported, w.elsewhere)}
    return Near(entry.thread_id, entry.first_at, entry.last_at, _is_left(entry.one_turn, entry.state), hosts)


def _wrote(writes: int, reported: int | None, elsewhere: str) -> bool:
    return bool(writes or (reported and not elsewhere))


def _is_left(one_turn: bool, state: str) -> bool:
    return one_turn and state != "interrupted"


def _stretches(rows: Iterable[Row], owners: Mapping[int, str], pace: timedelta) -> list[_Stretch]:
    """Of each row, when a thread is last active that is within the pace of it; those that overlap as one."""
    entries = sorted((row.entry for row in rows if owners[row.entry.pk]), key=lambda entry: entry.first_at)
    found: list[_Stretch] = []
    for entry in entries:
        begin, end = entry.first_at - pace, entry.last_at + 2 * pace
        if not found or begin > found[-1].end or end - found[-1].begin > _LONGEST:
            found.append(_Stretch(begin, end))
        found[-1].end = max(found[-1].end, end)
        found[-1].owners.add(owners[entry.pk])
    return found
