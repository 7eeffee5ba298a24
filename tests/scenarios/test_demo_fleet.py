"""The fleet fills a store with real traffic from several hosts, and ends when it should."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

import inspector
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.fleet import Fleet, FleetError
from inspector.demo.traffic import BATCH, FORGETFUL, HOSTS, IN_MEMORY, KINDS, WEB, Conversation, Script
from inspector.ledger.base import Counted, LedgerReader
from inspector.ledger.registry import open_ledger_reader
from inspector.stores.guard import Limits

HOME = Path(inspector.__file__).parents[1]
IDS = "select distinct thread_id from checkpoints"
# Root reads of one request, where there is more than one: a replay also asks whether it is still the newest checkpoint.
READS = {"replay": 2}
# Starts a fleet, tells the workers' process ids, and dies without a word.
KILLED = """
import os, signal, sys
from pathlib import Path
from inspector.demo.fleet import Fleet
fleet = Fleet(sys.argv[1], Path(sys.argv[2])).start()
print(*(process._popen.pid for process in fleet._processes.values()), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def seeded(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a store after the first burst; the fleet has stopped."""
    url = postgres.create_database()
    with Fleet(url, tmp_path_factory.mktemp("fleet")) as fleet:
        assert fleet.wait_seeded(60)
    return url


@pytest.fixture(scope="module")
def ledger(seeded: str) -> Iterator[LedgerReader]:
    """What the workers' probes reported to the same database."""
    reader = open_ledger_reader(seeded, Limits())
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def counted(ledger: LedgerReader) -> list[Counted]:
    changes = ledger.read_changes("")
    assert not changes.more
    return ledger.read_counts(changes.thread_ids).rows


@pytest.fixture(scope="module")
def opening(seeded: str) -> list[Conversation]:
    """The conversations of the first burst, with the ids that they had in the store."""
    (token,) = {found[1] for one in rows(seeded, IDS) if (found := re.search(r"-(\d{6}-)\d{3}$", one))}
    return Script(token).opening()


def rows(url: str, query: LiteralString) -> list[Any]:
    """What a query says, the only column of each row."""
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


def is_alive(pid: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_first_burst_is_what_the_script_holds() -> None:
    opening = Script("token-").opening()
    assert len(opening) == sum(KINDS.values()) + 1
    assert {step.host for one in opening for step in one.steps} == set(HOSTS)
    assert {step.durability for one in opening for step in one.steps} == {"sync", "async", "exit"}
    assert len({one.thread_id for one in opening}) == len(opening)


def test_every_host_writes_and_says_who_it_is(seeded: str) -> None:
    found = rows(seeded, "select distinct metadata->>'worker_hostname' from checkpoints")
    assert set(found) == set(HOSTS) - {IN_MEMORY}
    assert rows(seeded, "select count(*) from checkpoints where metadata->>'user_id' is null") == [0]
    assert 60 <= rows(seeded, "select count(distinct thread_id) from checkpoints")[0] <= 140


def test_conversations_move_between_hosts(seeded: str) -> None:
    shared = rows(
        seeded,
        "select array_agg(distinct metadata->>'worker_hostname') from checkpoints"
        " where thread_id like 'support-%' group by thread_id",
    )
    assert set(WEB) in [set(hosts) for hosts in shared]


def test_the_forgetful_host_uses_a_random_id_for_every_request(seeded: str) -> None:
    with psycopg.connect(seeded) as connection:
        hosts = dict(
            connection.execute(
                "select thread_id, array_agg(distinct metadata->>'worker_hostname') from checkpoints group by 1"
            ).fetchall()
        )
    random_ids = [thread_id for thread_id in hosts if FORGETFUL in hosts[thread_id]]
    assert len(random_ids) > 10
    assert {uuid.UUID(thread_id).version for thread_id in random_ids} == {4}
    assert all(hosts[thread_id] == [FORGETFUL] for thread_id in random_ids)


def test_there_is_something_to_see_of_everything(seeded: str) -> None:
    channels = set(rows(seeded, "select distinct channel from checkpoint_writes"))
    assert {"__error__", "__interrupt__", "__resume__", "__pregel_tasks"} <= channels
    assert {"update", "fork"} <= set(rows(seeded, "select distinct metadata->>'source' from checkpoints"))
    namespaces = rows(seeded, "select distinct split_part(checkpoint_ns, ':', 1) from checkpoints")
    assert {"", "write", "specialist"} <= set(namespaces)


def test_the_ledger_has_the_reads_and_misses_of_each_host_that_served_a_thread(
    opening: list[Conversation], counted: list[Counted]
) -> None:
    reads: Counter[tuple[str, str]] = Counter()
    misses: Counter[tuple[str, str]] = Counter()
    for one in opening:
        known: set[bool] = set()  # the store that the others share, and the memory of the one, begin to know the thread
        for step in one.steps:
            if step.host == FORGETFUL:
                continue
            reads[one.thread_id, step.host] += READS.get(step.action, 1)
            misses[one.thread_id, step.host] += (step.host == IN_MEMORY) not in known
            known.add(step.host == IN_MEMORY)
    ids = {one.thread_id for one in opening}
    # One of the batch worker's processes was killed in the middle of its work, and with it its last second.
    found = [one for one in counted if one.thread_id in ids and one.hostname != BATCH]
    done = [key for key in reads if key[1] != BATCH]
    assert {(one.thread_id, one.hostname): one.reads for one in found} == {key: reads[key] for key in done}
    assert {(one.thread_id, one.hostname): one.misses for one in found} == {key: misses[key] for key in done}
    shared = Counter(thread_id for thread_id, host in done if host in WEB)
    assert 2 in shared.values(), "no thread was served by both hosts"


def test_the_ledger_has_as_many_checkpoints_of_each_host_as_the_store(seeded: str, counted: list[Counted]) -> None:
    with psycopg.connect(seeded) as connection:
        stored = connection.execute(
            "select thread_id, metadata->>'worker_hostname', count(*) from checkpoints group by 1, 2"
        ).fetchall()
    put = {
        (one.thread_id, one.hostname): one.checkpoints
        for one in counted
        if one.hostname not in (BATCH, IN_MEMORY) and one.checkpoints
    }
    assert put == {(thread_id, host): count for thread_id, host, count in stored if host != BATCH}


def test_every_read_of_the_forgetful_host_misses(counted: list[Counted]) -> None:
    forgetful = [one for one in counted if one.hostname == FORGETFUL]
    assert len(forgetful) > 10
    assert {(one.reads, one.misses) for one in forgetful} == {(1, 1)}


def test_what_one_host_keeps_in_its_memory_is_in_the_ledger_and_not_in_the_store(
    seeded: str, counted: list[Counted]
) -> None:
    kept = [one for one in counted if one.hostname == IN_MEMORY]
    assert len(kept) >= KINDS["support-in-memory"]
    assert {one.place.kind for one in kept if one.place} == {"memory"}
    assert all(one.checkpoints and one.misses == 1 for one in kept)
    others = {one.thread_id for one in counted if one.hostname in WEB and one.place and one.place.kind == "postgres"}
    assert {one.thread_id for one in kept} & others
    assert {one.thread_id for one in kept} - others
    assert set(rows(seeded, IDS)) & {one.thread_id for one in kept} <= others


def test_workers_end_with_a_word_unless_they_are_killed(ledger: LedgerReader) -> None:
    reports = ledger.read_workers().reports
    assert {report.hostname for report in reports} == set(HOSTS)
    assert {report.hostname for report in reports if not report.ended} == {BATCH}
    assert all(report.hooked and report.stamps for report in reports)
    assert not any(report.dropped for report in reports)
    compiles = [report.compiles for report in reports if report.hostname in WEB]
    assert len(compiles) == 2
    assert min(compiles) > 0


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    url = f"postgresql://postgres:@/postgres?host={tmp_path}"
    with Fleet(url, tmp_path) as fleet, pytest.raises(FleetError, match="web-1"):
        fleet.wait_seeded(60)


def test_workers_end_with_their_owner(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, postgres.create_database(), str(tmp_path)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True)
    workers = [int(pid) for pid in done.stdout.split()]
    assert len(workers) == len(HOSTS), done.stderr
    deadline = time.monotonic() + 30
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_alive, workers))
