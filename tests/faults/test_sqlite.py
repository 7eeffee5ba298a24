"""The file of a SQLite store goes away and comes back, as on a disk that is unmounted, and somebody locks it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from tests.contract.plain import digest_sqlite
from tests.faults.bench import STORE, Bench, running
from tests.faults.processes import Instance
from tests.faults.truth import held_by_sqlite
from tests.faults.visitors import FROM_INDEX, check


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    path = tmp_path / "store.sqlite"
    dashboard = Instance(tmp_path / "own", {STORE: f"sqlite:///{path}"})
    saver = lambda: SqliteSaver.from_conn_string(str(path))  # noqa: E731
    with running(dashboard, saver, lambda: held_by_sqlite(path)) as found:
        yield found


def test_a_file_that_goes_away_and_comes_back(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    parts = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    bench.writer.rest()
    before = digest_sqlite(path)
    with bench.load.watched() as seen:
        for part in parts:
            part.rename(part.with_name(f"away-{part.name}"))
        time.sleep(5)
        assert not [part for part in parts if part.exists()], "reading makes no file"
        for part in parts:
            part.with_name(f"away-{part.name}").rename(part)
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}
    time.sleep(2)
    assert digest_sqlite(path) == before
    bench.writer.go_on()
    bench.recover()


@pytest.mark.thorough
def test_a_file_that_somebody_has_locked(bench: Bench, tmp_path: Path) -> None:
    with bench.fault() as seen, closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as other:
        other.execute("begin exclusive")
        time.sleep(5)
        other.execute("rollback")
    check(seen, allowed=(200, 404))
