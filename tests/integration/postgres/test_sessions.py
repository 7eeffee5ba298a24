"""Our sessions cannot write, whoever logs in; they say who they are, leave nothing open, and are all given back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import errors as pg

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into
from inspector.errors import StoreError, StoreTimeout
from inspector.stores.postgres.pool import Cursor
from tests.integration.postgres.conftest import OpenStore
from tests.integration.postgres.polling import wait_for

INSERT = "insert into checkpoints values ('forced', '', '1ef', null, 'json', '{}', '{}')"
#: As one session of its own, statement after statement, on our connection.
ATTACKS = [
    [INSERT],
    ["update checkpoints set metadata = '{}'"],
    ["delete from checkpoints"],
    ["truncate checkpoints"],
    ["drop table checkpoints"],
    ["create table mine ()"],
    ["create temporary table mine as select 1"],
    ["set transaction read write", INSERT],
    ["set transaction read only", "set transaction read write", INSERT],
    ["begin read write", INSERT],
    ["commit", INSERT],
    ["rollback", INSERT],
    ["commit; " + INSERT],
    ["commit; begin; " + INSERT + "; commit"],
    ["savepoint a", "release a", INSERT],
    ["select setval(pg_get_serial_sequence('counted', 'id'), 9)"],
    ["copy checkpoints from program 'true'"],
    ["select * from checkpoints for update"],
    ["do $$ begin delete from checkpoints; end $$"],
    ["explain analyze delete from checkpoints"],
    ["vacuum checkpoints"],
]


@pytest.fixture(scope="module")
def played(postgres: EmbeddedPostgres) -> Iterator[PlayedStore]:
    """Written as a superuser, who is let in everywhere else."""
    with play_into(postgres.create_database(), ["new-input"], ["exit"]) as store:
        with psycopg.connect(store.url) as connection:
            connection.execute("create table counted (id serial)")
        yield store


@pytest.mark.parametrize("statements", ATTACKS, ids=lambda statements: statements[-1][:40])
def test_a_superuser_cannot_write_through_our_session(
    played: PlayedStore, open_store: OpenStore, statements: list[str]
) -> None:
    store = open_store(played.url)
    before = _rows(played.url)
    assert before
    with pytest.raises(StoreError) as caught, store._sessions.read() as cursor:
        _run(cursor, statements)
    assert isinstance(caught.value.__cause__, pg.ReadOnlySqlTransaction | pg.ActiveSqlTransaction)
    assert _rows(played.url) == before
    assert store.read_facts().read_only_session


def test_the_first_statement_pins_the_transaction_as_read_only(played: PlayedStore, open_store: OpenStore) -> None:
    """`SET TRANSACTION READ WRITE` is legal until any query has run: ours has."""
    with pytest.raises(StoreError) as caught, open_store(played.url)._sessions.read() as cursor:
        cursor.execute("set transaction read write")
    assert "must be set before any query" in str(caught.value.__cause__)


def test_without_the_start_up_option_the_transaction_still_cannot_write(
    played: PlayedStore, open_store: OpenStore
) -> None:
    """As behind a pooler that refuses the option."""
    store = open_store(played.url)
    store._sessions._connections._startup_options = False
    assert store.read_facts().read_only_session
    before = _rows(played.url)
    for statements in ATTACKS:
        if ";" not in "".join(statements):  # the server takes several at once for one, and none of ours is
            with pytest.raises(StoreError), store._sessions.read() as cursor:
                _run(cursor, statements)
    assert _rows(played.url) == before


def test_the_session_says_who_it_is_and_what_it_is_bound_by(played: PlayedStore, open_store: OpenStore) -> None:
    with open_store(played.url)._sessions.read() as cursor:
        found = cursor.execute(
            "select current_setting('application_name') as name, "
            "current_setting('transaction_isolation') as isolation, "
            "current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, "
            "current_setting('idle_in_transaction_session_timeout') as idle, "
            "current_setting('default_transaction_read_only') as read_only"
        ).fetchone()
    assert found == {
        "name": "checkpoint-inspector",
        "isolation": "repeatable read",
        "statement": "15s",
        "lock": "2s",
        "idle": "1min",
        "read_only": "on",
    }


def test_a_name_in_the_url_wins(played: PlayedStore, open_store: OpenStore) -> None:
    with open_store(f"{played.url}&application_name=mine")._sessions.read() as cursor:
        assert cursor.execute("show application_name").fetchone() == {"application_name": "mine"}


def test_settings_end_with_their_transaction(played: PlayedStore, open_store: OpenStore) -> None:
    """Behind a pooler that shares connections, a setting that stayed would reach a worker's session."""
    store = open_store(played.url, pool_size=1)
    store.read_facts()
    lent = store._sessions._connections.lend(lambda connection: None)
    try:
        left = lent.connection.execute(
            "select name, setting from pg_settings where source = 'session' "
            "and name <> 'application_name' and name not like 'transaction%'"
        ).fetchall()
    finally:
        lent.connection.rollback()
        lent.give_back()
    assert left == []


