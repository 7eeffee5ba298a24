"""What a ledger says was done is what was done: by every worker, thread of the process, task and forked child.

Done is what the saver underneath the probe counted. The sizes are those that the probe is promised for: four processes
of eight threads or tasks, ten thousand invocations, a few threads that all of them use at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.postgres import PostgresSaver

from inspector.demo.embedded import EmbeddedPostgres
from tests.integration.probe.counting import KINDS, per_process, per_thread, read_tally
from tests.integration.probe.workers import fleet, read_ledger
from tests.redis_server import RedisServer

INVOCATIONS = 10_000
PROCESSES = 4


@pytest.fixture
def store(postgres: EmbeddedPostgres) -> str:
    """The URL of a store without any thread."""
    url = postgres.create_database()
    with PostgresSaver.from_conn_string(url) as saver:
        saver.setup()
    return url


def assert_all_told(folder: Path, ledger_url: str, *, processes: int) -> None:
    """Exactly, per thread and host and per process; every worker said goodbye and dropped nothing."""
    events, ledger = read_tally(folder / "tally"), read_ledger(ledger_url)
    assert per_thread(events) == ledger.per_thread()
    assert per_process(event for event in events if event.kind != "ledger") == ledger.per_process()
    assert len({worker.worker_id for worker in ledger.workers}) == len({event.pid for event in events}) == processes
    assert {worker.ended for worker in ledger.workers} == {True}
    assert {worker.open_calls for worker in ledger.workers} == {0}
    assert ledger.dropped() == {}
    assert all(ledger.sums()[kind] for kind in KINDS)


def run_fleet(folder: Path, invocations: int, *, processes: int = PROCESSES, **job: Any) -> None:
    """Processes on two hosts, all at once on the same threads."""
    jobs = [{**job, "host": f"host-{number % 2}"} for number in range(processes)]
    with fleet(folder, jobs) as workers:
        for worker in workers:
            worker.begin(invocations // processes)
        for worker in workers:
            worker.wait_done()
        for worker in workers:
            worker.end()
    assert sum(event.kind == "invocations" for event in read_tally(folder / "tally")) == invocations


@pytest.mark.thorough
def test_threads_of_four_processes_in_memory(tmp_path: Path) -> None:
    """The fastest saver there is, so that calls meet as often as they can."""
    ledger = f"sqlite:///{tmp_path / 'ledger.db'}"
    run_fleet(tmp_path, INVOCATIONS, saver="memory", ledger=ledger)
    assert_all_told(tmp_path, ledger, processes=PROCESSES)


def test_tasks_of_four_processes_on_postgres(tmp_path: Path, store: str, redis_server: RedisServer) -> None:
    ledger = redis_server.create_database()
    run_fleet(tmp_path, INVOCATIONS, saver="postgres", url=store, ledger=ledger, concurrency="tasks")
    assert_all_told(tmp_path, ledger, processes=PROCESSES)


@pytest.mark.thorough
def test_threads_of_four_forked_children_on_postgres(tmp_path: Path, store: str) -> None:
    """The graph is compiled and its saver watched before the fork. The parent has worked by then and is told of once.
    The ledger is in the store's own database, where most will have it."""
    job = {"saver": "postgres", "url": store, "ledger": store, "prefork": INVOCATIONS // PROCESSES}
    with fleet(tmp_path, [job]) as (parent,):
        parent.end()
    assert_all_told(tmp_path, store, processes=PROCESSES + 1)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("ledger_kind", ["postgres", "redis"])
def test_tasks_in_memory_with_a_ledger_elsewhere(
    tmp_path: Path, ledger_kind: str, postgres: EmbeddedPostgres, redis_server: RedisServer
) -> None:
    """The saver's async methods go through its sync ones: one logical call counts once."""
    ledger = {"postgres": postgres, "redis": redis_server}[ledger_kind].create_database()
    run_fleet(tmp_path, INVOCATIONS // 20, processes=2, saver="memory", ledger=ledger, concurrency="tasks")
    assert_all_told(tmp_path, ledger, processes=2)
