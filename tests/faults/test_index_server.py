"""The index lies in a Postgres database, whose server is stopped, killed and frozen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.faults.bench import LOGGED, Bench, postgres_bench
from tests.faults.test_store import kill
from tests.faults.visitors import Seen, check
from tests.integration.postgres.freezing import frozen

Running = tuple[EmbeddedPostgres, Bench]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all: each test leaves it as it was."""
    with (
        EmbeddedPostgres() as index,
        EmbeddedPostgres(settings=LOGGED) as server,
        postgres_bench(tmp_path_factory.mktemp("own"), server, database_url=index.url) as (bench, _),
    ):
        yield index, bench


@pytest.mark.one_in(2)
@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_an_index_server_that_goes_and_comes_back(running: Running, how: str) -> None:
    index, bench = running
    with bench.fault() as seen:
        kill(index) if how == "killed" else index.stop()
        check_health(bench)
        time.sleep(5)
        index.start()
    check_told(seen)


@pytest.mark.thorough
def test_an_index_server_that_is_frozen_and_thaws(running: Running) -> None:
    index, bench = running
    with bench.fault() as seen, frozen(index):
        time.sleep(7)
    check_told(seen)


def check_health(bench: Bench) -> None:
    """The process lives: whoever restarted it for that would have no pages at all once the server is back."""
    told = {check: _ask(bench, check) for check in ("live", "ready", "")}
    assert told["live"] == (200, {"status": "ok"})
    assert told["ready"] == (503, {"status": "not ready", "reason": "The dashboard's own database does not answer."})
    assert told[""] == (200, {"status": "degraded"})


def _ask(bench: Bench, check: str) -> tuple[int, Any]:
    """As a probe does, which has no cookie."""
    try:
        with urlopen(f"{bench.dashboard.origin}/-/health?check={check}", timeout=30) as answer:  # noqa: S310  ours
            return answer.status, json.load(answer)
    except HTTPError as answer:
        return answer.code, json.load(answer)


def check_told(seen: Seen) -> None:
    check(seen)
    assert "The index" in seen.texts("list", "thread", "workers")
