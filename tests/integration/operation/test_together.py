"""Replicas that start together on one index, and an old one beside a new one's tables."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from inspector.management.schema import _KEY
from tests.integration.index.conftest import NewDatabase
from tests.integration.operation.old import run_as
from tests.integration.operation.served import Served, serving
from tests.integration.postgres.polling import wait_for

WAITS = "waiting for it"
MADE = "are up to date now"
APPLIED = "select app, name, count(*) from django_migrations group by 1, 2"


@pytest.fixture
def index(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture
def three(tmp_path: Path, index: str, new_database: NewDatabase) -> Iterator[list[Served]]:
    """Started on an index of an older version while somebody else has the lock, and all of them wait for it."""
    run_as(index, "0005_orphans", "migrate")
    store = new_database()
    with ExitStack() as stack, psycopg.connect(index) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [_KEY])
        started = [stack.enter_context(serving(tmp_path / str(number), index, store)) for number in range(3)]
        for one in started:
            one.wait_said(WAITS)
        other.rollback()
        yield started


def test_three_that_start_together_make_one_migration(three: list[Served], index: str) -> None:
    for one in three:
        wait_for(one.is_ready, seconds=120)
    assert sum(MADE in one.said for one in three) == 1
    with psycopg.connect(index) as looking:
        assert {count for _, _, count in looking.execute(APPLIED)} == {1}
    for one in three:
        one.signal()
    assert [one.ended() for one in three] == [0, 0, 0]
    assert not any("Traceback" in one.said or "Error" in one.said for one in three)


def test_an_old_process_reads_and_writes_in_the_newest_tables(index: str) -> None:
    """By the models as the version before each migration knew them."""
    run_as(index, "", "migrate")
    for before in ("0005_orphans", "0006_people"):
        assert run_as(index, before, "write") == "written, read, deleted\n"


@pytest.mark.thorough
def test_this_version_starts_beside_a_newer_ones_tables(tmp_path: Path, index: str, new_database: NewDatabase) -> None:
    run_as(index, "", "migrate")
    with psycopg.connect(index) as newer:
        newer.execute("alter table inspector_storeentry add column later text not null default 'x'")
        newer.execute("alter table inspector_threadentry add column later bigint")
        newer.execute("create table inspector_later (id bigint primary key)")
        newer.execute("insert into django_migrations (app, name, applied) values ('inspector', '9999_later', now())")
    with serving(tmp_path, index, new_database()) as served:
        wait_for(served.is_ready, seconds=60)
        with psycopg.connect(index, autocommit=True) as looking:
            written = "select 1 from inspector_storeentry where later = 'x' and server <> '' or error <> ''"
            wait_for(lambda: looking.execute(written).fetchone(), seconds=60)
    assert served.ended() == 0
    assert "Traceback" not in served.said
    assert MADE not in served.said


def test_a_file_is_migrated_by_one_at_a_time_too(tmp_path: Path, new_database: NewDatabase) -> None:
    index, store = f"sqlite:///{tmp_path / 'index.sqlite3'}", new_database()
    lock = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); print(); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", lock, str(tmp_path / "index.sqlite3.migrating")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with ExitStack() as stack:
        stack.callback(holder.wait, 30)
        stack.callback(holder.kill)
        assert holder.stdout is not None
        holder.stdout.readline()
        started = [stack.enter_context(serving(tmp_path / str(number), index, store)) for number in range(2)]
        for one in started:
            one.wait_said(WAITS)
        holder.communicate(b"\n", timeout=30)
        for one in started:
            wait_for(one.is_ready, seconds=60)
            assert "Traceback" not in one.said
