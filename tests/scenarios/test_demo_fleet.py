"""The fleet fills a store with real traffic from several hosts, and ends when it should."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

import inspector
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.fleet import Fleet, FleetError
from inspector.demo.traffic import FORGETFUL, HOSTS, KINDS, WEB, Script

HOME = Path(inspector.__file__).parents[1]
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
    assert set(found) == set(HOSTS)
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
