"""`inspector sync` as a person or a cron job runs it: a process, its exit code and what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore, open_saver, play_into
from inspector.demo.stage import Stage
from inspector.models import StoreEntry, ThreadEntry
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.postgres.polling import wait_for

DOWN = "postgresql://me:pa55word@127.0.0.1:1/db"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(index: str) -> dict[str, str]:
    """The command's index is the test's."""
    return {**os.environ, "INSPECTOR_DATABASE_URL": index, "NO_COLOR": "1", "COLUMNS": "400"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-m", "inspector", "sync", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    return start


@pytest.fixture
def played(new_database: NewDatabase) -> Iterator[PlayedStore]:
    with play_into(new_database(), ["two-hosts", "new-input"], ["exit"]) as store:
        _flush(store)
        yield store


def test_a_pass_ends_with_zero_and_says_what_it_did(run: Run, played: PlayedStore, open_reader: OpenReader) -> None:
    first = run("--store", f"mine={played.url}")
    assert (first.returncode, first.stdout) == (0, "")
    assert "mine: 4 threads read, 0 removed, 0 verified" in first.stderr
    assert_index_equals_store(open_reader(played.url, name="mine"), played.url)
    # The server itself may have written something meanwhile: then a pass looks.
    again = (run("--store", f"mine={played.url}").stderr for _ in range(6))
    assert any("mine: nothing has changed" in said for said in again)
    played.saver.delete_thread(played.played[0].threads[0].thread_id)
    _flush(played)
    assert "1 removed" in run("--store", f"mine={played.url}").stderr
    with psycopg.connect(played.url) as connection:
        connection.execute(
            "update checkpoints set checkpoint_id = '1f' || checkpoint_id "
            "where thread_id = (select min(thread_id) from checkpoints)"
        )
    assert "mine: 1 thread read" in run("--store", f"mine={played.url}").stderr
    played.saver.delete_thread(played.played[-1].threads[0].thread_id)
    full = run("--store", f"mine={played.url}", "--full")
    assert full.returncode == 0
    assert "2 threads read, 1 removed, 0 verified" in full.stderr


def test_one_store_that_is_down_is_told_and_the_other_is_read(run: Run, played: PlayedStore) -> None:
    done = run("--store", f"down={DOWN}", "--store", f"up={played.url}")
    assert done.returncode == 1
    assert "postgresql://me@127.0.0.1:1/db cannot be reached. Check that the server runs" in done.stderr
    assert "up: 4 threads read" in done.stderr
    assert "pa55word" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert "recovers by itself" not in done.stderr
    assert {entry.name: bool(entry.error) for entry in StoreEntry.objects.all()} == {"down": True, "up": False}


def test_without_a_store_it_says_how_to_name_one(run: Run) -> None:
    done = run()
    assert done.returncode == 2
    assert "No checkpoint store is configured." in done.stderr


def test_names_in_brackets_are_printed_as_they_are(run: Run, postgres: EmbeddedPostgres) -> None:
    """The progress bar has a markup of its own, which no database's name may become."""
    url = postgres.create_database("[red]db[/blue]")
    done = run("--store", f"mine={url}")
    assert done.returncode == 1
    assert "[red]db[/blue] holds no LangGraph checkpoint tables." in done.stderr


def test_a_pass_that_is_killed_is_made_up_for_by_the_next(
    run: Run, environment: dict[str, str], new_database: NewDatabase, open_reader: OpenReader
) -> None:
    """Killed between two batches: the first is in the index, the rest is not, and its sightings may still lie about."""
    url = new_database()
    with open_saver(url) as saver:
        stage = Stage(saver, "exit", "killed")
        graph = build_chat(saver)
        for number in range(80):
            stage.say(graph, stage.config(f"thread-{number}", worker_hostname="web-1"), "Hello")
    command = [sys.executable, "-m", "inspector", "sync", "--watch", "--store", f"store={url}"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: StoreEntry.objects.exclude(lease="").exists() or ThreadEntry.objects.exists())
        process.send_signal(signal.SIGKILL)
    done = run("--store", f"store={url}")
    assert done.returncode == 0
    assert_index_equals_store(open_reader(url), url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watching_goes_on_until_it_is_interrupted(
    environment: dict[str, str], played: PlayedStore, open_reader: OpenReader, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "inspector", "sync", "--watch", "--store", f"store={played.url}"]
    with subprocess.Popen(
        command, env={**environment, "INSPECTOR_SYNC_SECONDS": "0.05"}, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(lambda: ThreadEntry.objects.count() == 4)
        played.saver.delete_thread(played.played[0].threads[0].thread_id)
        wait_for(lambda: ThreadEntry.objects.count() == 3)
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert "Traceback" not in said
    assert process.returncode in (0, 1)  # it ended by itself, whether the pass at hand was over or not


@pytest.mark.thorough
def test_watching_outlives_its_index(
    environment: dict[str, str], played: PlayedStore, new_database: NewDatabase, tmp_path: Path
) -> None:
    index, said = new_database(), tmp_path / "said"
    name = conninfo_to_dict(index)["dbname"]
    command = [sys.executable, "-m", "inspector", "sync", "--watch", "--store", f"store={played.url}"]
    given = {**environment, "INSPECTOR_DATABASE_URL": index, "INSPECTOR_SYNC_SECONDS": "0.2"}
    with (
        psycopg.connect(played.url, autocommit=True) as administrator,
        said.open("w") as stderr,
        subprocess.Popen(command, env=given, stderr=stderr) as process,
    ):
        try:
            wait_for(lambda: "4 threads read" in said.read_text())
            administrator.execute(f'alter database "{name}" allow_connections false'.encode())
            administrator.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
            wait_for(lambda: "The index's database cannot be reached." in said.read_text())
            administrator.execute(f'alter database "{name}" allow_connections true'.encode())
            played.saver.delete_thread(played.played[0].threads[0].thread_id)
            wait_for(lambda: "1 removed" in said.read_text())
        finally:
            process.terminate()
    assert "Traceback" not in said.read_text()


@pytest.mark.parametrize("command", ["sync", "serve"])
def test_an_index_beside_the_checkpoints_is_refused_before_a_table_is_made(
    environment: dict[str, str], played: PlayedStore, command: str
) -> None:
    url = played.url.replace("postgres:@", "postgres:pa55word@")
    done = subprocess.run(
        [sys.executable, "-m", "inspector", command, "--store", f"other={DOWN}", "--store", f"mine={played.url}"],
        env={**environment, "INSPECTOR_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "INSPECTOR_DATABASE_URL and the store mine are the same database (postgresql://postgres@" in done.stderr
    assert "Name another database in INSPECTOR_DATABASE_URL" in done.stderr
    assert "pa55word" not in done.stderr
    with psycopg.connect(played.url) as connection:
        made = connection.execute("select tablename from pg_tables where tablename ~ '^(inspector|django)'").fetchall()
    assert made == []


def test_an_index_in_another_database_of_the_same_server_is_used(
    environment: dict[str, str], played: PlayedStore, new_database: NewDatabase
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "inspector", "sync", "--store", f"mine={played.url}"],
        env={**environment, "INSPECTOR_DATABASE_URL": new_database()},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, "4 threads read" in done.stderr) == (0, True), done.stderr


def _flush(played: PlayedStore) -> None:
    """A session that stays open and idle hands in its row counts ten seconds late; here, now."""
    played.saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
