"""The Postgres server of a store is killed, stopped, frozen, or loses its tables."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.browser.dashboard import wait_until
from tests.faults.bench import LOGGED, STORE, Bench, postgres_bench
from tests.faults.visitors import FROM_INDEX, Seen, check
from tests.integration.postgres.freezing import frozen

Running = tuple[EmbeddedPostgres, Bench]
DOWN = 5.0  #: seconds


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all: each test leaves it as it was."""
    with (
        EmbeddedPostgres(settings=LOGGED) as server,
        postgres_bench(tmp_path_factory.mktemp("store"), server) as (bench, _),
    ):
        yield server, bench


def test_a_store_that_is_killed_and_started_again(running: Running) -> None:
    server, bench = running
    with bench.fault() as seen:
        kill(server)
        time.sleep(DOWN)
        server.start()
    check_told(seen)
    assert "cannot be reached" in seen.texts("list"), "the lists say why they are old"


@pytest.mark.thorough
def test_a_store_that_is_stopped_and_started_again(running: Running) -> None:
    server, bench = running
    with bench.fault() as seen:
        server.stop()
        time.sleep(DOWN)
        server.start()
    check_told(seen)


@pytest.mark.thorough
def test_a_store_that_is_frozen_and_thaws(running: Running) -> None:
    server, bench = running
    with bench.fault() as seen, frozen(server):
        time.sleep(DOWN + 4)
    check_told(seen)


def test_tables_that_are_dropped_and_made_anew(running: Running) -> None:
    server, bench = running
    with bench.fault() as seen:
        bench.writer.rest()
        with server.connect() as connection:
            connection.execute("drop table checkpoints, checkpoint_blobs, checkpoint_writes, checkpoint_migrations")
        wait_until(lambda: "checkpoint tables" in bench.dashboard.data("/-/health")["stores"][STORE]["error"], "told")
        time.sleep(2)
        bench.writer.go_on()
    check_told(seen)
    assert "LangGraph checkpoint tables" in seen.texts("thread", "diff", "find")


def check_told(seen: Seen) -> None:
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}
    assert 503 in {answer.status for answer in seen.of("thread", "thread refreshed", "diff", "find")}


def kill(server: EmbeddedPostgres) -> None:
    """Every process of the server at once, as the system does with a container that is out of memory."""
    postmaster = int((server.directory / "pgdata" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in (postmaster, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not server.running, "the server is gone")
    server.stop()
