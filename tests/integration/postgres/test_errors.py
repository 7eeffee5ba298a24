"""Whatever fails is said in a sentence with a remedy, soon, without a password, and passes by itself."""

from __future__ import annotations

import socket
import time
import traceback
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, open_saver, play_into
from inspector.errors import (
    NotACheckpointStore,
    StoreDenied,
    StoreError,
    StoreTimeout,
    StoreUnreachable,
)
from inspector.stores.postgres import PostgresStore
from inspector.stores.postgres.errors import explain
from tests.integration.postgres.conftest import NewDatabase, OpenStore
from tests.integration.postgres.polling import wait_for

PASSWORD = "s3cret/%?@word"
READS: list[Callable[[PostgresStore], object]] = [
    lambda store: store.read_facts(),
    lambda store: store.read_fingerprint(),
    lambda store: list(store.iter_thread_counts()),
    lambda store: store.read_threads(["a"], host_keys=("host",)),
    lambda store: store.read_namespaces("a"),
    lambda store: store.read_checkpoints("a", ""),
    lambda store: store.read_checkpoint("a", "", "1"),
    lambda store: store.read_channel_sizes("a", "", [("messages", "1")]),
    lambda store: store.read_channels("a", "", [("messages", "1")]),
    lambda store: store.read_writes("a", "", ["1"]),
]
every_read = pytest.mark.parametrize("read", READS)


@pytest.fixture(scope="module")
def database(scenario_store: PlayedStore) -> str:
    return str(conninfo_to_dict(scenario_store.url)["dbname"])


@pytest.fixture
def played(new_database: NewDatabase) -> Iterator[PlayedStore]:
    """A store of one's own, to lock, drop and write into."""
    with play_into(new_database(), ["new-input"], ["exit"]) as store:
        yield store


@every_read
def test_an_unreachable_port_is_told_at_once(open_store: OpenStore, read: Callable[[PostgresStore], object]) -> None:
    store = open_store(f"postgresql://me:pa55word@127.0.0.1:{_closed_port()}/db")
    began = time.monotonic()
    with pytest.raises(StoreUnreachable, match="cannot be reached") as caught:
        read(store)
    assert time.monotonic() - began < 2
    assert caught.value.hint
    assert "pa55word" not in _everything_said(caught.value)


