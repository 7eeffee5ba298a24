"""The probe of this process: one object, made anew in every forked child."""

from __future__ import annotations

import atexit
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from inspector.probe.errors import name_class
from inspector.probe.flusher import Flusher
from inspector.probe.identities import Resolver
from inspector.probe.ledger_schema import Ledger, WorkerReport, storable
from inspector.probe.places import Places
from inspector.probe.recorder import Event, Recorder
from inspector.probe.settings import Settings, log, name_program, read_settings
from inspector.probe.versions import read_versions

OpenLedger = Callable[[str], Ledger]


class Process:
    """What the agent's threads use of it never raises and never waits."""

    def __init__(self, settings: Settings, open_ledger: OpenLedger, *, hooked: bool = False) -> None:
        self.settings = settings
        self.hooked = hooked
        place, self.problem = _read_place(settings.ledger)
        self.counts = bool(place) and settings.enabled
        self.worker_id = uuid.uuid4().hex
        self.places = Places(self.worker_id)
        self._open_ledger = open_ledger
        self._pid = os.getpid()
        self._started_at = time.time()
        self._failures: dict[str, int] = {}
        self.recorder = Recorder()
        #: For events of the agent's threads.
        self.note: Callable[[Event], None] = self.recorder.note if self.counts else _ignore
        #: A call that begins takes the next number of it. It ends with an event.
        self.begun = self.recorder.begun
        self.flusher = Flusher(
            recorder=self.recorder,
            resolver=Resolver(self.places, logins=settings.identify),
            open_ledger=lambda: open_ledger(settings.ledger),
            safe_place=place,
            report=self._report,
        )

    def note_failure(self, failure: Exception) -> None:
        """Something of ours went wrong, and the agent went on. Said once a class."""
        name = f"inspector.probe: {name_class(type(failure))}"
        if name not in self._failures:
            log.warning("The probe failed to count something (%s).", name_class(type(failure)))
            log.debug("The probe's failure:", exc_info=failure)
        self._failures[name] = self._failures.get(name, 0) + 1

    def after_fork(self) -> Process:
        """What takes its place in a forked child. The counters are the parent's."""
        self.flusher.retire()
        self.flusher.forget()
        return Process(self.settings, self._open_ledger, hooked=self.hooked)

    def _report(self, totals: Mapping[str, Any], ended: bool) -> WorkerReport:
        return WorkerReport(
            worker_id=self.worker_id,
            hostname=storable(self.settings.hostname),
            pid=self._pid,
            started_at=self._started_at,
            seen_at=time.time(),
            ended=ended,
            program=storable(name_program()),
            versions=read_versions(),
            places=self.places.read(),
            hooked=self.hooked,
            stamps=self.settings.stamp,
            **{**totals, "exceptions": {**totals["exceptions"], **self._failures}},
        )


def _ignore(event: Event) -> None:
    """Without a ledger."""


class _Interpreter:
    def __init__(self) -> None:
        self.current: Process | None = None
        self.starting = threading.Lock()
        #: Of the parents. Finalizing their connections would end the parents' sessions.
        self.forgotten: list[Process] = []


#: An object: attributes of a class take much longer to look up.
_State = _Interpreter()


def current() -> Process:
    """Started with what the environment says, unless it was started before."""
    return _State.current or start()


def start(
    *,
    ledger: str | None = None,
    hostname: str | None = None,
    stamp: bool | None = None,
    hooked: bool = False,
    open_ledger: OpenLedger | None = None,
) -> Process:
    """The probe of this process with these settings; None leaves one as it is. Where another ledger or hostname is
    named than before, the worker that was ends and another begins."""
    with _State.starting:
        before = _State.current
        settings = (before.settings if before else read_settings()).with_arguments(ledger, hostname, stamp)
        hooked = hooked or (before is not None and before.hooked)
        if before is not None and settings == before.settings and open_ledger is None:
            before.hooked = hooked
            return before
        if settings.ledger and settings.enabled:
            _import_drivers(settings.ledger)
        opener = open_ledger or (before._open_ledger if before else _open_ledger)
        process = _State.current = Process(settings, opener, hooked=hooked)
    if before is None:
        atexit.register(_finish)
    else:
        before.flusher.retire()
        before.flusher.finish()
    if before is None or before.settings.ledger != settings.ledger:
        _say_hello(process)
    return process


def _say_hello(process: Process) -> None:
    if process.counts or not process.settings.enabled:
        return
    if process.problem:
        log.warning(
            "%s cannot be used: %s Until a restart the probe counts nothing.",
            process.settings.ledger_from,
            process.problem,
        )
    else:
        log.info("The probe knows no ledger (INSPECTOR_LEDGER_URL): it stamps worker_hostname and counts nothing.")


def _open_ledger(url: str) -> Ledger:
    from inspector.probe.ledgers import open_ledger

    return open_ledger(url)


def _import_drivers(url: str) -> None:
    """What is missing is told once the ledger is opened."""
    from inspector.probe.ledgers import import_drivers

    with suppress(ImportError, ValueError):
        import_drivers(url)


def _read_place(url: str) -> tuple[str, str]:
    """The ledger's address for the log, and what is wrong with the URL. Neither holds a password."""
    if not url:
        return "", ""
    from inspector.probe.ledgers import safe_place

    try:
        return safe_place(url), ""
    except ValueError as error:
        return "", str(error)


def _finish() -> None:
    if _State.current is not None:
        _State.current.flusher.finish()


def _before_fork() -> None:
    _held.locks = []
    with suppress(Exception):  # whoever forks is to notice nothing
        if _State.current is not None:
            for lock in _State.current.flusher.before_fork():
                _held.locks.append(lock)


def _after_fork_in_parent() -> None:
    for lock in _held.__dict__.pop("locks", ()):
        lock.release()


#: By the thread that forks.
_held = threading.local()


def _after_fork_in_child() -> None:
    """A fork copies locks as they are, and none of the threads that would release them: everything is made anew."""
    _State.starting = threading.Lock()
    if _State.current is not None:
        _State.forgotten.append(_State.current)
        _State.current = _State.current.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
