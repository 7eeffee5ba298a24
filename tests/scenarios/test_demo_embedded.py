"""The embedded server comes, goes, comes back, and leaves nothing behind however its owner ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import inspector
from inspector.demo.binaries import EmbeddedPostgresError
from inspector.demo.embedded import EmbeddedPostgres

HOME = Path(inspector.__file__).parents[1]
# Starts a server, tells where its socket is, and dies without a word.
KILLED = """
import os, signal, sys
from pathlib import Path
from inspector.demo.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]) if sys.argv[1:] else None).start()
server.connect().execute("create table if not exists was_here ()").connection.close()
print(server.url.partition("host=")[2], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def wait_until(happened: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Poll for something that another process does."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def start_and_be_killed(*arguments: Path) -> Path:
    """Run `KILLED`, return the directory of its socket."""
    command = [sys.executable, "-c", KILLED, *map(str, arguments)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True)
    assert done.stdout, done.stderr
    return Path(done.stdout.strip())


def test_data_and_address_survive_a_stop() -> None:
    with EmbeddedPostgres() as server:
        url = server.create_database()
        with psycopg.connect(url) as connection:
            connection.execute("create table kept (id int)")
        server.stop()
        assert not server.running
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        server.start()
        with psycopg.connect(url) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
        directory = server.directory
    assert not directory.exists()


def test_it_cleans_up_after_an_owner_that_was_killed() -> None:
    sockets = start_and_be_killed()
    assert wait_until(lambda: not sockets.parent.exists())


def test_it_starts_on_the_data_of_an_owner_that_was_killed() -> None:
    with EmbeddedPostgres() as spare:
        directory = spare.directory.parent / "another"  # a place that the server's user can reach
        start_and_be_killed(directory)
        with EmbeddedPostgres(directory) as server, server.connect() as connection:
            assert connection.execute("select to_regclass('was_here') is not null").fetchone() == (True,)


@pytest.mark.thorough
def test_data_that_no_server_can_start_on_is_made_anew() -> None:
    with EmbeddedPostgres() as spare:
        directory = spare.directory.parent / "another"
        with EmbeddedPostgres(directory) as server:
            server.stop()
            (directory / "pgdata" / "global" / "pg_control").write_bytes(b"")
            with server.start().connect() as connection:
                assert connection.execute("select 1").fetchone() == (1,)


def test_two_owners_cannot_share_a_directory(tmp_path: Path) -> None:
    first = EmbeddedPostgres(tmp_path)
    with pytest.raises(EmbeddedPostgresError, match="Another demo"):
        EmbeddedPostgres(tmp_path)
    first.close()
    EmbeddedPostgres(tmp_path).close()


def test_a_role_with_a_password_must_give_it(postgres: EmbeddedPostgres) -> None:
    postgres.create_role("guest", password="right")
    with psycopg.connect(postgres.url_for("postgres", user="guest", password="right")) as connection:
        assert connection.execute("select current_user").fetchone() == ("guest",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url_for("postgres", user="guest", password="wrong"))
