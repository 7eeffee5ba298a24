"""A page's reads of a store are one transaction: they tell of one state, and each costs its way there and back once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into
from inspector.errors import StoreError, StoreTimeout
from inspector.stores.guard import deadline
from inspector.stores.postgres import PostgresStore
from inspector.stores.together import read_all, together
from tests.integration.postgres.conftest import OpenStore

_PID = "select pg_backend_pid() as pid, pg_current_snapshot()::text as snapshot"
_BUDGET = "select setting::int / 1000.0 as seconds from pg_settings where name = 'statement_timeout'"


#: Those that have settings of their own, and one that has none.
READS: list[Callable[[PostgresStore], object]] = [
    lambda store: store.read_facts(),
    lambda store: next(store.iter_thread_counts()),
    lambda store: list(store.iter_thread_counts()),
    lambda store: store.scan_threads("", checkpoints=10, host_keys=("host",)),
    lambda store: store.read_changes(store.read_changes("").position),
    lambda store: store.search_changes(store.read_changes("").position),
    lambda store: store.find_newest(10),
    lambda store: store.read_threads(["new-input-exit-one"], host_keys=("host",)),
]


@pytest.fixture(scope="module")
def played(postgres: EmbeddedPostgres) -> Iterator[PlayedStore]:
    with play_into(postgres.create_database(), ["new-input"], ["exit"]) as store:
        yield store


def test_they_see_one_state_whatever_is_written_meanwhile(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url)
    thread_id = played.played[0].threads[0].thread_id
    with together():
        before = store.read_namespaces(thread_id)
        first = _look(store)
        with psycopg.connect(played.url) as other:
            other.execute("update checkpoints set checkpoint_ns = checkpoint_ns || '!'")
        assert store.read_namespaces(thread_id) == before
        assert _look(store) == first
    assert store.read_namespaces(thread_id) != before
    assert _look(store) != first


def test_once_all_is_read_others_have_the_connection(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, pool_size=1, connect=0.5)
    with together(), ThreadPoolExecutor(1) as other:
        store.read_facts()
        with pytest.raises(StoreTimeout, match="is busy"):
            other.submit(store.read_facts).result()
        read_all()
        assert other.submit(store.read_facts).result()
        assert store.read_facts()
    assert _states(played.url) <= {"idle"}


def test_who_waits_for_the_connection_has_it_after_the_next_read(played: PlayedStore, open_store: OpenStore) -> None:
    """However long the page goes on: of many people at once each gets a page, later than alone."""
    store = open_store(played.url, pool_size=1, connect=10)
    with together(), ThreadPoolExecutor(1) as other:
        store.read_facts()
        asked = other.submit(store.read_facts)
        while not asked.done() and not _waiting(store):
            time.sleep(0.01)
        assert store.read_facts()
        assert asked.result()
        assert store.read_facts()
    assert _states(played.url) <= {"idle"}


def test_an_error_ends_it_and_the_next_read_begins_anew(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, pool_size=1)
    with together():
        for statement in ("select 1/0", "commit", "select pg_sleep(2)", "rollback", "select nonsense"):
            with deadline(1), suppress(StoreError), store._sessions.read() as cursor:
                cursor.execute(statement.encode())
            assert store.read_facts().read_only_session
    assert _states(played.url) <= {"idle"}


def test_a_session_that_is_ended_between_two_of_them_is_replaced(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, pool_size=1)
    with together(), psycopg.connect(played.url, autocommit=True) as administrator:
        for _ in range(3):
            pid, _ = _look(store)
            administrator.execute("select pg_terminate_backend(%s, 5000)", [pid])
        assert store.read_facts()


def test_one_inside_another_has_a_connection_of_its_own(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url)
    with together(), store._sessions.read() as cursor:
        outer = cursor.execute(_PID).fetchone()
        with suppress(StoreError), store._sessions.read() as inner:
            assert inner.execute(_PID).fetchone() != outer
            inner.execute("select nonsense")
        assert cursor.execute(_PID).fetchone() == outer
    assert _states(played.url) <= {"idle"}


def test_a_listing_outlives_the_page_that_began_it(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, pool_size=1)
    with together():
        counts = store.iter_thread_counts()
        next(counts)
    assert store.read_facts()
    assert list(counts) is not None


def test_each_may_take_what_the_page_has_left(played: PlayedStore, open_store: OpenStore) -> None:
    """Within what it would cost to tell the server so before each of them."""
    store = open_store(played.url, statement=10)
    with together():
        with deadline(10):
            assert _budget(store) == pytest.approx(10, abs=0.5)
            with deadline(9.5):
                assert _budget(store) == pytest.approx(10, abs=0.5)  # as it is
            with deadline(1):
                assert _budget(store) == pytest.approx(1, abs=0.5)
        assert _budget(store) == pytest.approx(10, abs=0.5)


@pytest.mark.parametrize("read", READS)
def test_what_one_of_them_plans_by_no_other_finds(
    played: PlayedStore, open_store: OpenStore, read: Callable[[PostgresStore], object]
) -> None:
    store = open_store(played.url, pool_size=1)
    with together():
        before = _settings(store)
        read(store)
        assert _settings(store) == before


def test_a_thread_with_the_context_of_a_page_asks_by_itself(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url)
    with together(), ThreadPoolExecutor(1) as other:
        mine = _look(store)
        assert other.submit(copy_context().run, _look, store).result()[0] != mine[0]
        assert _look(store) == mine


def _look(store: PostgresStore) -> tuple[int, str]:
    with store._sessions.read("public") as cursor:
        found = cursor.execute(_PID).fetchone()
    assert found
    return found["pid"], found["snapshot"]


def _waiting(store: PostgresStore) -> int:
    pool = store._sessions._connections._pool
    assert pool
    return pool.get_stats()["requests_waiting"]


def _settings(store: PostgresStore) -> dict[str, str]:
    with store._sessions.read("public") as cursor:
        found = cursor.execute("select name, setting from pg_settings where source = 'session'").fetchall()
    return {row["name"]: row["setting"] for row in found if row["name"] != "statement_timeout"}


def _budget(store: PostgresStore) -> float:
    with store._sessions.read("public") as cursor:
        found = cursor.execute(_BUDGET).fetchone()
    assert found
    return float(found["seconds"])


def _states(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        query = "select state from pg_stat_activity where application_name = 'checkpoint-inspector'"
        return {row[0] for row in connection.execute(query)}
