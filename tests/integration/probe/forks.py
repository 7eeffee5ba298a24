"""A worker that forks: `python -m tests.integration.probe.forks HOW [SEED]`. The ledger is the environment's.

The parent reads the thread "parent" twice, once before and once after its children, which read "child" three times each
on the saver that they inherited. Ends as a process ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import flush, process, watch
from inspector.probe.ledgers.sqlite import _PARENTS

CHILDREN = 3
READS = 3
saver = watch(InMemorySaver())


def read(thread_id: str, times: int) -> None:
    config: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    for _ in range(times):
        saver.get_tuple(config)


def child() -> None:
    read("child", READS)


def fork(check: Callable[[], None] = lambda: None) -> None:
    """Children of `os.fork` end without anything, so they flush."""
    for _ in range(CHILDREN):
        pid = os.fork()
        if pid == 0:
            check()
            child()
            os._exit(0 if flush(30) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def fork_between_batches() -> None:
    """The parent has a connection to its ledger, and lets go of it before the fork: SQLite bears no other way."""

    def check() -> None:
        flusher = process._State.forgotten[-1].flusher
        assert flusher.gate.is_shut
        assert flusher._resolver.gate.is_shut
        assert flusher._ledger is not None
        assert not _PARENTS

    assert flush(30)
    fork(check)
    flusher = process.current().flusher
    assert not flusher.gate.is_shut
    assert not flusher._resolver.gate.is_shut
    assert flush(30)


def spread(how: str) -> None:
    """Children of multiprocessing say goodbye by themselves."""
    context = multiprocessing.get_context(how)
    children = [context.Process(target=child) for _ in range(CHILDREN)]
    for one in children:
        one.start()
    for one in children:
        one.join()
        assert one.exitcode == 0


def fork_while_locked() -> None:
    """Every lock that the probe has is held by another thread, which does not exist in the child."""
    probe = process.current()
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        flusher = probe.flusher
        locks = (probe.places.lock, probe.recorder._adding, process._State.starting, flusher._state)
        with (
            flusher._passing,
            flusher.gate.batch(),
            flusher._resolver.gate.batch(),
            locks[0],
            locks[1],
            locks[2],
            locks[3],
        ):
            held.set()
            release.wait(60)

    threading.Thread(target=hold, daemon=True).start()
    held.wait(60)
    try:
        fork()
    finally:
        release.set()


def main(how: str) -> None:
    read("parent", 1)
    if how == "fork":
        fork()
    elif how == "between-batches":
        fork_between_batches()
    elif how == "locked":
        fork_while_locked()
    else:
        spread(how.removeprefix("multiprocessing-"))
    read("parent", 1)


if __name__ == "__main__":
    main(sys.argv[1])
