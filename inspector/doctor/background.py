"""The diagnosis while the dashboard runs, so that the number of problems on every page is true: one thread a store.

A look counts whoever made it, a page or another replica: they share the index, and its row of the store says when.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from inspector.doctor.diagnosis import diagnose
from inspector.index.claims import give_back, left, take
from inspector.index.loops import StoreLoops
from inspector.index.queries import Moment
from inspector.index.tallies import read_tally
from inspector.index.trouble import log_failure
from inspector.models import StoreEntry
from inspector.reader import Reader

logger = logging.getLogger(__name__)

#: Seconds between two looks, at least.
EVERY = 15.0
#: Seconds between two glances at a first build that has nothing to show yet.
_NOTHING_YET = 2.0


class BackgroundDoctor(StoreLoops):
    """Starts with `start()`, ends with `stop()`. Never dies of an error: it says so and tries again."""

    label = "doctor"
    patience = 2.0

    def __init__(self, readers: list[Reader], *, pause: float = EVERY) -> None:
        super().__init__(readers, pause=pause)

    def _run(self, reader: Reader) -> None:
        rest = self._pause
        while not self._stop.is_set():
            try:
                wait = _until_due(reader.store.name, rest)
                if not wait:
                    began = time.monotonic()
                    if _look(reader, rest):
                        rest = self._rest_after(time.monotonic() - began)
                    wait = rest
            except Exception as error:
                if self._stop.is_set():  # the readers are closed under a thread that outstayed the wait
                    return
                log_failure(logger, error, "The diagnosis of %s failed.", reader.store.safe_url)
                wait = self._pause
            finally:
                close_old_connections()
            self._stop.wait(wait)


def _until_due(name: str, rest: float) -> float:
    """Seconds until the store is due for a look, by who looked last; 0 when it is."""
    entry = StoreEntry.objects.filter(name=name).only("diagnosed_at", "synced_at", "error").first()
    if entry is None or not _has_anything(entry):
        return _NOTHING_YET
    return left(entry.diagnosed_at, timezone.now(), rest)


def _has_anything(entry: StoreEntry) -> bool:
    """Whether a first pass has ended, failed, or read some threads: before that there is nothing to look at."""
    return bool(entry.synced_at or entry.error or read_tally(entry).threads)


def _look(reader: Reader, rest: float) -> bool:
    """False where another replica, which was due at the same moment, was the first to take this look."""
    entry = StoreEntry.objects.get(name=reader.store.name)
    now, before = timezone.now(), entry.diagnosed_at
    if left(before, now, rest) or not _take(entry, before, now):
        return False
    try:
        diagnose(reader, entry, Moment(now, settings.INSPECTOR.orphan_after))
    except BaseException:
        give_back(entry, "diagnosed_at", before, now)
        raise
    return True


def _take(entry: StoreEntry, before: datetime | None, now: datetime) -> bool:
    """A first look is not taken: what is not written yet must not count as known."""
    return before is None or take(entry, "diagnosed_at", before, now)
