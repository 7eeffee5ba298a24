"""What a look says when the server restarts, crashes, or is a standby."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from inspector.demo.binaries import own, server_user
from inspector.demo.embedded import SETTINGS, EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.stores.postgres import PostgresStore
from tests.integration.postgres.following import followed
from tests.integration.postgres.polling import wait_for

#: What was committed outlives a crash of the server, and a standby may follow.
REPLICATED = {
    **SETTINGS,
    "synchronous_commit": "on",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
}


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(settings=REPLICATED) as server:
        yield server


def run_tool(server: EmbeddedPostgres, tool: str, *arguments: str | Path) -> None:
    command = [str(server._binaries / tool), *map(str, arguments)]
    user = server_user()
    subprocess.run(command, user=user, extra_groups=[] if user else None, check=True, capture_output=True, cwd="/")


def crash(server: EmbeddedPostgres) -> None:
    run_tool(server, "pg_ctl", "stop", "-D", server._data, "-m", "immediate")
    wait_for(lambda: not server.running)
    server.stop()


@pytest.mark.parametrize("end", [EmbeddedPostgres.stop, crash])
def test_a_server_that_went_away_meanwhile_wants_a_comparison(server: EmbeddedPostgres, end: object) -> None:
    url = server.create_database()
    with followed(url) as world:
        position = world.position
    assert callable(end)
    end(server)
    server.start()
    store = PostgresStore("again", url)
    changes = store.read_changes(position)
    assert (changes.thread_ids, changes.compare) == ((), "reset")
    assert store.read_changes(changes.position).compare == ""
    store.close()


def test_a_standby_names_new_threads_and_wants_a_comparison_after_each_change(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    url = server.create_database("store")
    say(url, "old")
    with standby_of(server) as standby:
        store = PostgresStore("standby", standby.url_for("store"))
        first = store.read_changes("")
        assert (first.compare, first.checkpoints, first.writes, first.still) == ("first", None, None, False)
        wait_for(lambda: (one := store.read_changes("").position) and store.read_changes(one).compare == "")
        since = store.read_changes("").position
        say(url, "new")
        seen: set[str] = set()
        position = since

        def look() -> bool:
            nonlocal position
            changes = store.read_changes(position)
            assert changes.compare in ("standby", "")
            position = changes.position
            seen.update(changes.thread_ids)
            return "new" in seen

        wait_for(look)
        assert seen == {"new"}
        assert "new" in store.search_changes(since)
        assert {row.thread_id for row in store.scan_threads("", checkpoints=99, host_keys=()).threads} == {"old", "new"}
        store.close()


def say(url: str, thread_id: str) -> None:
    with open_saver(url) as saver:
        stage = Stage(saver, "sync", "standby")
        stage.say(build_chat(saver), stage.config(thread_id), "Hello")


class Standby(EmbeddedPostgres):
    """A copy of a running server that follows it."""

    def copy(self, primary: EmbeddedPostgres) -> None:
        shutil.rmtree(self._data, ignore_errors=True)
        own(self.directory, server_user())
        with psycopg.connect(primary.url) as connection:
            host = connection.info.host
        run_tool(
            primary, "pg_basebackup", "-h", host, "-U", "postgres", "-D", self._data, "-R", "-c", "fast", "-X", "stream"
        )
        self._initialised.touch()


def standby_of(primary: EmbeddedPostgres) -> Standby:
    with (primary._data / "pg_hba.conf").open("a") as rules:
        rules.write("local replication all trust\n")
    run_tool(primary, "pg_ctl", "reload", "-D", primary._data)
    standby = Standby(settings=REPLICATED)
    standby.copy(primary)
    return standby
