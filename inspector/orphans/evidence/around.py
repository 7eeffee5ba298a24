"""Threads of the same owners within a short time of some threads: two queries for a page of fifty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from inspector.index.queries import Row
from inspector.index.recent import rows_of
from inspector.index.rows import batched
from inspector.models import StoreEntry, ThreadEntry
from inspector.orphans.evidence.owner import CROWD, Near

#: Stretches of time that one query asks for.
_STRETCHES = 60

_Stretch = tuple[datetime, datetime]


def read_around(store: StoreEntry, rows: Sequence[Row], pace: timedelta) -> dict[str, list[Near]]:
    """By owner, their threads about these rows, which are among them. Of an owner with very many, some."""
    wanted = [(owner, stretch) for owner, held in _stretches(rows, pace).items() for stretch in held]
    found: dict[str, list[Near]] = defaultdict(list)
    for some in batched(wanted, _STRETCHES):
        asked = Q()
        for owner, (begin, end) in some:
            asked |= Q(store=store, stored__in=(True,), owner=owner, last_at__gte=begin, last_at__lte=end)
        entries = ThreadEntry.every.filter(asked).defer("metadata")[: len(some) * (CROWD + 2)]
        for row in rows_of(list(entries)):
            found[row.entry.owner].append(near_of(row))
    return found


def near_of(row: Row) -> Near:
    entry = row.entry
    hosts = frozenset(w.hostname for w in row.workers if w.writes or (w.reported and not w.elsewhere))
    left = entry.one_turn and entry.state != "interrupted"
    return Near(entry.thread_id, entry.first_at, entry.last_at, left, hosts)


def _stretches(rows: Iterable[Row], pace: timedelta) -> Mapping[str, list[_Stretch]]:
    """By owner, when a thread is last active that is within the pace of one of these; those that overlap as one."""
    by_owner: dict[str, list[_Stretch]] = defaultdict(list)
    for row in rows:
        if owner := row.entry.owner:
            by_owner[owner].append((row.entry.first_at - pace, row.entry.last_at + 2 * pace))
    return {owner: list(_merged(sorted(held))) for owner, held in by_owner.items()}


def _merged(stretches: Sequence[_Stretch]) -> Iterator[_Stretch]:
    begin, end = stretches[0]
    for other_begin, other_end in stretches[1:]:
        if other_begin > end:
            yield begin, end
            begin, end = other_begin, other_end
        end = max(end, other_end)
    yield begin, end
