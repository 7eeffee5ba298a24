"""Lines of the log older than they are kept for are deleted, few at a time, so that no page waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from inspector.index.loops import Loop
from inspector.models import Opened

#: Lines that one statement deletes.
BATCH = 1_000
#: Seconds between two looks.
EVERY = 3_600.0
_BETWEEN = 0.1


def forget_some(days: int, now: datetime, *, batch: int = BATCH) -> int:
    """Deletes the oldest lines that are older than so many days. How many, which is `batch` where there may be more."""
    old = Opened.objects.filter(at__lt=now - timedelta(days=days)).order_by("at", "pk")
    ids = list(old.values_list("pk", flat=True)[:batch])
    if ids:
        Opened.objects.filter(pk__in=ids).delete()
    return len(ids)


class BackgroundAging(Loop):
    label = "audit-aging"
    failed = "Old lines of the audit log could not be deleted."

    def __init__(self, days: int, *, pause: float = EVERY) -> None:
        super().__init__(pause=pause)
        self._days = days

    def _work(self) -> float:
        return _BETWEEN if forget_some(self._days, timezone.now()) == BATCH else self._pause
