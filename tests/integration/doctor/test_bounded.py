"""A store looked at without an index: its newest threads, in bounded time, and nothing that stays behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings

from inspector.config import Config, StoreSetting
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.doctor import bounded, brief
from inspector.doctor.bounded import Glance, read_newest
from inspector.doctor.brief import pass_briefly
from inspector.doctor.look import Look, look_at
from inspector.doctor.throwaway import throwaway_index
from inspector.errors import StoreError
from inspector.index import asking
from inspector.index.connections import close_readers, get_reader
from inspector.index.lease import lease_of
from inspector.index.passes import run_pass
from inspector.models import FindingEntry, StoreEntry, ThreadEntry, ThreadWorker
from inspector.probe.ledgers import open_ledger
from inspector.secret import StoreUrl
from inspector.stores.postgres import newest
from tests.contract.places import PostgresPlace, RedisPlace, Saver, SqlitePlace, StoreUnderTest
from tests.integration.doctor.made import DOWN
from tests.integration.index.conftest import NewDatabase
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.syncing import sync
from tests.integration.index.tellers import Teller, place_of
from tests.integration.postgres.freezing import frozen

Configure = Callable[..., None]


@pytest.fixture
def configure() -> Iterator[Configure]:
    """`configure(name=url)`: the stores of the dashboard, until the test ends."""
    config: Config = settings.INSPECTOR
    overrides: list[override_settings] = []

    def use(**stores: str) -> None:
        chosen = tuple(StoreSetting(name, StoreUrl(url)) for name, url in stores.items())
        overrides.append(override_settings(INSPECTOR=replace(config, stores=chosen)))
        overrides[-1].enable()

    yield use
    close_readers()
    for override in reversed(overrides):
        override.disable()


@pytest.fixture(params=["postgres", "redis", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StoreUnderTest:
    if request.param == "sqlite":
        return SqlitePlace(tmp_path / "store.sqlite")
    if request.param == "redis":
        return RedisPlace(request.getfixturevalue("redis_server").flush())
    return PostgresPlace(request.getfixturevalue("new_database")())


def say(saver: Saver, *thread_ids: str) -> None:
    stage, graph = Stage(saver, "sync", "bounded"), build_chat(saver)
    for thread_id in thread_ids:
        stage.say(graph, stage.config(thread_id, worker_hostname="web-1"), "Hello")


def threads(count: int) -> list[str]:
    return [f"thread-{number:03}" for number in range(count)]


def held() -> list[str]:
    return sorted(ThreadEntry.objects.values_list("thread_id", flat=True))


def test_a_small_store_is_read_whole(place: StoreUnderTest, index: str, configure: Configure) -> None:
    configure(store=place.url)
    with place.open_saver() as saver:
        say(saver, *threads(7))
        with throwaway_index():
            assert read_newest(get_reader()) == Glance(7, True, 7)
            assert held() == threads(7)
            assert StoreEntry.objects.get().synced_at is not None
            assert StoreEntry.objects.get().hosts == (
                [""] if place.layout == "redis" else ["web-1"]
            )  # its savers drop it
    assert not StoreEntry.objects.exists()


def test_what_is_read_equals_an_index(new_database: NewDatabase, index: str, configure: Configure) -> None:
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, *threads(3))
    with throwaway_index():
        read_newest(get_reader())
        assert_index_equals_store(get_reader(), url)


def test_of_a_large_store_the_newest_threads_are_read(
    place: StoreUnderTest, index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "THREADS", 3)
    configure(store=place.url)
    with place.open_saver() as saver:
        say(saver, *threads(8))
        with throwaway_index():
            glance = read_newest(get_reader())
            assert (glance.threads, glance.whole) == (3, False)
            assert held() == threads(8)[-3:]
            assert StoreEntry.objects.get().synced_at is None


def test_how_many_threads_there_are_is_estimated_from_those_that_were_read(
    new_database: NewDatabase, index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "CHECKPOINTS", 10)
    monkeypatch.setattr(newest, "_BLOCKS", 1)
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, *threads(60))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("analyze checkpoints")
    with throwaway_index():
        glance = read_newest(get_reader())
        assert 3 <= glance.threads < 20
        assert (glance.whole, glance.of) == (False, 60)
        assert held() == threads(60)[-glance.threads :]


def test_a_server_that_was_never_analyzed_tells_no_total(
    new_database: NewDatabase, index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "THREADS", 1)
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        saver.conn.execute("alter table checkpoints set (autovacuum_enabled = off)")  # type: ignore[attr-defined]
        say(saver, *threads(2))
        with throwaway_index():
            assert read_newest(get_reader()) == Glance(1, False, None)


def test_tables_in_partitions_are_read_in_any_order(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, *threads(4))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table checkpoints rename to stored")
        connection.execute("create view checkpoints as select * from stored")
    with throwaway_index():
        assert read_newest(get_reader()).threads == 4


def test_time_that_is_over_leaves_what_was_read(
    new_database: NewDatabase, index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "_BATCH", 2)
    clock = iter(range(1_000))
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, *threads(8))
    monkeypatch.setattr(bounded, "_now", lambda: next(clock))
    with throwaway_index():
        glance = read_newest(get_reader(), seconds=3)
        assert 0 < glance.threads < 8
        assert (glance.threads, glance.whole) == (len(held()), False)


def test_the_ledger_tells_of_the_threads_that_were_read(
    new_database: NewDatabase, index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, *threads(4))
    ledger = open_ledger(url)
    worker = Teller(ledger, "web-2", (place_of(get_reader()),))
    for thread_id in threads(4):
        worker.read(thread_id, found=1, missed=1)
    ledger.close()
    monkeypatch.setattr("inspector.index.fold.PAGES", 0)  # as of a ledger too long to be folded at once
    with throwaway_index():
        read_newest(get_reader())
        said = ThreadWorker.objects.filter(hostname="web-2").values_list("reads", "misses")
        assert list(said) == [(2, 1)] * 4


def test_a_store_that_is_down_is_told_as_such(index: str, configure: Configure) -> None:
    configure(store=DOWN)
    (look,) = look_at([get_reader()], indexed=True)
    assert "cannot be reached" in look.error
    assert look.diagnosis.recorded == ()
    assert not StoreEntry.objects.exists()


def test_a_store_that_hangs_is_not_waited_for(
    index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    with EmbeddedPostgres() as server:
        configure(store=server.create_database())
        with frozen(server), throwaway_index(), pytest.raises(StoreError, match="has not answered"):
            read_newest(get_reader())
        close_readers()


def test_the_index_is_used_where_it_knows_the_store(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, "before")
        sync(get_reader())
        say(saver, "after")
        saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[attr-defined]
    (look,) = look_at([get_reader()], indexed=True)
    assert (look.threads, look.whole) == (2, True)
    assert held() == ["after", "before"]
    assert FindingEntry.objects.exists()


def test_no_index_is_begun_for_a_store_that_it_does_not_know(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    configure(known=(url := new_database()), new=(other := new_database()))
    for one in (url, other):
        with PostgresPlace(one).open_saver() as saver:
            say(saver, "thread")
    sync(get_reader("known"))
    looks = look_at([get_reader("new"), get_reader("known")], indexed=True)
    assert [(look.store, look.threads, look.error) for look in looks] == [("new", 1, ""), ("known", 1, "")]
    assert [entry.name for entry in StoreEntry.objects.all()] == ["known"]


def test_another_store_of_the_same_name_does_not_touch_the_index(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    urls = new_database(), new_database()
    for url in urls:
        with PostgresPlace(url).open_saver() as saver:
            say(saver, f"of-{url[-4:]}")
    configure(store=urls[0])
    run_pass(get_reader())  # notes who the store is
    before = held()
    close_readers()
    configure(store=urls[1])
    (look,) = look_at([get_reader()], indexed=True)
    assert look.threads == 1
    assert held() == before


def test_a_pass_of_another_process_is_not_waited_for_long(
    new_database: NewDatabase, index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brief, "_LEASE", 0.05)
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, "thread")
    sync(get_reader())
    with lease_of(StoreEntry.objects.get()):
        (look,) = look_at([get_reader()], indexed=True)
    assert look.threads == 1


def test_a_pass_that_takes_too_long_stops_where_it_is(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, *threads(3))
    pass_briefly(get_reader(), seconds=0.0)
    for thread in threading.enumerate():
        if thread.name == "pass-store":
            thread.join()
    entry = StoreEntry.objects.get()
    assert (entry.synced_at, entry.lease) == (None, "")


def test_a_throwaway_index_leaves_the_configured_one_in_place(index: str) -> None:
    StoreEntry.objects.create(name="mine")
    before = connections["default"].settings_dict["NAME"]
    paths: list[Path] = []

    def look_and_fail() -> None:
        with throwaway_index():
            assert not StoreEntry.objects.exists()
            paths.append(Path(connections["default"].settings_dict["NAME"]))
            assert paths[0].exists()
            StoreEntry.objects.create(name="thrown away")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look_and_fail()
    assert not paths[0].exists()
    assert connections["default"].settings_dict["NAME"] == before
    assert [entry.name for entry in StoreEntry.objects.all()] == ["mine"]


def test_what_was_looked_at_is_said_in_figures() -> None:
    look = Look("store", "postgresql://db/app", "postgres", threads=5_000, of=1_048_212)
    assert look.basis.startswith("Looked at the 5,000 newest of about 1,050,000 threads.")
