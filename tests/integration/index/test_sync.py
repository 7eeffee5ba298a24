"""A sync pass over a Postgres store: what it keeps of errors, other settings, other stores and many threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from django.db import connection as index_connection
from django.utils import timezone

from inspector.decode import FULL
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore, open_saver, play_into
from inspector.demo.stage import Stage
from inspector.errors import NotACheckpointStore, StoreUnreachable
from inspector.index.queries import Moment, ThreadQuery, count_threads, find_threads
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.equality import assert_index_equals_store, indexed
from tests.integration.index.syncing import sync


@pytest.fixture(scope="module")
def many(postgres: EmbeddedPostgres) -> str:
    """2,500 threads: one that a saver wrote, and copies of its rows under other ids."""
    url = postgres.create_database()
    with open_saver(url) as saver, psycopg.connect(url) as connection:
        stage = Stage(saver, "exit", "many")
        stage.say(build_chat(saver), stage.config("original", worker_hostname="web-1", user_id="ada"), "Hello")
        connection.execute(
            "insert into checkpoints "
            "select 'copy-' || n, checkpoint_ns, checkpoint_id, null, type, checkpoint, metadata "
            "from checkpoints, generate_series(1, 2499) n"
        )
    return url


def test_a_full_pass_reads_every_thread_again(played: PlayedStore, index: str, open_reader: OpenReader) -> None:
    reader = open_reader(played.url)
    sync(reader)
    ThreadEntry.objects.update(namespaces=99, owner="nobody", metadata={})
    report = sync(reader, full=True)
    assert (report.changed, report.complete) == (ThreadEntry.objects.count(), True)
    assert_index_equals_store(reader, played.url)


def test_other_settings_make_other_rows_at_once(played: PlayedStore, index: str, open_reader: OpenReader) -> None:
    """Whoever adds a metadata key need not know that an index exists."""
    reader = open_reader(played.url)
    without = replace(reader, host_keys=(), owner_keys=())
    assert sync(without).complete
    assert not ThreadWorker.objects.exclude(hostname="").exists()
    report = sync(reader)
    assert report.verified == ThreadEntry.objects.count()
    assert_index_equals_store(reader, played.url)


def test_an_error_of_the_store_is_kept_for_the_pages_until_a_pass_succeeds(
    played: PlayedStore, index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    before = indexed("store")
    with psycopg.connect(played.url) as connection:
        connection.execute("alter table checkpoint_writes rename to hidden")
    with pytest.raises(NotACheckpointStore):
        sync(reader)
    entry = StoreEntry.objects.get()
    assert "no complete set of LangGraph checkpoint tables" in entry.error
    assert entry.error_hint
    assert indexed("store") == before
    with psycopg.connect(played.url) as connection:
        connection.execute("alter table hidden rename to checkpoint_writes")
    sync(reader)
    assert_index_equals_store(reader, played.url)


def test_an_error_before_the_first_pass_is_kept_too(index: str, open_reader: OpenReader) -> None:
    with pytest.raises(StoreUnreachable):
        sync(open_reader("postgresql://me:pa55word@127.0.0.1:1/db"))
    entry = StoreEntry.objects.get()
    assert "cannot be reached" in entry.error
    assert entry.synced_at is None
    assert "pa55word" not in repr(StoreEntry.objects.values())


def test_an_error_of_our_own_is_kept_too(
    played: PlayedStore, index: str, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.walk._FIRST", 10)

    def fail(phase: str, done: int, total: int | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sync(open_reader(played.url), progress=fail)
    assert StoreEntry.objects.get().error == "The sync pass failed (ZeroDivisionError)."


def test_two_stores_keep_to_themselves(
    played: PlayedStore, new_database: NewDatabase, index: str, open_reader: OpenReader
) -> None:
    with play_into(new_database(), ["two-hosts"], ["sync"]) as other:
        one, two = open_reader(played.url, name="one"), open_reader(other.url, name="two")
        sync(one)
        sync(two)
        other.saver.delete_thread(other.played[0].threads[0].thread_id)
        other.saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
        sync(two)
        assert_index_equals_store(one, played.url)
        assert_index_equals_store(two, other.url)


def test_a_name_that_moves_to_another_database_takes_its_threads(
    played: PlayedStore, new_database: NewDatabase, index: str, open_reader: OpenReader
) -> None:
    with play_into(new_database(), ["two-hosts"], ["exit"]) as other:
        sync(open_reader(played.url))
        moved = open_reader(other.url)
        sync(moved)
        assert_index_equals_store(moved, other.url)


def test_thousands_of_threads_are_indexed_while_pages_read(many: str, index: str, open_reader: OpenReader) -> None:
    """One writer and several readers of one SQLite file: nobody is told that it is locked."""
    reader = open_reader(many)
    done = threading.Event()
    now = Moment(timezone.now(), 1800.0)

    def look(_: int) -> int:
        looks = 0
        try:
            while not done.is_set():
                if store := StoreEntry.objects.filter(name="store").first():
                    page = find_threads(store, ThreadQuery(q="copy", sort="thread_id"), now, sight=FULL)
                    assert page.total >= len(page.rows)
                    count_threads(store, ThreadQuery(), now, sight=FULL)
                    looks += 1
        finally:
            index_connection.close()
        return looks

    with ThreadPoolExecutor(2) as threads:
        looking = [threads.submit(look, number) for number in range(2)]
        try:
            report = sync(reader)
        finally:
            done.set()
        assert all(one.result() for one in looking)
    assert (report.changed, report.complete) == (2500, True)
    assert_index_equals_store(reader, many)


def test_thousands_of_threads_that_go_are_taken_out(many: str, either_index: str, open_reader: OpenReader) -> None:
    reader = open_reader(many)
    sync(reader)
    with psycopg.connect(many) as connection:
        connection.execute("create schema if not exists elsewhere")
        connection.execute("alter table checkpoints set schema elsewhere")
        connection.execute("create table checkpoints (like elsewhere.checkpoints including all)")
    try:
        report = sync(reader)
        assert (report.changed, report.removed, report.complete) == (0, 2500, True)
        assert (ThreadEntry.objects.count(), ThreadWorker.objects.count()) == (0, 0)
    finally:
        with psycopg.connect(many) as connection:
            connection.execute("drop table public.checkpoints")
            connection.execute("alter table elsewhere.checkpoints set schema public")
