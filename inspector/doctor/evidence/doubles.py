"""Conversations that go on in two configured stores at once, told from the index alone: no worker has to report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from inspector.index.queries import Row, stored_threads
from inspector.index.recent import rows_of
from inspector.index.twins import find_twins
from inspector.models import StoreEntry

if TYPE_CHECKING:
    from inspector.doctor.case import Case

#: So many threads of the same id are no chance, and no one's experiment.
FEW = 3
#: Threads of the other stores that are looked at.
MOST = 200
#: A split that lasts is written to within so long; one that was mended leaves its threads behind.
LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Double:
    """One thread as it is here and as it is in another store. `away` are hosts that put its checkpoints there and none
    here; "" is not among them."""

    store: str
    here: Row
    there: Row
    away: tuple[str, ...]


def doubles_of(case: Case) -> tuple[Double, ...]:
    """Threads that other workers go on with in another store. Nothing where each of them was moved or copied: then it
    is the same in both, or it begins in one store after it ended in the other, and always in the same one."""
    found = [double for double in _pairs(case) if not _is_copy(double) and not _is_one_hand(double)]
    of_store: dict[str, list[Double]] = {}
    for double in found:
        of_store.setdefault(double.store, []).append(double)
    return tuple(double for many in of_store.values() if _goes_on(many, case) for double in many)


def _pairs(case: Case) -> Iterator[Double]:
    here = {row.entry.thread_id: row for row in case.stored}
    twins = find_twins(case.entry, here)
    ids = [thread_id for thread_id in here if thread_id in twins][:MOST]
    stores = {twin.store for thread_id in ids for twin in twins[thread_id]}
    names = dict(StoreEntry.objects.filter(name__in=stores).values_list("pk", "name"))
    there = list(stored_threads(list(names), ids)) if ids else []
    for row in rows_of(there):
        one = here[row.entry.thread_id]
        away = tuple(sorted(_writers(row) - _writers(one) - {""}))
        yield Double(names[row.entry.store_id], one, row, away)


def _writers(row: Row) -> set[str]:
    return {worker.hostname for worker in row.workers if worker.writes}


def _is_copy(double: Double) -> bool:
    return double.here.entry.first_at == double.there.entry.first_at


def _is_one_hand(double: Double) -> bool:
    """The same workers keep it in both, so each has its own graph there, and they know what they do."""
    return bool(_writers(double.there)) and _writers(double.there) <= _writers(double.here)


def _goes_on(doubles: Sequence[Double], case: Case) -> bool:
    newest = max(double.there.entry.last_at for double in doubles)
    return len(doubles) >= FEW and case.moment.now - newest <= LATELY and len(set(_orders(doubles))) != 1


def _orders(doubles: Iterable[Double]) -> Iterator[str]:
    """Which store had its part of a conversation first, once for each; both where they took turns."""
    for double in doubles:
        here, there = double.here.entry, double.there.entry
        if here.first_at < there.last_at:
            yield "here"
        if there.first_at < here.last_at:
            yield "there"
