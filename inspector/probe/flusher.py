"""The one background thread: takes the counters every half second and hands them to the ledger until it has them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from inspector.probe.errors import is_refused_login, name_error
from inspector.probe.gate import Gate
from inspector.probe.identities import Resolver
from inspector.probe.ledger_schema import Batch, Ledger, Refused, WorkerReport
from inspector.probe.outbox import Outbox
from inspector.probe.pruner import Pruner
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
#: Seconds that a fork may wait for the end of a batch.
FORK_SECONDS = 0.5
#: Counters in one batch. What is left follows at once in the next one.
BATCH = 1_000
#: Seconds until another attempt where no thread could be started.
_START_AGAIN = 5.0

_UNREACHABLE = "The probe cannot reach its ledger at %s (%s). It goes on counting and tries again."
_REFUSES_LOGIN = (
    "The probe's ledger at %s refuses its login (%s): `inspector grants --part ledger` prints what it needs. "
    "It goes on counting and tries again."
)

MakeReport = Callable[[Mapping[str, Any], bool], WorkerReport]


class Flusher:
    """`start`, `flush` and `finish` are for any thread; all else happens in its own."""

    def __init__(
        self,
        *,
        recorder: Recorder,
        resolver: Resolver,
        open_ledger: Callable[[], Ledger],
        safe_place: str,
        report: MakeReport,
    ) -> None:
        self.started = False
        self._recorder = recorder
        self._open_ledger = open_ledger
        self._safe_place = safe_place
        self._make_report = report
        self._resolver = resolver
        self._ledger: Ledger | None = None
        self._outbox = Outbox()
        self._reported_at = float("-inf")
        self._pruner = Pruner()
        self._down = False
        self._threadless = False  #: said so
        self._start_at = float("-inf")
        self._refused = False  #: ever: it is said once
        self._ended = False
        self._retired = False
        self._thread: threading.Thread | None = None
        self._state = threading.Condition()
        self._passing = threading.Lock()
        self.gate = Gate()
        self._asked = self._answered = self._written = 0  #: tickets of `flush`

    def start(self) -> None:
        """Never raises: where no thread can be started, the counters wait for the next attempt, or for `flush`."""
        with self._state:
            if self.started or monotonic() < self._start_at:
                return
            self._ended = False  # something is counted after a goodbye: the process goes on
            thread = threading.Thread(target=self._run, name="checkpoint-inspector-probe", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                self._say_threadless(error)
                self._start_at = monotonic() + _START_AGAIN
            else:
                self._thread = thread
                self.started = self._recorder.heard = True
                if self._retired:
                    self._recorder.heard = False
        self._end_with_multiprocessing()

    def flush(self, timeout: float, *, ending: bool = False) -> bool:
        """Whether what was counted by now is in the ledger. Waits up to so many seconds."""
        self.start()
        with self._state:
            self._ended = self._ended or ending
            if self._thread is not None:
                self._asked += 1
                ticket = self._asked
                self._state.notify_all()
                self._state.wait_for(lambda: self._answered >= ticket, timeout)
                return self._written >= ticket
        written = self._try_pass(asked=True)
        if written and ending:
            self._close_ledger()
        return written

    def finish(self, timeout: float = EXIT_SECONDS) -> bool:
        """Says goodbye, with the last counters. The thread ends, and begins again should anything be counted."""
        # A call may have ended since the last goodbye, and where no thread can be started nothing else is sent.
        if not (self.started or self._ledger or self._outbox) and self._recorder.is_empty():
            return True
        return self.flush(timeout, ending=True)

    def retire(self) -> None:
        """Another one counts from now on: whoever knows this one only is to look again. Takes no lock, which a fork
        may have left locked; `start` sets and looks in the other order."""
        self._retired = True
        self._recorder.heard = False

    def before_fork(self) -> Iterator[threading.Lock]:
        """Locks to hold during the fork: a child inherits no batch that is half written, and no driver in the midst of
        something. Waits for none of them long, and for a ledger that does not answer not at all."""
        until = monotonic() + (0.0 if self._down else FORK_SECONDS)
        held = 0
        for lock in self.gate.shut(until):
            held += 1
            yield lock
        if held == 2 and self._ledger is not None:
            with suppress(Exception):
                self._ledger.before_fork()
        yield from self._resolver.gate.shut(until)

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
        self.started = self._recorder.heard = False
        if not self._recorder.is_empty():
            self.start()
        else:
            self._close_ledger()

    def _close_ledger(self) -> None:
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            with self.gate.batch(), suppress(Exception):
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
        if self._ledger is not None:
            with self.gate.batch():
                self._pruner.look_after(self._ledger)
        return True

    def _is_heartbeat_due(self) -> bool:
        return not self._ended and monotonic() - self._reported_at >= HEARTBEAT

    def _send_all(self, totals: Mapping[str, Any]) -> bool:
        while self._outbox:
            number, counts = self._outbox.first()
            try:
                self._write(Batch(number, self._make_report(totals, self._ended), counts))
            except Refused as error:
                self._split(error)
            except Exception as error:
                self._say_down(error)
                return False
            else:
                self._outbox.sent()
                self._pruner.count(len(counts))
        self._recorder.settle()
        self._reported_at = monotonic()
        self._say_up()
        return True

    def _write(self, batch: Batch) -> None:
        with self.gate.batch():
            if self._ledger is None:
                self._ledger = self._open_ledger()
            self._ledger.write(batch)

    def _split(self, error: Refused) -> None:
        """One row that the ledger cannot hold must not keep all others from coming: the batch is halved down to that
        row, which counts as dropped."""
        lost = self._outbox.refused()
        self._recorder.drop(lost)
        if lost and not self._refused:
            self._refused = True
            log.warning(
                "The probe's ledger cannot hold some of the counts (%s). They are dropped, and counted as dropped.",
                name_error(error.__cause__ or error),
            )

    def _say_down(self, error: Exception) -> None:
        if not self._down:
            self._down = True
            said = _REFUSES_LOGIN if is_refused_login(error) else _UNREACHABLE
            log.warning(said, self._safe_place, name_error(error))
            log.debug("The ledger's failure:", exc_info=error)

    def _say_threadless(self, error: RuntimeError) -> None:
        if not self._threadless and "shutdown" not in str(error):
            self._threadless = True
            log.warning("The probe cannot start its thread (%s). It goes on counting and tries again.", error)

    def _say_up(self) -> None:
        if self._down:
            self._down = False
            log.info("The probe reaches its ledger at %s again.", self._safe_place)
