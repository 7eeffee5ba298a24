"""A sync pass looks only when it must, may end anywhere, may overlap another, and still makes the index right."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
import pytest
from django.db import connection as index_connection
from django.utils import timezone

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore, open_saver, play_into
from inspector.demo.stage import Stage
from inspector.errors import NotACheckpointStore, StoreUnreachable
from inspector.index import listing, sync
from inspector.index.queries import Moment, ThreadQuery, count_threads, find_threads
from inspector.index.sync import PassReport, sync_store
from inspector.models import Sighting, StoreEntry, ThreadEntry, ThreadWorker
from inspector.reader import Reader, ThreadSummary
from inspector.stores.base import Fingerprint
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.equality import assert_index_equals_store, indexed

SCENARIOS = ["two-hosts", "subgraph-persistent", "error", "random-ids"]


@pytest.fixture
def played(new_database: NewDatabase) -> Iterator[PlayedStore]:
    """A small store of one's own."""
    with play_into(new_database(), SCENARIOS, ["sync"]) as store:
        yield store


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


def test_every_scenario_is_indexed_as_its_rows_say(
    scenario_store: PlayedStore, either_index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(scenario_store.url)
    report = sync_store(reader)
    assert report.complete
    assert report.changed == ThreadEntry.objects.count()
    assert_index_equals_store(reader, scenario_store.url)
    turns = {entry.thread_id: entry.turns for entry in ThreadEntry.objects.all()}
    for played in scenario_store.played:
        for thread in played.threads:
            assert turns[thread.thread_id] == thread.turns, thread


def test_a_store_that_did_not_change_is_not_looked_at(played: PlayedStore, index: str, open_reader: OpenReader) -> None:
    """The server's own housekeeping may move its log once or twice; then it rests, and so do we."""
    reader = open_reader(played.url)
    sync_store(reader)
    before = list(ThreadEntry.objects.order_by("pk").values())
    reports = [sync_store(reader) for _ in range(5)]
    assert [(report.changed, report.removed, report.verified) for report in reports] == [(0, 0, 0)] * 5
    assert not reports[-1].looked
    assert list(ThreadEntry.objects.order_by("pk").values()) == before


def test_a_full_pass_reads_every_thread_again(played: PlayedStore, index: str, open_reader: OpenReader) -> None:
    reader = open_reader(played.url)
    sync_store(reader)
    ThreadEntry.objects.update(turns=99, owner="nobody")
    ThreadWorker.objects.all().delete()
    report = sync_store(reader, full=True)
    assert report.verified == ThreadEntry.objects.count()
    assert_index_equals_store(reader, played.url)


def test_other_settings_make_other_rows_at_once(played: PlayedStore, index: str, open_reader: OpenReader) -> None:
    """Whoever adds a metadata key need not know that an index exists."""
    reader = open_reader(played.url)
    without = replace(reader, host_keys=(), owner_keys=())
    assert sync_store(without).complete
    assert not ThreadWorker.objects.exclude(hostname="").exists()
    report = sync_store(reader)
    assert report.verified == ThreadEntry.objects.count()
    assert_index_equals_store(reader, played.url)


@pytest.mark.parametrize("end_after", [0, 1, 2, 3])
@pytest.mark.parametrize("batch", [2, 200])
def test_a_pass_that_ends_anywhere_is_made_up_for(
    played: PlayedStore,
    index: str,
    open_reader: OpenReader,
    monkeypatch: pytest.MonkeyPatch,
    end_after: int,
    batch: int,
) -> None:
    monkeypatch.setattr(sync, "BATCH", batch)
    monkeypatch.setattr(listing, "_BATCH", 5)
    reader = open_reader(played.url, pool_size=1, connect=1)
    told: list[str] = []

    def stop(phase: str, done: int, total: int | None) -> None:
        told.append(phase)
        if len(told) > end_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_store(reader, progress=stop)
    assert not Sighting.objects.exists()
    assert sync_store(reader).looked
    assert_index_equals_store(reader, played.url)


def test_a_pass_that_was_killed_leaves_nothing_after_the_next(
    played: PlayedStore, index: str, open_reader: OpenReader
) -> None:
    """As a SIGKILL leaves it: sightings of a pass that nobody ends."""
    reader = open_reader(played.url)
    sync_store(reader)
    entry = StoreEntry.objects.get()
    dead = sync._Pass(reader, entry, False, lambda *_: None)
    dead._begin()
    listing.Listing(entry, dead._id).fill(reader.store, timezone.now(), lambda *_: None)
    assert Sighting.objects.exists()
    assert sync_store(reader).looked
    assert_index_equals_store(reader, played.url)


def test_an_error_of_the_store_is_kept_for_the_pages_until_a_pass_succeeds(
    played: PlayedStore, index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(played.url)
    sync_store(reader)
    before = indexed("store")
    with psycopg.connect(played.url) as connection:
        connection.execute("alter table checkpoint_writes rename to hidden")
    with pytest.raises(NotACheckpointStore):
        sync_store(reader)
    entry = StoreEntry.objects.get()
    assert "no complete set of LangGraph checkpoint tables" in entry.error
    assert entry.error_hint
    assert indexed("store") == before
    with psycopg.connect(played.url) as connection:
        connection.execute("alter table hidden rename to checkpoint_writes")
    sync_store(reader)
    assert_index_equals_store(reader, played.url)


def test_an_error_before_the_first_pass_is_kept_too(index: str, open_reader: OpenReader) -> None:
    with pytest.raises(StoreUnreachable):
        sync_store(open_reader("postgresql://me:pa55word@127.0.0.1:1/db"))
    entry = StoreEntry.objects.get()
    assert "cannot be reached" in entry.error
    assert entry.synced_at is None
    assert "pa55word" not in repr(StoreEntry.objects.values())


def test_an_error_of_our_own_is_kept_too(played: PlayedStore, index: str, open_reader: OpenReader) -> None:
    def fail(phase: str, done: int, total: int | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sync_store(open_reader(played.url), progress=fail)
    assert StoreEntry.objects.get().error == "The sync pass failed (ZeroDivisionError)."


def test_two_stores_keep_to_themselves(
    played: PlayedStore, new_database: NewDatabase, index: str, open_reader: OpenReader
) -> None:
    with play_into(new_database(), ["two-hosts"], ["sync"]) as other:
        one, two = open_reader(played.url, name="one"), open_reader(other.url, name="two")
        sync_store(one)
        sync_store(two)
        other.saver.delete_thread(other.played[0].threads[0].thread_id)
        sync_store(two)
        assert_index_equals_store(one, played.url)
        assert_index_equals_store(two, other.url)


def test_a_name_that_moves_to_another_database_takes_its_threads(
    played: PlayedStore, new_database: NewDatabase, index: str, open_reader: OpenReader
) -> None:
    with play_into(new_database(), ["two-hosts"], ["exit"]) as other:
        sync_store(open_reader(played.url))
        moved = open_reader(other.url)
        sync_store(moved)
        assert_index_equals_store(moved, other.url)


def test_two_passes_at_once_end_equal(played: PlayedStore, either_index: str, open_reader: OpenReader) -> None:
    readers = [open_reader(played.url) for _ in range(2)]
    start = threading.Barrier(2)

    def run(reader: Reader) -> list[PassReport]:
        start.wait()
        try:
            return [sync_store(reader, full=bool(turn % 2)) for turn in range(4)]
        finally:
            index_connection.close()

    with ThreadPoolExecutor(2) as threads:
        stage, graph = Stage(played.saver, "exit", "busy"), build_chat(played.saver)
        running = [threads.submit(run, reader) for reader in readers]
        for turn in range(20):
            stage.say(graph, stage.config(f"busy-{turn % 5}", worker_hostname="web-1"), "Hello")
        assert [len(one.result()) for one in running] == [4, 4]
    for reader in readers:
        sync_store(reader)
        assert_index_equals_store(reader, played.url)


@dataclass(frozen=True, slots=True)
class Overtaken(Reader):
    """Lets something happen once, between the reading of some threads and their way into the index."""

    meanwhile: list[Callable[[], Any]] = field(default_factory=list)

    def read_summaries(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        found = Reader.read_summaries(self, thread_ids)
        while self.meanwhile:
            self.meanwhile.pop()()
        return found


@pytest.mark.parametrize("change", ["delete", "relabel", "go on"])
def test_an_older_reading_that_is_written_last_does_not_stay(
    played: PlayedStore, index: str, open_reader: OpenReader, change: str
) -> None:
    """One pass reads, the store changes, a second pass indexes the change, the first one writes what it read."""
    reader = open_reader(played.url)
    thread_id = played.find("two-hosts", "sync").threads[0].thread_id
    stage = Stage(played.saver, "sync", "late")

    def happen() -> None:
        if change == "delete":
            played.saver.delete_thread(thread_id)
        elif change == "go on":
            stage.say(build_chat(played.saver), stage.config(thread_id), "And then?")
        else:
            played.saver.conn.execute('update checkpoints set metadata = metadata || \'{"worker_hostname": "new"}\'')
        played.saver.conn.execute("select pg_stat_force_next_flush()")
        sync_store(reader)

    slow = Overtaken(reader.store, reader.host_keys, reader.owner_keys, meanwhile=[happen])
    sync_store(slow)
    for _ in range(2):
        sync_store(reader)
    assert_index_equals_store(reader, played.url)


def test_a_listing_that_another_pass_overtakes_is_left_to_that_one(
    played: PlayedStore, index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(played.url)
    others: list[PassReport] = []

    def overtake(phase: str, done: int, total: int | None) -> None:
        if not others:
            others.append(sync_store(open_reader(played.url)))

    report = sync_store(reader, progress=overtake)
    assert (report.complete, report.changed) == (False, 0)
    assert others[0].complete
    assert_index_equals_store(reader, played.url)


class Standby(PostgresStore):
    """Answers as a standby does, where row counters stay at nothing."""

    def read_fingerprint(self) -> Fingerprint:
        return replace(super().read_fingerprint(), rewrites=None)


def test_where_the_server_cannot_tell_every_thread_is_verified_in_turn(
    played: PlayedStore, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "SCRUB", 4)
    store = Standby("store", played.url, Limits())
    reader = Reader(store, host_keys=("worker_hostname",), owner_keys=("user_id",))
    sync_store(reader)
    played.saver.conn.execute('update checkpoints set metadata = metadata || \'{"worker_hostname": "new"}\'')
    began = timezone.now()
    reports = [sync_store(reader)]
    while not reports[-1].complete:
        reports.append(sync_store(reader))
    assert {report.verified for report in reports} == {4, ThreadEntry.objects.count() % 4 or 4}
    assert len(reports) == -(-ThreadEntry.objects.count() // 4)
    assert not ThreadEntry.objects.filter(verified_at__lt=began).exists()
    assert_index_equals_store(reader, played.url)
    store.close()


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
                    page = find_threads(store, ThreadQuery(q="copy", sort="thread_id"), now)
                    assert page.total >= len(page.rows)
                    count_threads(store, ThreadQuery(), now)
                    looks += 1
        finally:
            index_connection.close()
        return looks

    with ThreadPoolExecutor(2) as threads:
        looking = [threads.submit(look, number) for number in range(2)]
        try:
            report = sync_store(reader)
        finally:
            done.set()
        assert all(one.result() for one in looking)
    assert (report.changed, report.complete) == (2500, True)
    assert_index_equals_store(reader, many)


def test_thousands_of_threads_that_go_are_taken_out(many: str, either_index: str, open_reader: OpenReader) -> None:
    reader = open_reader(many)
    sync_store(reader)
    with psycopg.connect(many) as connection:
        connection.execute("create schema if not exists elsewhere")
        connection.execute("alter table checkpoints set schema elsewhere")
        connection.execute("create table checkpoints (like elsewhere.checkpoints including all)")
    try:
        report = sync_store(reader)
        assert (report.changed, report.removed, report.complete) == (0, 2500, True)
        assert (ThreadEntry.objects.count(), ThreadWorker.objects.count()) == (0, 0)
    finally:
        with psycopg.connect(many) as connection:
            connection.execute("drop table public.checkpoints")
            connection.execute("alter table elsewhere.checkpoints set schema public")
