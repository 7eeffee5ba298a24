"""The dashboard and the syncer are killed in the middle of a pass, and started again as a supervisor does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.browser.dashboard import wait_until
from tests.faults.bench import ROLE, STORE, postgres_bench
from tests.faults.processes import Syncer
from tests.faults.proxy import Fault
from tests.faults.visitors import check

#: A pass that waits for an answer is in its middle.
TIMES = 2


@pytest.mark.thorough
def test_a_dashboard_that_is_killed_in_the_middle_of_a_pass(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    with postgres_bench(tmp_path, own_server) as (bench, network), bench.fault() as seen:
        held: set[str] = set()
        for _ in range(TIMES):
            with network.broken(Fault("silence")):
                wait_pass(tmp_path, held)
                bench.dashboard.kill()
            bench.dashboard.start()
        wait_until(lambda: [answer for answer in seen.answers if answer.status == 200], "people are answered again")
    check(seen, allowed=(0, 200, 404, 503))  # while it is gone, nobody answers


def test_a_syncer_that_is_killed_in_the_middle_of_a_pass(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    """Its dashboard does not sync, and answers all the time."""
    with postgres_bench(tmp_path, own_server) as (bench, network):
        bench.dashboard.kill()
        bench.dashboard.set_options("--no-sync")
        bench.dashboard.start()
        url = f"postgresql://{ROLE}@127.0.0.1:{network.port}/postgres"
        with Syncer(tmp_path, {STORE: url}) as syncer, bench.fault() as seen:
            held: set[str] = set()
            for _ in range(TIMES):
                with network.broken(Fault("silence")):
                    wait_pass(tmp_path, held)
                    syncer.kill()
                syncer.start()
        check(seen)


def wait_pass(directory: Path, held: set[str]) -> None:
    """Until a pass holds the lease that none of `held` was; it is then one of them."""
    with closing(sqlite3.connect(f"file:{directory}/index.sqlite3?mode=ro", uri=True)) as index:

        def lease() -> str:
            found: str = index.execute("select lease from inspector_storeentry").fetchone()[0]
            return found

        wait_until(lambda: lease() not in {"", *held}, "a pass is under way")
        held.add(lease())
