"""What happens to the counts, and to the agent, when a worker is killed and when the ledger stops, hangs or was never
there. The agent must not notice, and what the ledger lacks must be told as dropped."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.probe.flusher import PAUSE
from tests.integration.probe.counting import KINDS, Event, per_process, per_thread, read_tally
from tests.integration.probe.fleet import AT_ONCE
from tests.integration.probe.workers import Ledger, Worker, closing_reader, fleet, read_ledger
from tests.redis_server import RedisServer

#: What a report says is dropped. A dropped miss is a dropped read.
DROPPED = ("reads", "checkpoints", "writes")
#: A write to a ledger that does not answer is given up after about five seconds. Who waited for one would show it.
LESS_THAN_A_WRITE = 4.0
OUTAGE_SECONDS = 10.0
#: What a machine with few processors and much else to do may add.
LATE_SECONDS = 1.5
PATIENCE = 60.0


def sums(events: Iterable[Event]) -> Counter[str]:
    """By kind alone."""
    found: Counter[str] = Counter()
    for event in events:
        found[event.kind] += event.many
    return Counter({kind: found[kind] for kind in KINDS})


def wait_for_reports(ledger: str, reports: int) -> list[float]:
    """Waits until the one worker has reported so often, and returns when it did, by its own clock."""
    seen: list[float] = []
    deadline = time.monotonic() + PATIENCE
    with closing_reader(ledger) as reader:
        while len(seen) < reports:
            assert time.monotonic() < deadline, f"{len(seen)} reports in {PATIENCE} s"
            for worker in reader.read_workers().reports if reader.exists() else []:
                seen += [worker.seen_at] if worker.seen_at not in seen else []
            time.sleep(0.02)
    return seen


def longest_pause(events: list[Event]) -> float:
    """Seconds between two things that a thread of the process did, at the longest."""
    by_thread: dict[int, list[float]] = {}
    for event in events:
        by_thread.setdefault(event.by, []).append(event.at)
    return max(after - before for times in by_thread.values() for before, after in pairwise(times))


def assert_kept_or_dropped(folder: Path, ledger: Ledger) -> None:
    """Together exactly what was done, and each worker's own totals are of everything."""
    events, dropped = read_tally(folder / "tally"), ledger.dropped()
    done, kept = sums(events), ledger.sums()
    assert {kind: kept[kind] + dropped[kind] for kind in DROPPED} == {kind: done[kind] for kind in DROPPED}
    assert per_process(event for event in events if event.kind != "ledger") == ledger.per_process()


def assert_only_others_asked_the_ledger(events: list[Event]) -> None:
    """No thread that calls a saver ever calls the ledger."""
    ledger = {event.by for event in events if event.kind == "ledger"}
    assert ledger
    assert not ledger & {event.by for event in events if event.kind != "ledger"}


@pytest.mark.thorough
def test_of_a_killed_worker_at_most_the_last_second_is_missing(tmp_path: Path) -> None:
    ledger_url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with fleet(tmp_path, [{"saver": "memory", "ledger": ledger_url}]) as (worker,):
        worker.begin(10**9)
        reports = wait_for_reports(ledger_url, 8)
        worker.kill()
        killed_at = time.time()
    events, ledger = read_tally(tmp_path / "tally"), read_ledger(ledger_url)
    done, kept = per_thread(events), ledger.per_thread()
    assert all(many <= done[key] for key, many in kept.items())
    (report,) = ledger.workers
    assert not report.ended
    # A busy machine may be late, but not ever more so: a flusher that takes its time is not a busy machine.
    assert PAUSE <= 0.5
    assert median(after - before for before, after in pairwise(reports)) < 1.0
    assert killed_at - report.seen_at <= 1.0 + LATE_SECONDS
    # What each thread of the process was about to count when the last report was made may be missing too.
    before = sums(event for event in events if event.at < report.seen_at)
    missing = {kind: before[kind] - ledger.sums()[kind] for kind in DROPPED}
    assert all(many <= AT_ONCE * 3 for many in missing.values()), missing


def test_a_ledger_that_is_gone_for_ten_seconds_costs_nothing(tmp_path: Path) -> None:
    with EmbeddedPostgres() as server:
        ledger = server.create_database("ledger")
        with fleet(tmp_path, [{"saver": "memory", "ledger": ledger}] * 2) as workers:
            run_all(workers, 100)
            wait_for_reports(ledger, 1)
            server.stop()
            back_at = time.monotonic() + OUTAGE_SECONDS
            while time.monotonic() < back_at:
                began_at = time.monotonic()
                run_all(workers, 50)
                assert time.monotonic() - began_at < LESS_THAN_A_WRITE
            server.start()
            run_all(workers, 50)
            for worker in workers:
                worker.end()
        told = read_ledger(ledger)
    events = read_tally(tmp_path / "tally")
    assert told.dropped() == {}
    assert per_thread(events) == told.per_thread()
    assert_kept_or_dropped(tmp_path, told)
    assert_only_others_asked_the_ledger(events)
    for worker in workers:
        said = worker.log.read_text()
        assert (said.count("cannot reach its ledger"), said.count("reaches its ledger")) == (1, 1), said


def run_all(workers: list[Worker], invocations: int) -> None:
    for worker in workers:
        worker.begin(invocations)
    for worker in workers:
        worker.wait_done()


@pytest.mark.one_in(2)
@pytest.mark.parametrize("concurrency", ["threads", "tasks"])
def test_nobody_waits_for_a_ledger_that_does_not_answer(
    tmp_path: Path, redis_server: RedisServer, concurrency: str
) -> None:
    """The server is halted and its connections stay open: a call that waited for it would wait for good, or for as long
    as a write takes to be given up."""
    with RedisServer() as server:
        ledger = server.create_database()
        with server.connect() as client:
            server_pid = client.info("server")["process_id"]
        with fleet(tmp_path, [{"saver": "memory", "ledger": ledger, "concurrency": concurrency}]) as (worker,):
            worker.run(50)
            wait_for_reports(ledger, 1)
            os.kill(server_pid, signal.SIGSTOP)
            halted_at = time.time()
            while "cannot reach its ledger" not in worker.log.read_text():
                assert time.time() < halted_at + PATIENCE
                worker.run(100)
            events = [event for event in read_tally(tmp_path / "tally") if event.at > halted_at]
            os.kill(server_pid, signal.SIGCONT)
            worker.end()
        told = read_ledger(ledger)
    assert_only_others_asked_the_ledger(events)
    assert longest_pause([event for event in events if event.kind in KINDS]) < LESS_THAN_A_WRITE
    assert told.dropped() == {}
    assert_kept_or_dropped(tmp_path, told)


@pytest.mark.thorough
def test_what_has_no_room_while_the_ledger_is_away_is_told_as_dropped(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    server = RedisServer()
    try:
        ledger = server.create_database()
        job = {"saver": "memory", "ledger": ledger, "threads": 300, "pending_bytes": 50_000}
        with fleet(tmp_path, [job]) as (worker,):
            worker.run(900)
            server.start()
            worker.run(100)
            worker.end()
        told = read_ledger(ledger)
    finally:
        server.close()
    assert set(told.dropped()) == set(DROPPED)
    assert all(told.sums()[kind] for kind in KINDS)
    assert_kept_or_dropped(tmp_path, told)
