"""Sync passes that go on while the dashboard runs: one thread a store, so that a slow store holds up no other."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta

from django.db import close_old_connections
from django.utils import timezone

from inspector.errors import ReadTooLong, StoreError
from inspector.index.lease import LeaseTaken
from inspector.index.loops import LONGEST_PAUSE, StoreLoops
from inspector.index.marking import mark
from inspector.index.pace import GENTLE, PassStopped
from inspector.index.passes import run_pass
from inspector.index.sync import PassReport
from inspector.index.trouble import explain, log_failure, note
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.stores.work import Steady, Work, measured

logger = logging.getLogger(__name__)

_AFTER_ERROR = 5.0
#: Seconds between two passes of a walk, in which a person's `inspector sync`, which waits for the lease, gets it.
BETWEEN = 1.0
#: Seconds between two looks at the mutes, where passes come less often.
_LOOK = 5.0


class BackgroundSync(StoreLoops):
    """Starts with `start()`, ends with `stop()`. Never dies of an error: it says so once and tries again."""

    label = "sync"
    patience = 2.0

    def _run(self, reader: Reader) -> None:
        name, failing, steady = reader.store.name, "", Steady()
        pace = replace(GENTLE, holds_back=True, sleep=self._sleep)
        while not self._stop.is_set():
            work = Work()
            try:
                pause = _rest_left(name)
                if not pause:
                    with measured(work):
                        report = run_pass(reader, pace=pace)
                    note(name, None)
                    if failing:
                        logger.info("%s answers again.", reader.store.safe_url)
                    at_work = report.looked or report.verified
                    failing, pause = "", self._pause_after(report, steady.part(work.seconds) if at_work else 0.0)
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
                    pause = max(pause, self._rest_after(steady.part(work.seconds)))
            except Exception as error:
                if self._stop.is_set():
                    return
                trouble = explain(error)
                note(name, trouble)
                if trouble is None or trouble.message != failing:
                    log_failure(logger, error, "A sync pass over %s failed.", reader.store.safe_url)
                failing = trouble.message if trouble else failing
                pause = max(self._pause, _AFTER_ERROR)
            finally:
                close_old_connections()
            self._wait(name, pause)

    def _wait(self, name: str, pause: float) -> None:
        """Mutes that people change do not wait for the next pass."""
        until = time.monotonic() + pause
        while (left := until - time.monotonic()) > 0 and not self._stop.wait(min(left, _LOOK)):
            if left > _LOOK:
                self._mark(name)

    def _mark(self, name: str) -> None:
        try:
            mark(name, sleep=self._sleep)
        except PassStopped:
            pass
        except Exception:
            logger.exception("The muted threads of %s could not be marked.", name)
        finally:
            close_old_connections()

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise PassStopped

    def _pause_after(self, report: PassReport, worked: float) -> float:
        """`worked`: seconds that the store was at work for it."""
        if report.building:  # it rests between its own reads
            return BETWEEN
        return self._rest_after(worked)


def _rest_left(name: str) -> float:
    """Seconds until a pass is due. A pass that another replica has made counts as one's own: however many there are,
    the store is asked as by one."""
    until = StoreEntry.objects.filter(name=name).values_list("rest_until", flat=True).first()
    left = (until - timezone.now()).total_seconds() if until else 0.0
    return left if 0.0 < left <= LONGEST_PAUSE else 0.0  # a longer one was set by a clock that was ahead


def _rest(name: str, seconds: float) -> None:
    StoreEntry.objects.filter(name=name).update(rest_until=timezone.now() + timedelta(seconds=seconds))
