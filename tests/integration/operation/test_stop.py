"""How a real process ends: what is under way is finished, what hangs in the background is left, and a second word is
enough."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import psycopg
import pytest

from tests.integration.index.conftest import NewDatabase
from tests.integration.operation.served import Served, serving
from tests.integration.postgres.polling import wait_for

WAITING = """
    select count(*) from pg_locks
    where not granted and relation = 'inspector_storeentry'::regclass
"""


@pytest.fixture
def index(new_database: NewDatabase) -> str:
    return new_database()


@contextmanager
def held(index: str) -> Iterator[psycopg.Connection]:
    """Nobody reads the index's stores within it."""
    with psycopg.connect(index) as owner, owner.transaction():
        owner.execute("lock table inspector_storeentry in access exclusive mode")
        yield owner


def wait_until_waits(index: str) -> None:
    with psycopg.connect(index, autocommit=True) as looking:

        def waits() -> bool:
            row = looking.execute(WAITING).fetchone()
            return bool(row and row[0])

        wait_for(waits, seconds=60)


@pytest.fixture
def served(tmp_path: Path, index: str, new_database: NewDatabase) -> Iterator[Served]:
    with serving(tmp_path / "one", index, new_database(), "--no-sync") as waiting:
        waiting.wait_said("waiting up to")
        with serving(tmp_path / "other", index, new_database()) as other:
            wait_for(other.is_ready, seconds=60)
        assert other.ended() == 0
        wait_for(waiting.is_ready, seconds=60)
        yield waiting


def test_a_slow_request_gets_its_whole_answer_after_the_word_to_end(served: Served, index: str) -> None:
    """A process that leaves the index to others waits for its tables first, see the fixture."""
    with ThreadPoolExecutor(1) as beside:
        with held(index):
            asked = beside.submit(served.ask, "/-/health")
            wait_until_waits(index)
            served.signal()
            wait_for(lambda: not served.listens(), seconds=60)
            assert not asked.done()
        status, body = asked.result(60)
    assert status == 200
    assert set(json.loads(body)["stores"]) == {"store"}
    assert served.ended() == 0
    assert "cut" not in served.said
    assert "Traceback" not in served.said


@pytest.mark.thorough
def test_the_second_word_ends_it_at_once(served: Served, index: str) -> None:
    with ThreadPoolExecutor(1) as beside, held(index):
        asked = beside.submit(served.ask, "/-/health")
        wait_until_waits(index)
        served.signal()
        wait_for(lambda: not served.listens(), seconds=60)
        served.signal()
        assert served.ended() == 128 + signal.SIGTERM
        with pytest.raises((OSError, HTTPException)):
            asked.result(60)


@pytest.mark.thorough
def test_background_work_that_hangs_holds_nothing_up(tmp_path: Path, index: str, new_database: NewDatabase) -> None:
    """A pass waits for a lock in the index that nobody gives back."""
    with serving(tmp_path, index, new_database()) as served:
        wait_for(served.is_ready, seconds=60)
        with psycopg.connect(index, autocommit=True) as looking:
            wait_for(lambda: looking.execute("select 1 from inspector_storeentry").fetchone(), seconds=60)
        with held(index):
            wait_until_waits(index)
            served.signal()
            assert served.ended() == 0


def test_it_drains_before_it_ends(tmp_path: Path, index: str, new_database: NewDatabase) -> None:
    with serving(tmp_path, index, new_database(), drain_seconds="3600") as served:
        wait_for(served.is_ready, seconds=60)
        served.signal()
        wait_for(lambda: served.ask("/-/health?check=ready")[0] == 503, seconds=60)
        assert served.ask("/-/health?check=live")[0] == 200
        assert "about to end" in served.data("/-/health?check=ready")["reason"]
        served.signal()
        assert served.ended() == 128 + signal.SIGTERM
