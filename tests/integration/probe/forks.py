"""A worker that forks: `python -m tests.integration.probe.forks HOW [SEED]`. The ledger is the environment's.

The parent reads the thread "parent" twice, once before and once after its children, which read "child" three times each
on the saver that they inherited. Ends as a process ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import flush, process, watch

CHILDREN = 3
READS = 3
saver = watch(InMemorySaver())


def read(thread_id: str, times: int) -> None:
    config: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    for _ in range(times):
        saver.get_tuple(config)


def child() -> None:
    read("child", READS)


def fork() -> None:
    """Children of `os.fork` end without anything, so they flush."""
    for _ in range(CHILDREN):
        pid = os.fork()
        if pid == 0:
            child()
            os._exit(0 if flush(30) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


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
        locks = (probe.places.lock, probe.recorder._adding, process._State.starting, probe.flusher._state)
        with locks[0], locks[1], locks[2], locks[3]:
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
    elif how == "locked":
        fork_while_locked()
    else:
        spread(how.removeprefix("multiprocessing-"))
    read("parent", 1)


if __name__ == "__main__":
    main(sys.argv[1])
