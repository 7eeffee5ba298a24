"""Lines of the log older than they are kept for are deleted, few at a time, so that no page waits for it."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import close_old_connections
from django.utils import timezone

from inspector.models import Opened

logger = logging.getLogger(__name__)

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


class BackgroundAging:
    """Starts with `start()`, ends with `stop()`. Never dies of an error: it says so and tries again."""

    def __init__(self, days: int, *, pause: float = EVERY) -> None:
        self._days = days
        self._pause = pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-aging", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            wait = self._pause
            try:
                if forget_some(self._days, timezone.now()) == BATCH:
                    wait = _BETWEEN
            except Exception:
                if self._stop.is_set():
                    return
                logger.exception("Old lines of the audit log could not be deleted.")
            finally:
                close_old_connections()
            self._stop.wait(wait)
