"""A worker that names, one a line, what the probe's threads import: `python -m tests.integration.probe.importing URL`.

A fork in the midst of an import leaves the child waiting for ever: the lock of the module is held by a thread that it
does not have. So all that the probe needs is imported by whoever starts it. The ledger is the environment's.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

SEEN: list[str] = []


def note(event: str, given: tuple[Any, ...]) -> None:
    if event == "import" and threading.current_thread().name.startswith("checkpoint-inspector"):
        SEEN.append(str(given[0]))


def main(store: str) -> None:
    from inspector import probe
    from inspector.probe import process

    probe.install()
    sys.addaudithook(note)
    config: Any = {"configurable": {"thread_id": "one", "checkpoint_ns": ""}}
    if store:
        from langgraph.checkpoint.postgres import PostgresSaver

        with PostgresSaver.from_conn_string(store) as saver:
            saver.setup()
            probe.watch(saver).get_tuple(config)
            assert probe.flush(30)
            flusher = process.current().flusher
            assert flusher._resolver._thread is not None
            flusher._resolver._thread.join(30)
    else:
        from langgraph.checkpoint.memory import InMemorySaver

        probe.watch(InMemorySaver()).get_tuple(config)
        assert probe.flush(30)
    print("\n".join(SEEN))


if __name__ == "__main__":
    main(sys.argv[1])
