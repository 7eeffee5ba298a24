"""Sync passes that go on while the dashboard runs: one thread a store, so that a slow store holds up no other."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import timedelta

from django.db import close_old_connections
from django.utils import timezone

from inspector.errors import ReadTooLong, StoreError
from inspector.index.lease import LeaseTaken
from inspector.index.pace import GENTLE, PassStopped
from inspector.index.passes import run_pass
from inspector.index.sync import PassReport
from inspector.models import StoreEntry
from inspector.reader import Reader

logger = logging.getLogger(__name__)

#: Passes may load the store for this share of the time.
_DUTY = 0.05
_LONGEST_PAUSE = 300.0
_AFTER_ERROR = 5.0
#: Seconds between two passes of a walk, in which a person's `inspector sync`, which waits for the lease, gets it.
BETWEEN = 1.0


class BackgroundSync:
    """Starts with `start()`, ends with `stop()`. Never dies of an error: it says so once and tries again."""

    def __init__(self, readers: list[Reader], *, pause: float) -> None:
        self._pause = pause
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(reader,), name=f"sync-{reader.store.name}", daemon=True)
            for reader in readers
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Waits for passes that go on so many seconds at most, however many stores hang."""
        self._stop.set()
        until = time.monotonic() + timeout
        for thread in filter(threading.Thread.is_alive, self._threads):  # none where it was never started
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self, reader: Reader) -> None:
        name, failing = reader.store.name, ""
        pace = replace(GENTLE, holds_back=True, sleep=self._sleep)
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                pause = _rest_left(name)
                if not pause:
                    report = run_pass(reader, pace=pace)
                    if failing:
                        logger.info("%s answers again.", reader.store.safe_url)
                    failing, pause = "", self._pause_after(report)
                    _rest(name, pause)
            except PassStopped:
                return
            except LeaseTaken:
                pause = self._pause
            except StoreError as error:
                if self._stop.is_set():  # the readers are closed under a thread that outstayed the wait
                    return
                if error.message != failing:
                    logger.warning("%s %s", error.message, error.hint)
                failing, pause = error.message, max(self._pause, _AFTER_ERROR)
                if isinstance(error, ReadTooLong):  # all this time the store was at work
                    pause = max(pause, self._rest_after(time.monotonic() - began))
            except Exception:
                if self._stop.is_set():
                    return
                logger.exception("A sync pass over %s failed.", reader.store.safe_url)
                pause = max(self._pause, _AFTER_ERROR)
            finally:
                close_old_connections()
            self._stop.wait(pause)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise PassStopped

    def _pause_after(self, report: PassReport) -> float:
        if report.building:  # it rests between its own reads
            return BETWEEN
        worked = report.seconds * GENTLE.share  # the rest of it was rests, or reads that wait for turns of their own
        return self._rest_after(worked if report.looked or report.verified else 0.0)

    def _rest_after(self, seconds: float) -> float:
        """Long enough that passes which read rows stay within their share of the store's time."""
        return max(self._pause, min(seconds * (1 / _DUTY - 1), _LONGEST_PAUSE))


def _rest_left(name: str) -> float:
    """Seconds until a pass is due. A pass that another replica has made counts as one's own: however many there are,
    the store is asked as by one."""
    until = StoreEntry.objects.filter(name=name).values_list("rest_until", flat=True).first()
    return max(0.0, (until - timezone.now()).total_seconds()) if until else 0.0


def _rest(name: str, seconds: float) -> None:
    StoreEntry.objects.filter(name=name).update(rest_until=timezone.now() + timedelta(seconds=seconds))
