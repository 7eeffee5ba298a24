"""The index cannot be written: its disk is full, or takes no more of a file, or somebody holds a lock on it."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.browser.dashboard import wait_until
from tests.faults.bench import STORE, Bench, postgres_bench
from tests.faults.visitors import FROM_INDEX, Seen, check

MEGABYTE = 1_000_000
FULL = "disk is full"


def test_a_full_disk_is_told_and_pages_go_on_from_what_is_there(own_server: EmbeddedPostgres, small_disk: Path) -> None:
    with postgres_bench(small_disk / "index", own_server) as (bench, _):
        filler = small_disk / "filler"
        with bench.fault() as seen:
            _fill(filler)
            _wait_told(bench, FULL)
            with bench.load.watched() as after:
                time.sleep(4)
            filler.unlink()
        _check_served(seen, after, FULL)


@pytest.mark.thorough
def test_a_file_that_may_not_grow_is_told_and_pages_go_on_from_what_is_there(
    own_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """As a quota does it. The limit of one process is the only one that needs no rights."""
    with postgres_bench(tmp_path / "index", own_server) as (bench, _):
        soft, hard = resource.prlimit(bench.dashboard.pid, resource.RLIMIT_FSIZE)
        with bench.fault() as seen:
            resource.prlimit(bench.dashboard.pid, resource.RLIMIT_FSIZE, (4096, hard))
            _wait_told(bench, "takes no more")
            with bench.load.watched() as after:
                time.sleep(4)
            resource.prlimit(bench.dashboard.pid, resource.RLIMIT_FSIZE, (soft, hard))
        _check_served(seen, after, "takes no more")


@pytest.mark.thorough
def test_an_index_that_somebody_has_locked_is_read_on(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    with (
        postgres_bench(tmp_path / "index", own_server) as (bench, _),
        bench.fault() as seen,
        closing(sqlite3.connect(tmp_path / "index" / "index.sqlite3", isolation_level=None)) as other,
    ):
        other.execute("begin immediate")
        time.sleep(20)  # longer than any page waits, and than a diagnosis is fresh
        other.execute("rollback")
    check(seen, allowed=(200, 404))


@pytest.mark.thorough
def test_a_dashboard_that_starts_on_a_full_disk_says_so_and_starts_when_there_is_room(
    own_server: EmbeddedPostgres, small_disk: Path
) -> None:
    with postgres_bench(small_disk / "index", own_server) as (bench, _):
        filler = small_disk / "filler"
        _fill(filler)
        bench.dashboard.kill()
        bench.dashboard.start()
        _wait_told(bench, FULL)
        filler.unlink()
        bench.recover()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """One of 12 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "inspector-tests", str(place)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"No disk can be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        part = bytes(MEGABYTE)
        while part:
            try:
                file.write(part)
            except OSError:
                part = part[: len(part) // 2]


def _wait_told(bench: Bench, words: str) -> None:
    """The workers write on, so that there is something that cannot be indexed."""
    wait_until(lambda: words in bench.dashboard.data("/-/health")["stores"][STORE]["error"], f"a page says {words!r}")


def _check_served(seen: Seen, after: Seen, words: str) -> None:
    check(seen)
    check(after)
    assert {answer.status for answer in after.of(*FROM_INDEX)} == {200}
    assert {answer.status for answer in after.of("thread", "thread refreshed", "diff")} == {200}
    assert words in after.texts("list")