def test_nothing_is_left_open_in_a_transaction(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(f"{played.url}&application_name=tidy")
    store.read_facts()
    store.read_threads(["a"], host_keys=())
    next(store.iter_thread_counts())
    list(store.iter_thread_counts())
    store.scan_threads("", checkpoints=10, host_keys=())
    store.read_changes(store.read_changes("").position)
    with pytest.raises(StoreError), store._sessions.read() as cursor:
        cursor.execute("select nonsense")
    assert _states(played.url, "tidy") == {"idle"}


def test_a_listing_that_is_let_go_of_gives_its_connection_back(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, pool_size=1, connect=1)
    for _ in range(3):
        counts = store.iter_thread_counts()
        next(counts)
        counts.close()
    assert store.read_facts()


def test_more_threads_than_connections_all_get_their_turn(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(f"{played.url}&application_name=crowded", pool_size=2)
    with ThreadPoolExecutor(16) as threads:
        facts = list(threads.map(lambda _: store.read_facts(), range(64)))
    assert len(facts) == 64
    assert len(_pids(played.url, "crowded")) <= 2
    store.close()
    wait_for(lambda: not _pids(played.url, "crowded"))


def test_a_pool_that_is_all_lent_out_says_busy_and_not_unreachable(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, pool_size=1, connect=0.2)
    with store._read(), pytest.raises(StoreTimeout, match="is busy"):
        store.read_facts()
    assert store.read_facts()


def test_every_connection_comes_back_whatever_the_read_ends_with(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, pool_size=1, connect=0.5)
    for statement in ("select 1/0", "select nonsense", "select pg_terminate_backend(pg_backend_pid())"):
        with pytest.raises(StoreError), store._sessions.read() as cursor:
            cursor.execute(statement.encode())
    with pytest.raises(KeyboardInterrupt), store._sessions.read():
        raise KeyboardInterrupt
    assert store.read_facts()


def test_a_session_that_the_server_ended_just_after_a_read_is_not_read_through(
    played: PlayedStore, open_store: OpenStore
) -> None:
    store = open_store(f"{played.url}&application_name=ended", pool_size=1)
    for _ in range(5):
        assert store.read_facts()
        (pid,) = _pids(played.url, "ended")
        with psycopg.connect(played.url, autocommit=True) as connection:
            connection.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert store.read_facts()


def test_a_closed_store_opens_again_when_it_is_asked(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url)
    store.close()
    assert store.read_facts()
    store.close()
    store.close()
    assert store.read_facts()


def test_closing_while_others_read_harms_nobody(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url)
    stop = threading.Event()

    def read(_: int) -> int:
        reads = 0
        while not stop.is_set() or not reads:
            store.read_facts()
            reads += 1
        return reads

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(read, number) for number in range(4)]
        for _ in range(20):
            store.close()
        stop.set()
    assert all(one.result() for one in running)


def test_a_fingerprint_tells_what_happened_between_two(played: PlayedStore, open_store: OpenStore) -> None:
    """A transaction's rows show a moment after its commit is in the log, so one that is under way tells, too."""
    store = open_store(played.url)
    with psycopg.connect(played.url) as other:
        other.execute("select pg_current_xact_id()")
        under_way = store.read_fingerprint()
        other.rollback()
        ended = store.read_fingerprint()
        assert under_way.rows != ended.rows
        assert under_way.rewrites == ended.rewrites
        other.execute("update checkpoints set metadata = metadata")
        other.execute("select pg_stat_force_next_flush()")
        other.commit()
        wait_for(lambda: store.read_fingerprint().rewrites != ended.rewrites)


def _run(cursor: Cursor, statements: list[str]) -> None:
    for statement in statements:
        cursor.execute(statement.encode())


def _rows(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("select ctid, xmin, * from checkpoints order by 1").fetchall()


def _states(url: str, name: str) -> set[str]:
    with psycopg.connect(url) as connection:
        query = "select state from pg_stat_activity where application_name = %s"
        return {row[0] for row in connection.execute(query, [name])}


def _pids(url: str, name: str) -> set[int]:
    with psycopg.connect(url) as connection:
        return {
            row[0] for row in connection.execute("select pid from pg_stat_activity where application_name = %s", [name])
        }