def test_a_host_that_swallows_packets_costs_the_connect_limit_once(open_store: OpenStore) -> None:
    """A listening socket whose queue nobody empties: connecting works, and then nothing is ever said."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        store = open_store(f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/db", connect=2)
        began = time.monotonic()
        for _ in range(5):
            with pytest.raises(StoreUnreachable, match="did not answer in time"):
                store.read_facts()
        assert time.monotonic() - began < 3.5


def test_an_unknown_host_name_is_told_as_such(open_store: OpenStore) -> None:
    with pytest.raises(StoreUnreachable, match="no such host name"):
        open_store("postgresql://me@nowhere.invalid/db").read_facts()


@every_read
def test_a_wrong_password_is_told_and_never_shown(
    postgres: EmbeddedPostgres, database: str, open_store: OpenStore, read: Callable[[PostgresStore], object]
) -> None:
    if "locked_in" not in _roles(postgres):
        postgres.create_role("locked_in", password=PASSWORD)
    store = open_store(postgres.url_for(database, user="locked_in", password=f"not {PASSWORD}"))
    with pytest.raises(StoreDenied, match="refused the login") as caught:
        read(store)
    assert "password" in caught.value.hint
    assert PASSWORD not in _everything_said(caught.value)
    assert PASSWORD not in repr(store) + store.safe_url


def test_the_right_password_logs_in(postgres: EmbeddedPostgres, database: str, open_store: OpenStore) -> None:
    postgres.create_role("let_in", password=PASSWORD)
    store = open_store(postgres.url_for(database, user="let_in", password=PASSWORD))
    assert store.read_facts().login == "let_in"


def test_a_password_that_is_missing_is_asked_for(
    postgres: EmbeddedPostgres, database: str, open_store: OpenStore
) -> None:
    postgres.create_role("forgetful", password=PASSWORD)
    with pytest.raises(StoreDenied, match="refused the login"):
        open_store(postgres.url_for(database, user="forgetful")).read_facts()


def test_an_unknown_role_is_told(postgres: EmbeddedPostgres, database: str, open_store: OpenStore) -> None:
    with pytest.raises(StoreDenied, match="role does not exist"):
        open_store(postgres.url_for(database, user="nobody_knows")).read_facts()


def test_an_unknown_database_is_told(postgres: EmbeddedPostgres, open_store: OpenStore) -> None:
    with pytest.raises(NotACheckpointStore, match="does not exist on that server") as caught:
        open_store(postgres.url_for("no_such_database")).read_facts()
    assert "Check the database name" in caught.value.hint


def test_a_login_that_may_not_connect_is_told(postgres: EmbeddedPostgres, open_store: OpenStore) -> None:
    postgres.create_role("kept_out")
    with psycopg.connect(postgres.create_database("shut")) as connection:
        connection.execute("revoke connect on database shut from public")
    with pytest.raises(StoreDenied, match="does not let this login connect"):
        open_store(postgres.url_for("shut", user="kept_out")).read_facts()


def test_a_table_without_privileges_is_named_with_the_way_out(
    postgres: EmbeddedPostgres, played: PlayedStore, open_store: OpenStore
) -> None:
    postgres.create_role("half_blind")
    with psycopg.connect(played.url) as connection:
        connection.execute("grant select on checkpoints to half_blind")
    store = open_store(postgres.url_for(str(conninfo_to_dict(played.url)["dbname"]), user="half_blind"))
    assert store.read_namespaces(played.played[0].threads[0].thread_id)
    with pytest.raises(StoreDenied, match="may not read table checkpoint_writes") as caught:
        list(store.iter_thread_counts())
    assert "inspector grants" in caught.value.hint


def test_a_login_out_of_connections_is_told(postgres: EmbeddedPostgres, database: str, open_store: OpenStore) -> None:
    postgres.create_role("frugal")
    with postgres.connect() as connection:
        connection.execute("alter role frugal connection limit 0")
    with pytest.raises(StoreUnreachable, match="used up its connection limit"):
        open_store(postgres.url_for(database, user="frugal")).read_facts()


def test_tables_that_another_session_locks_cost_the_lock_limit(played: PlayedStore, open_store: OpenStore) -> None:
    store = open_store(played.url, lock=0.2)
    with psycopg.connect(played.url) as holder:
        holder.execute("lock table checkpoints in access exclusive mode")
        began = time.monotonic()
        with pytest.raises(StoreTimeout, match="has locked the checkpoint tables"):
            list(store.iter_thread_counts())
        assert time.monotonic() - began < 2
        holder.rollback()
    assert list(store.iter_thread_counts())


def test_a_slow_read_is_cut_at_its_limit(played: PlayedStore, open_store: OpenStore) -> None:
    """The view sleeps where a huge thread would: the server cuts both alike."""
    with psycopg.connect(played.url) as connection:
        connection.execute("create schema slow")
        connection.execute("create view slow.checkpoints as select c.* from public.checkpoints c, pg_sleep(30)")
        connection.execute("create view slow.checkpoint_writes as select * from public.checkpoint_writes")
    store = open_store(f"{played.url}&schema=slow", statement=0.2)
    began = time.monotonic()
    with pytest.raises(StoreTimeout, match="longer than the read's time budget") as caught:
        store.read_namespaces("a")
    assert time.monotonic() - began < 2
    assert "INSPECTOR_STATEMENT_TIMEOUT" in caught.value.hint


def test_tables_that_are_dropped_and_made_again_are_found_again(played: PlayedStore, open_store: OpenStore) -> None:
    thread_id = played.played[0].threads[0].thread_id
    store = open_store(played.url)
    assert store.read_namespaces(thread_id)
    with psycopg.connect(played.url) as connection:
        connection.execute("drop table checkpoints, checkpoint_blobs, checkpoint_writes, checkpoint_migrations")
    for _ in range(2):
        with pytest.raises(NotACheckpointStore):
            store.read_namespaces(thread_id)
    with play_into(f"{played.url}&options=-c%20search_path%3Dpublic", ["new-input"], ["exit"]):
        assert store.read_namespaces(thread_id)


def test_tables_that_move_to_another_schema_are_followed(played: PlayedStore, open_store: OpenStore) -> None:
    thread_id = played.played[0].threads[0].thread_id
    store = open_store(played.url)
    assert store.read_facts().schema == "public"
    with psycopg.connect(played.url) as connection:
        connection.execute("alter schema public rename to agents")
    with pytest.raises(NotACheckpointStore):
        store.read_namespaces(thread_id)
    assert store.read_namespaces(thread_id)
    assert store.read_facts().schema == "agents"


def test_a_server_that_stops_and_starts_is_told_at_once_and_found_again(open_store: OpenStore) -> None:
    with EmbeddedPostgres() as server:
        url = server.create_database()
        with play_into(url, ["new-input"], ["exit"]) as played:
            thread_id = played.played[0].threads[0].thread_id
        store = open_store(url)
        assert store.read_namespaces(thread_id)
        for _ in range(2):
            server.stop()
            began = time.monotonic()
            for read in READS:
                with pytest.raises(StoreUnreachable):
                    read(store)
            assert time.monotonic() - began < 1
            server.start()
            began = time.monotonic()
            wait_for(lambda: _quietly(lambda: store.read_namespaces(thread_id)))
            assert time.monotonic() - began < 3


def test_a_listing_that_loses_its_server_says_so(open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.stores.postgres.store.PART", 50)
    with EmbeddedPostgres() as server:
        url = server.create_database()
        with open_saver(url), psycopg.connect(url) as connection:
            connection.execute(
                "insert into checkpoints select n, '', '1ef', null, 'json', '{}', '{}' from generate_series(1, 200) n"
            )
        store = open_store(url)
        counts = store.iter_thread_counts()
        next(counts)
        server.stop()
        with pytest.raises(StoreUnreachable):
            list(counts)
        server.start()
        assert wait_for(lambda: _quietly(lambda: list(store.iter_thread_counts())))


def test_a_connection_that_an_administrator_ends_is_replaced_without_a_word(
    played: PlayedStore, open_store: OpenStore
) -> None:
    store = open_store(f"{played.url}&application_name=doomed")
    store.read_facts()
    with psycopg.connect(played.url, autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed'")
    assert store.read_facts()


@pytest.mark.parametrize("kind", sorted({item for item in vars(pg).values() if isinstance(item, type)}, key=str))
def test_every_error_of_the_server_becomes_a_sentence(kind: type) -> None:
    if issubclass(kind, psycopg.Error):
        told = explain(kind("connection to me:secret@host failed"), "postgresql://me@host/db")
        assert told.message.startswith(("postgresql://me@host/db", "This login"))
        assert "secret" not in told.message + told.hint


def _everything_said(error: BaseException) -> str:
    """What a log would hold of it: messages, hints and the errors behind it, without the source lines."""
    said = traceback.TracebackException.from_exception(error)
    return "".join(said.format_exception_only()) + str(getattr(error, "hint", "")) + repr(error.__cause__)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _roles(postgres: EmbeddedPostgres) -> set[str]:
    with postgres.connect() as connection:
        return {row[0] for row in connection.execute("select rolname from pg_roles")}


def _quietly(read: Callable[[], object]) -> object:
    try:
        return read()
    except StoreError:
        return None
