"""A worker is killed in the middle of runs, more than once, and nobody goes on with what it was at."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from inspector.demo.graphs.slow import build_slow
from inspector.demo.lab.lab import Lab, LabError
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

KILLED = "web-2"
#: Seconds that an answer takes which the worker does not live to give.
ENDLESS = 600.0
KILLS = 4
#: Seconds until a run must have come to its slow step.
_PATIENCE = 20.0


class Jobs:
    """Runs under way, as files that outlive the process. In a service this is a table, or the queue's own memory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "jobs"
        self._directory.mkdir(exist_ok=True)

    def begin(self, thread_id: str) -> None:
        (self._directory / thread_id).touch()

    def end(self, thread_id: str) -> None:
        (self._directory / thread_id).unlink()

    def left(self) -> list[str]:
        return sorted(path.name for path in self._directory.iterdir())


def broken(worker: Worker) -> Handler:
    seconds = [0.0]
    graph = build_slow(open_postgres_saver(worker), lambda: seconds[0])

    def handle(request: Request) -> None:
        seconds[0] = request.extra.get("seconds", 0.0)
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def fixed(worker: Worker) -> Handler:
    seconds = [0.0]
    graph = build_slow(open_postgres_saver(worker), lambda: seconds[0])
    jobs = Jobs(worker.directory)
    for thread_id in jobs.left():  # what the process before this one was at
        graph.invoke(None, worker.config(thread_id, "ada"))
        jobs.end(thread_id)

    def handle(request: Request) -> None:
        seconds[0] = request.extra.get("seconds", 0.0)
        jobs.begin(request.thread_id)
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))
        jobs.end(request.thread_id)

    return handle


def drive(lab: Lab) -> None:
    """Conversations, and some in which the worker is killed while it answers the second message."""
    converse(lab, conversations=10, turns=(2, 3))
    for number in range(1, KILLS + 1):
        thread_id = f"report-{number}"
        lab.ask("web-1", Request(thread_id, "I have a long document for you."))
        lab.send(KILLED, Request(thread_id, "Please sum it up.", extra={"seconds": ENDLESS}))
        _wait_for_step(lab, thread_id)
        lab.kill(KILLED)
        lab.restart(KILLED)


def _wait_for_step(lab: Lab, thread_id: str) -> None:
    """Until the second input and what follows it at once are stored: now it is at the slow step."""
    until = time.monotonic() + _PATIENCE
    asked = "select count(*) from checkpoints where thread_id = %s and metadata ->> 'step' = '3'"
    while lab.sql(asked, [thread_id]) != [(1,)]:
        if time.monotonic() > until:
            raise LabError(f"{KILLED} did not come to its slow step within {_PATIENCE:.0f} s.")
        time.sleep(0.01)


SCENARIO = Scenario(
    broken={"web-1": broken, KILLED: broken},
    fixed={"web-1": fixed, KILLED: fixed},
    raises={"unfinished-run": (KILLED,)},
    raises_unprobed={"unfinished-run": (KILLED,)},
    drive=drive,
    later=timedelta(hours=1),
)
