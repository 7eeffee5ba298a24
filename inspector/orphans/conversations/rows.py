"""One-turn threads of the index as openings: the newest ones in steps, those of an owner, those about a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy

from inspector.index.columns import Unindexed, is_among
from inspector.index.workers import did_write
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from inspector.orphans.conversations.opening import Opening
from inspector.orphans.conversations.pause import FEW, Pause

#: A row's place in the order of the index: last activity and number.
Place = tuple[datetime, int]
#: Threads from which the pause is learnt.
_LEARNT_FROM = 600
#: Threads that one query names.
_AT_ONCE = 500
_COLUMNS = ("pk", "thread_id", "owner", "graph", "id_shape", "first_at", "last_at")


@dataclass(frozen=True, slots=True)
class Left:
    """A thread that had one turn and where nobody is asked a question."""

    opening: Opening
    place: Place


def newest_left(entry: StoreEntry, before: Place | None, many: int) -> list[Left]:
    """Up to so many rows, the last active first, behind a place."""
    ties = Q() if before is None else Q(last_at=before[0], pk__lt=before[1])
    found = _read(_left(entry).filter(ties), many) if before is not None else []
    below = Q() if before is None else Q(last_at__lt=before[0])
    return found + _read(_left(entry).filter(below), many - len(found))


def left_just_after(entry: StoreEntry, place: Place, seconds: float, many: int) -> list[Left]:
    """Rows from a place on that are at most so much newer, the nearest first."""
    rows = _left(entry).filter(last_at__gte=place[0], last_at__lte=place[0] + timedelta(seconds=seconds))
    return _read(rows, many, "last_at")


def left_of_owners(
    entry: StoreEntry, owners: Collection[str], since: datetime, until: datetime, many: int, order: str = "-last_at"
) -> list[Left]:
    """Of these owners, last active in this time."""
    rows = ThreadEntry.objects.filter(store=entry, owner__in=list(owners), last_at__gte=since, last_at__lte=until)
    rows = rows.filter(_is_left() & is_among({"one_turn": True}))
    return [_of(row) for row in rows.order_by(*_by_owner(order)).values_list(*_COLUMNS)[:many]]


def left_of_hosts(
    entry: StoreEntry, hosts: Collection[str], since: datetime, until: datetime, many: int, order: str = "-last_at"
) -> list[Left]:
    """Without an owner, of these hosts, last active in this time."""
    tie = "-thread" if order.startswith("-") else "thread"
    theirs = ThreadWorker.objects.filter(store=entry, stored__in=(True,), hostname__in=list(hosts))
    theirs = theirs.filter(last_at__gte=since, last_at__lte=until).order_by(order, tie)
    rows = ThreadEntry.objects.filter(pk__in=list(theirs.values_list("thread_id", flat=True)[: many * 4]))
    return _read(rows.filter(_is_left() & is_among({"one_turn": True, "owner": ""})), many, order)


def left_row(thread: ThreadEntry) -> Left:
    return _of((thread.pk, *(getattr(thread, name) for name in _COLUMNS[1:])))


def with_hosts(entry: StoreEntry, openings: Sequence[Opening]) -> list[Opening]:
    """With the hosts that wrote to each, by one query."""
    hosts: dict[str, list[str]] = defaultdict(list)
    thread_ids = [one.thread_id for one in openings]
    for begin in range(0, len(thread_ids), _AT_ONCE):
        asked = thread_ids[begin : begin + _AT_ONCE]
        wrote = ThreadWorker.objects.filter(did_write(), thread__store=entry, thread__thread_id__in=asked)
        for thread_id, hostname in wrote.order_by("hostname").values_list("thread__thread_id", "hostname"):
            hosts[thread_id].append(hostname)
    return [replace(one, hosts=tuple(hosts.get(one.thread_id, ()))) for one in openings]


def going_on_of(entry: StoreEntry, owners: Iterable[str], since: datetime, until: datetime) -> list[ThreadEntry]:
    """Threads of these owners that had several turns and were last active in this time or after, the newest first."""
    rows = ThreadEntry.objects.filter(store=entry, owner__in=list(owners), last_at__gte=since)
    rows = rows.filter(is_among({"one_turn": False}, until=until, time="first_at"))
    return list(rows.order_by(*_by_owner("-last_at"))[:200])


def _by_owner(order: str) -> list[OrderBy]:
    """An order that no index has, so that SQLite goes by the owners' index and not through everybody's threads."""
    down = order.startswith("-")
    return [OrderBy(Unindexed(name), descending=down) for name in (order.removeprefix("-"), "id")]


def learn_pause(entry: StoreEntry) -> Pause:
    """From threads that went on: of two turns where there are enough, since theirs is a pause and no mean of some."""
    rows = ThreadEntry.objects.filter(store=entry).order_by("-last_at", "-id")
    pauses = _pauses(rows[:_LEARNT_FROM])
    if len(pauses) < FEW:
        pauses = _pauses(ThreadEntry.objects.filter(store=entry, turns__gte=2).order_by("turns", "id")[:_LEARNT_FROM])
    return Pause.learn(pauses)


def _pauses(rows: QuerySet[ThreadEntry]) -> list[float]:
    told = [
        (turns, max(0.0, (last_at - first_at).total_seconds()) / (turns - 1))
        for turns, first_at, last_at in rows.values_list("turns", "first_at", "last_at")
        if turns > 1
    ]
    twice = [pause for turns, pause in told if turns == 2]
    return twice if len(twice) >= 2 * FEW else [pause for _, pause in told]


def _left(entry: StoreEntry) -> QuerySet[ThreadEntry]:
    """By the index of one-turn threads, which says by itself that a thread is stored."""
    return ThreadEntry.every.filter(store=entry, one_turn=True).filter(_is_left())


def _is_left() -> Q:
    return is_among({"muted": False}) & ~is_among({"state": "interrupted"})


def _read(rows: QuerySet[ThreadEntry], many: int, order: str = "-last_at") -> list[Left]:
    if many <= 0:
        return []
    tie = "-pk" if order.startswith("-") else "pk"
    return [_of(row) for row in rows.order_by(order, tie).values_list(*_COLUMNS)[:many]]


def _of(row: tuple[object, ...]) -> Left:
    pk, thread_id, owner, graph, shape, first_at, last_at = row
    opening = Opening(thread_id, first_at, owner, (), graph, None, shape)  # type: ignore[arg-type]
    return Left(opening, (last_at, pk))  # type: ignore[arg-type]
