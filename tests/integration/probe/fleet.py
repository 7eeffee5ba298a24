"""One worker process of the exactness tests: `python -m tests.integration.probe.fleet '{"saver": "memory", …}'`.

Reads numbers from its standard input, does as many invocations for each, on eight threads or eight tasks at once, and
answers each with `done`. Ends at the end of its input, as a worker ends that is asked to. Anything that an invocation
raises ends it with a traceback.

With `"prefork"` it is a server with an application that was loaded before its workers were forked: it installs the
probe, makes the saver and compiles the graph, then forks; each child opens the connections and does `"prefork"`
invocations.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from inspector import probe
from inspector.probe import process
from inspector.probe.ledgers import open_ledger
from inspector.probe.recorder import PENDING_BYTES, Recorder
from tests.integration.probe.counting import (
    CountingAsyncPostgresSaver,
    CountingInMemorySaver,
    CountingPostgresSaver,
    Tally,
)

AT_ONCE = 8
#: In turn, so that checkpoints are put by the caller, by threads of LangGraph's own, and all at the end.
DURABILITIES = ("sync", "async", "exit")
#: One in so many invocations comes with a look at a thread that was never there.
GHOST_EVERY = 20
CONNECTION = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}


class State(TypedDict):
    number: int


@dataclass(frozen=True)
class Job:
    """What the worker is to do. `url` is the store's, for Postgres; `threads` is how many ids are used."""

    saver: str  #: "memory" or "postgres"
    ledger: str
    tally: str
    host: str
    url: str = ""
    concurrency: str = "threads"  #: or "tasks"
    threads: int = 40
    prefork: int = 0
    processes: int = 4
    pending_bytes: int = PENDING_BYTES  #: what the counters may take while they wait


def compiled(saver: Any) -> Any:
    graph = StateGraph(State)
    graph.add_node("next", lambda state: {"number": state["number"] + 1})
    graph.add_edge(START, "next")
    graph.add_edge("next", END)
    return graph.compile(checkpointer=saver)


def thread_of(number: int, job: Job) -> dict[str, Any]:
    return {"configurable": {"thread_id": f"thread-{number % job.threads}"}}


def ghost_of(number: int) -> dict[str, Any]:
    return {"configurable": {"thread_id": f"ghost-{number % 7}"}}


def invoke(graph: Any, number: int, job: Job, tally: Tally) -> None:
    config = thread_of(number, job)
    graph.invoke({"number": number}, config, durability=DURABILITIES[number % 3])
    tally.note(config["configurable"]["thread_id"], "invocations")
    if number % GHOST_EVERY == 0:
        graph.get_state(ghost_of(number))


async def ainvoke(graph: Any, number: int, job: Job, tally: Tally) -> None:
    config = thread_of(number, job)
    await graph.ainvoke({"number": number}, config, durability=DURABILITIES[number % 3])
    tally.note(config["configurable"]["thread_id"], "invocations")
    if number % GHOST_EVERY == 0:
        await graph.aget_state(ghost_of(number))


def run_threads(graph: Any, many: int, job: Job, tally: Tally) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(lambda number: invoke(graph, number, job, tally), range(many)):
            pass


async def run_tasks(graph: Any, many: int, job: Job, tally: Tally) -> None:
    numbers = iter(range(many))

    async def work() -> None:
        for number in numbers:
            await ainvoke(graph, number, job, tally)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def obey_in_threads(job: Job, tally: Tally) -> None:
    pool = ConnectionPool(job.url, min_size=AT_ONCE, max_size=AT_ONCE, kwargs=CONNECTION, open=False)
    saver = CountingPostgresSaver(pool) if job.saver == "postgres" else CountingInMemorySaver()
    saver.tally = tally
    graph = compiled(saver)
    if job.saver == "postgres":
        pool.open()
    for line in sys.stdin:
        run_threads(graph, int(line), job, tally)
        print("done", flush=True)
    pool.close()


async def obey_in_tasks(job: Job, tally: Tally) -> None:
    pool = AsyncConnectionPool(job.url, min_size=AT_ONCE, max_size=AT_ONCE, kwargs=CONNECTION, open=False)
    saver: Any = CountingAsyncPostgresSaver(pool) if job.saver == "postgres" else CountingInMemorySaver()
    saver.tally = tally
    graph = compiled(saver)
    if job.saver == "postgres":
        await pool.open()
    while line := await asyncio.to_thread(sys.stdin.readline):
        await run_tasks(graph, int(line), job, tally)
        print("done", flush=True)
    await pool.close()


def serve_prefork(job: Job, tally: Tally) -> None:
    """Like gunicorn with preload_app: a child ends by `sys.exit`, so what is registered for the exit runs in it."""
    pool = ConnectionPool(job.url, min_size=AT_ONCE, max_size=AT_ONCE, kwargs=CONNECTION, open=False)
    saver = CountingPostgresSaver(pool)
    saver.tally = tally
    graph = compiled(saver)
    warm_up(job, tally)
    children = []
    for _ in range(job.processes):
        child = os.fork()
        if not child:
            pool.open()
            run_threads(graph, job.prefork, job, tally)
            pool.close()
            sys.exit()
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.exit(max(map(abs, codes)))


def warm_up(job: Job, tally: Tally) -> None:
    """The parent works too, just before it forks: what it has not told yet must be told once, and by itself."""
    with CountingPostgresSaver.from_conn_string(job.url) as saver:
        saver.tally = tally
        graph = compiled(saver)
        for number in range(AT_ONCE):
            invoke(graph, number, job, tally)


def telling(ledger: Any, tally: Tally) -> Any:
    """The same ledger. It notes in the tally which thread of the process writes to it."""

    class Telling(type(ledger)):
        def write(self, batch: Any) -> None:
            tally.note("", "ledger")
            super().write(batch)

    ledger.__class__ = Telling
    return ledger


def main() -> None:
    job = Job(**json.loads(sys.argv[1]))
    tally = Tally(Path(job.tally), job.host)
    logging.basicConfig(level=logging.INFO)  # the probe says there when a ledger is gone and when it is back
    process.Recorder = partial(Recorder, job.pending_bytes)
    process.start(ledger=job.ledger, hostname=job.host, open_ledger=lambda url: telling(open_ledger(url), tally))
    probe.install()
    if job.prefork:
        serve_prefork(job, tally)
    elif job.concurrency == "tasks":
        asyncio.run(obey_in_tasks(job, tally))
    else:
        obey_in_threads(job, tally)


if __name__ == "__main__":
    main()
