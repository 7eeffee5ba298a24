"""Counts in a worker which threads are read and written, and hands the counts to a ledger that the dashboard reads.

    import inspector.probe
    inspector.probe.install()  # once, at start-up

or, without hooks, `saver = inspector.probe.watch(saver)`. It needs nothing but LangGraph. It never raises into the
agent and never waits for a ledger.

Set by arguments, else by the environment: INSPECTOR_LEDGER_URL (or INSPECTOR_LEDGER_URL_FILE), INSPECTOR_HOSTNAME (else
POD_NAME, HOSTNAME, the machine's name), INSPECTOR_PROBE_STAMP=off to leave `worker_hostname` out of new checkpoints'
metadata, INSPECTOR_PROBE_IDENTIFY=off to ask no saver's server who it is, INSPECTOR_PROBE=off to do nothing at
all.
"""

from __future__ import annotations

from typing import TypeVar

from inspector.probe import process
from inspector.probe.settings import log

__all__ = ["finish", "flush", "install", "watch"]

Saver = TypeVar("Saver")


def install(*, ledger: str | None = None, hostname: str | None = None, stamp: bool | None = None) -> None:
    """Watches every checkpointer that LangGraph uses in this process, and counts compiled graphs and their runs.
    Arguments win over the environment. A second time changes what it names, and nothing else. Never raises."""
    try:
        probe = process.start(ledger=ledger, hostname=hostname, stamp=stamp)
        if not probe.settings.enabled:
            return
        from inspector.probe.hooks import hook

        if hook():
            probe.hooked = True
        if probe.counts:
            probe.flusher.start()
    except Exception as failure:
        log.warning("The probe cannot be installed (%s).", type(failure).__name__)
        log.debug("The probe's failure:", exc_info=failure)


def watch(saver: Saver) -> Saver:
    """The same object, watched from now on. A second time changes nothing. What cannot be watched is given back as it
    is, and the log says so once a class. Never raises."""
    try:
        # Not before: the dashboard reads `ledger_schema` from this package, and runs without LangGraph.
        from inspector.probe import saver as savers
    except ImportError as failure:
        log.warning("The probe cannot watch a saver (%s).", type(failure).__name__)
        return saver
    return savers.watch(saver)


def flush(timeout: float = 5.0) -> bool:
    """Writes what was counted by now: where a process may be frozen or ended at once. Waits up to `timeout` seconds.
    False where the ledger did not take it; it is kept then, and comes with the next flush. True without a ledger."""
    probe = process.current()
    return probe.flusher.flush(timeout) if probe.counts else True


def finish(timeout: float = 5.0) -> bool:
    """Like `flush`, and tells the ledger that this worker ends. Python's own exit handlers call it; it is there for
    servers that end a process without them, as Uvicorn does with the signal that stopped it."""
    probe = process.current()
    return probe.flusher.finish(timeout) if probe.counts else True
