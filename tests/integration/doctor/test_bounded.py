"""A store looked at without an index: its newest threads, in bounded time, and nothing that stays behind."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.doctor import bounded
from inspector.doctor.bounded import Glance, read_newest
from inspector.doctor.throwaway import throwaway_index
from inspector.errors import StoreError
from inspector.index import asking
from inspector.index.connections import close_readers, get_reader
from inspector.models import StoreEntry, ThreadWorker
from inspector.probe.ledgers import open_ledger
from inspector.stores.postgres import newest
from tests.contract.places import PostgresPlace, RedisPlace, SqlitePlace, StoreUnderTest
from tests.integration.doctor.conftest import Configure
from tests.integration.doctor.said import held, say, threads
from tests.integration.index.conftest import NewDatabase
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.tellers import Teller, place_of
from tests.integration.postgres.freezing import frozen


@pytest.fixture(params=["postgres", "redis", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StoreUnderTest:
    if request.param == "sqlite":
        return SqlitePlace(tmp_path / "store.sqlite")
    if request.param == "redis":
        return RedisPlace(request.getfixturevalue("redis_server").flush())
    return PostgresPlace(request.getfixturevalue("new_database")())


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


def test_a_store_that_hangs_is_not_waited_for(
    index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    with EmbeddedPostgres() as server:
        configure(store=server.create_database())
        with frozen(server), throwaway_index(), pytest.raises(StoreError, match="has not answered"):
            read_newest(get_reader())
        close_readers()
