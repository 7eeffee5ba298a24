"""The newest threads with all that is known of each, for those who look at many of them one by one. They are as the
index has them, for rules and never for pages (see `index.seen`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from inspector.index.queries import Row
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker


def newest_threads(entry: StoreEntry, limit: int) -> tuple[Row, ...]:
    """The last active first, stored ones and as many that were only asked for."""
    found: list[ThreadEntry] = []
    for stored in (True, False):
        ways = ThreadEntry.every.filter(store=entry, stored__in=(stored,)).order_by("-last_at", "-id")
        found += ways[:limit]
    return rows_of(found)


def begun_before(entry: StoreEntry, at: datetime, limit: int) -> tuple[Row, ...]:
    """Stored threads that began before `at`, the last begun first."""
    return rows_of(list(ThreadEntry.objects.filter(store=entry, first_at__lt=at).order_by("-first_at", "-id")[:limit]))


def rows_of(found: Sequence[ThreadEntry]) -> tuple[Row, ...]:
    """Threads with what each host did to them, in this order, by one query: without a manager for each of them, which
    would take longer than all the rest."""
    theirs: dict[int, list[ThreadWorker]] = defaultdict(list)
    for worker in ThreadWorker.objects.filter(thread_id__in=[one.pk for one in found]).order_by("pk"):
        theirs[worker.thread_id].append(worker)
    return tuple(Row(one, tuple(theirs.get(one.pk, ()))) for one in found)
