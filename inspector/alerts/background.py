"""Looking after alerts while the dashboard runs: one thread a store. Of several dashboards that share an index, one
takes each look."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from inspector.alerts.announce import announce
from inspector.alerts.watch import judge_store
from inspector.index.claims import left, take
from inspector.index.kinds import Moment
from inspector.index.loops import StoreLoops
from inspector.index.trouble import log_failure
from inspector.models import StoreEntry
from inspector.reader import Reader

logger = logging.getLogger(__name__)

#: Seconds between two looks, at least.
EVERY = 10.0


class BackgroundAlerts(StoreLoops):
    """Starts with `start()`, ends with `stop()`. Never dies of an error: it says so and tries again. Reads the index
    alone, so a store that hangs holds it up no more than any other."""

    label = "alerts"
    patience = 2.0

    def __init__(self, readers: list[Reader], *, pause: float = EVERY) -> None:
        super().__init__(readers, pause=pause)

    def _run(self, reader: Reader) -> None:
        name = reader.store.name
        while not self._stop.is_set():
            wait = self._pause
            try:
                wait = look_if_due(name, self._pause) or self._pause
            except Exception as error:
                if self._stop.is_set():
                    return
                log_failure(logger, error, "The alerts of %s could not be looked after.", reader.store.safe_url)
            finally:
                close_old_connections()
            self._stop.wait(wait)


def look_if_due(name: str, rest: float) -> float:
    """Takes the look that is due, and says what it has to say to those who tell people. Returns the seconds until the
    next one is due where another dashboard took it, else 0."""
    entry = StoreEntry.objects.filter(name=name).first()
    if entry is None:
        return rest
    now, before = timezone.now(), entry.judged_at
    if wait := left(before, now, rest):
        return wait
    if take(entry, "judged_at", before, now):
        judge_store(entry, Moment(now, settings.INSPECTOR.orphan_after))
        announce(entry, now)
    return 0.0
