"""The one background thread: takes the counters every half second and hands them to the ledger until it has them."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic, time
from typing import Any

from inspector.probe.errors import name_error
from inspector.probe.identities import Resolver
from inspector.probe.ledger_schema import KEEP_SECONDS, Batch, Ledger, WorkerReport
from inspector.probe.outbox import Outbox
from inspector.probe.places import Places
from inspector.probe.recorder import Recorder
from inspector.probe.settings import log

#: Seconds between two flushes: a killed process loses what it counted since the last one.
PAUSE = 0.5
#: A report is sent after so many seconds (and sooner when something was counted).
HEARTBEAT = 10.0
#: After each failure in a row the pause doubles, up to so many seconds.
LONGEST_PAUSE = 5.0
#: Seconds that the end of a process may take.
EXIT_SECONDS = 2.0
#: Counters in one batch. What is left follows at once in the next one.
BATCH = 1_000
#: Failures after which it is asked whether the ledger is away, or refuses this one batch for ever.
DOUBT = 5
#: Seconds between two removals of old rows, more or less.
_PRUNE_EVERY = 3_600.0

MakeReport = Callable[[Mapping[str, Any], bool], WorkerReport]


class Flusher:
    """`start`, `flush` and `finish` are for any thread; all else happens in its own."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        places: Places,
        open_ledger: Callable[[], Ledger],
        safe_place: str,
        report: MakeReport,
    ) -> None:
        self.started = False
        self._recorder = recorder
        self._open_ledger = open_ledger
        self._safe_place = safe_place
        self._make_report = report
        self._resolver = Resolver(places)
        self._ledger: Ledger | None = None
        self._outbox = Outbox()
        self._failures = 0  #: since the outbox was last empty
        self._reported_at = float("-inf")
        self._prune_at = monotonic() + random.uniform(0.05, 1) * _PRUNE_EVERY  # noqa: S311
        self._down = False
        self._ended = False
        self._thread: threading.Thread | None = None
        self._state = threading.Condition()
        self._passing = threading.Lock()
        self._asked = self._answered = self._written = 0  #: tickets of `flush`

    def start(self) -> None:
        """Never raises: where no thread can be started any more, the counters wait for `flush`."""
        with self._state:
            if self.started:
                return
            self.started = True
            self._ended = False  # something is counted after a goodbye: the process goes on
            self._thread = threading.Thread(target=self._run, name="checkpoint-inspector-probe", daemon=True)
            try:
                self._thread.start()
            except RuntimeError as error:
                self._thread = None
                log.debug("The probe cannot start its thread (%s).", name_error(error))
        self._end_with_multiprocessing()

    def flush(self, timeout: float) -> bool:
        """Whether what was counted by now is in the ledger. Waits up to so many seconds."""
        self.start()
        with self._state:
            if self._thread is not None:
                self._asked += 1
                ticket = self._asked
                self._state.notify_all()
                self._state.wait_for(lambda: self._answered >= ticket, timeout)
                return self._written >= ticket
        return self._try_pass(asked=True)

    def finish(self, timeout: float = EXIT_SECONDS) -> bool:
        """Says goodbye, with the last counters. The thread ends, and begins again should anything be counted."""
        if not self.started:
            return True
        self._ended = True
        return self.flush(timeout)

    def forget(self) -> None:
        """In a forked child: the thread is not there, and the connection is the parent's."""
        if self._ledger is not None:
            try:
                self._ledger.forget()
            except Exception as error:
                log.debug("The probe's ledger does not forget (%s).", name_error(error))

    def _end_with_multiprocessing(self) -> None:
        """Its children end without `atexit`, and so do those of Celery's billiard."""
        for name in ("multiprocessing.util", "billiard.util"):
            if (util := sys.modules.get(name)) and not self._ended:
                util.Finalize(None, self.finish, exitpriority=-100)

    def _run(self) -> None:
        pause = PAUSE
        while True:
            with self._state:
                self._state.wait_for(lambda: self._asked > self._answered, pause)
                ticket = self._asked
                asked = ticket > self._answered
            written = self._try_pass(asked=asked)
            pause = PAUSE if written else min(2 * pause, LONGEST_PAUSE)
            with self._state:
                self._answered = ticket
                if written:
                    self._written = ticket
                self._state.notify_all()
                if self._ended and written and self._asked == ticket:
                    self._leave()
                    return

    def _leave(self) -> None:
        """Only with the state's lock. Whatever is counted from now on starts another thread."""
        self._thread = None
        self.started = False
        if not self._recorder.is_empty():
            self.start()
        elif self._ledger is not None:
            ledger, self._ledger = self._ledger, None
            with suppress(Exception):
                ledger.close()

    def _try_pass(self, *, asked: bool) -> bool:
        with self._passing:
            try:
                return self._pass(asked)
            except Exception as error:  # a mistake of ours: the thread must live on
                log.warning("The probe's flusher failed (%s).", name_error(error))
                log.debug("The flusher's failure:", exc_info=error)
                return False

    def _pass(self, asked: bool) -> bool:
        """Writes batch after batch until nothing is left. False where the ledger did not take one."""
        self._resolver.look_after()
        if self._outbox and not self._send_all(self._recorder.read_totals()):
            return False
        more = True
        while more:
            taken = self._recorder.take(BATCH)
            more = taken.more
            if not (taken.changed or asked or self._is_heartbeat_due()):
                break
            asked = False
            self._outbox.add(taken.counts)
            if not self._send_all(taken.totals):
                return False
        self._prune()
        return True

    def _is_heartbeat_due(self) -> bool:
        return not self._ended and monotonic() - self._reported_at >= HEARTBEAT

    def _send_all(self, totals: Mapping[str, Any]) -> bool:
        while self._outbox:
            number, counts = self._outbox.first()
            if self._send(Batch(number, self._make_report(totals, self._ended), counts)):
                self._outbox.sent()
            elif self._failures < DOUBT or not counts or not self._is_refused(number, totals):
                return False
        self._recorder.settle()
        self._reported_at = monotonic()
        self._failures = 0
        self._say_up()
        return True

    def _is_refused(self, number: int, totals: Mapping[str, Any]) -> bool:
        """Whether the ledger takes the number without its counts. One row that it cannot hold must not keep all others
        from coming: the batch is halved down to that row, which counts as dropped."""
        if not self._send(Batch(number, self._make_report(totals, self._ended))):
            return False
        lost = self._outbox.refused()
        self._recorder.drop(lost)
        if lost:
            log.warning("The probe's ledger cannot hold the counts of one thread: they are dropped.")
        return True

    def _send(self, batch: Batch) -> bool:
        try:
            if self._ledger is None:
                self._ledger = self._open_ledger()
            self._ledger.write(batch)
        except Exception as error:
            self._failures += 1
            self._say_down(error)
            return False
        return True

    def _say_down(self, error: Exception) -> None:
        if not self._down:
            self._down = True
            log.warning(
                "The probe cannot reach its ledger at %s (%s). It goes on counting and tries again.",
                self._safe_place,
                name_error(error),
            )
            log.debug("The ledger's failure:", exc_info=error)

    def _say_up(self) -> None:
        if self._down:
            self._down = False
            log.info("The probe reaches its ledger at %s again.", self._safe_place)

    def _prune(self) -> None:
        """Some worker or other does it about once an hour; one that fails is as good as none."""
        if self._ledger is None or monotonic() < self._prune_at:
            return
        self._prune_at = monotonic() + random.uniform(0.5, 1.5) * _PRUNE_EVERY  # noqa: S311
        try:
            self._ledger.prune(time() - KEEP_SECONDS)
        except Exception as error:
            log.debug("The probe cannot remove old rows (%s).", name_error(error))
