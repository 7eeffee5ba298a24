"""The newest threads with all that is known of each, for those who look at many of them one by one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import prefetch_related_objects

from inspector.index.queries import Row
from inspector.models import StoreEntry, ThreadEntry


def newest_threads(entry: StoreEntry, limit: int) -> tuple[Row, ...]:
    """The last active first, stored ones and as many that were only asked for."""
    found: list[ThreadEntry] = []
    for stored in (True, False):
        ways = ThreadEntry.every.filter(store=entry, stored__in=(stored,)).order_by("-last_at", "-id")
        found += ways[:limit]
    return _rows(found)


def begun_before(entry: StoreEntry, at: datetime, limit: int) -> tuple[Row, ...]:
    """Stored threads that began before `at`, the last begun first."""
    return _rows(list(ThreadEntry.objects.filter(store=entry, first_at__lt=at).order_by("-first_at", "-id")[:limit]))


def _rows(found: list[ThreadEntry]) -> tuple[Row, ...]:
    prefetch_related_objects(found, "workers")
    return tuple(Row(one, tuple(one.workers.all())) for one in found)
