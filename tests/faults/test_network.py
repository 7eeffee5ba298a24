"""The network between the dashboard and a Postgres store breaks in every way that networks break."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.faults.bench import LOGGED, Bench, postgres_bench
from tests.faults.proxy import Fault, Proxy
from tests.faults.visitors import FROM_INDEX, check

Running = tuple[Bench, Proxy]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all: each test leaves it as it was."""
    with (
        EmbeddedPostgres(settings=LOGGED) as server,
        postgres_bench(tmp_path_factory.mktemp("network"), server) as found,
    ):
        yield found


FAULTS = {
    "refused": Fault("refuse"),
    "silent": Fault("silence"),
    "reset": Fault("reset"),
    "trickling": Fault("trickle", 100),
    "cut": Fault("cut", 3_000),
}
#: Pages wait some seconds before they give these up; all others are told at once.
WAITED_FOR = ("silent", "trickling")


@pytest.mark.one_in(5)
@pytest.mark.parametrize("name", FAULTS)
def test_pages_are_answered_while_the_network_is(running: Running, name: str) -> None:
    bench, network = running
    with bench.fault() as seen, network.broken(FAULTS[name]):
        bench.writer.wait_written(3)
        time.sleep(7 if name in WAITED_FOR else 4)
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}


@pytest.mark.thorough
def test_pages_over_a_line_that_is_late_take_no_longer_than_they_may(
    own_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """A store that answers is waited for, as long as INSPECTOR_STATEMENT_TIMEOUT says; lists wait for nothing."""
    with (
        postgres_bench(tmp_path, own_server, statement_timeout="2") as (bench, network),
        bench.fault() as seen,
        network.broken(Fault("delay", 0.1)),
    ):
        time.sleep(6)
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}
