"""A store that is away says so in words and comes back by itself; one that holds no checkpoints says that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.errors import NotACheckpointStore, StoreError, StoreUnreachable
from inspector.stores.base import CheckpointStore
from inspector.stores.differences import POSTGRES, REDIS_SHALLOW, SQLITE
from tests.contract.conftest import ReaderOf
from tests.contract.places import PostgresPlace, RedisPlace, SqlitePlace, StoreUnderTest
from tests.integration.postgres.polling import wait_for
from tests.redis_server import RedisServer

READS: dict[str, Callable[[CheckpointStore], object]] = {
    "facts": lambda store: store.read_facts(),
    "signs": lambda store: store.read_signs(),
    "fingerprint": lambda store: store.read_fingerprint(),
    "counts": lambda store: list(store.iter_thread_counts()),
    "threads": lambda store: store.read_threads(["one"], host_keys=("host",)),
    "namespaces": lambda store: store.read_namespaces("one"),
    "checkpoints": lambda store: store.read_checkpoints("one", ""),
    "calls": lambda store: store.read_calls("one", ["node"], rows=9, host_keys=("host",)),
    "checkpoint": lambda store: store.read_checkpoint("one", "", "1"),
    "newer": lambda store: store.read_newer_ids("one", "", "1", rows=1),
    "place": lambda store: store.read_place("one", "", "1"),
    "inputs": lambda store: store.read_inputs("one", "", before="2"),
    "own channels": lambda store: store.read_own_channels("one", "", "1", ["messages"]),
    "writes": lambda store: store.read_writes("one", "", ["1"]),
}


#: Reads that a layout answers without looking into its data.
UNASKED = {(POSTGRES, "own channels"), (SQLITE, "fingerprint")}


@dataclass
class Switch:
    """A place that can be taken away and given back, with what it holds."""

    place: StoreUnderTest
    stop: Callable[[], object]
    start: Callable[[], object]


@pytest.fixture
def switch(layout: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Switch]:
    with ExitStack() as stack:
        if layout == POSTGRES:
            server = stack.enter_context(EmbeddedPostgres())
            yield Switch(PostgresPlace(server.create_database()), server.stop, server.start)
        elif layout == SQLITE:
            file, away = tmp_path / "store.sqlite", tmp_path / "away"
            yield Switch(SqlitePlace(file), lambda: file.rename(away), lambda: away.rename(file))
        else:
            request.getfixturevalue("redis_server")  # skips where there is none
            redis_server = stack.enter_context(RedisServer(persistent=True))
            place = RedisPlace(redis_server.url, shallow=layout == REDIS_SHALLOW)
            yield Switch(place, redis_server.stop, redis_server.start)


def test_a_store_that_goes_away_is_told_and_found_again(switch: Switch, reader_of: ReaderOf) -> None:
    with switch.place.open_saver() as saver:
        stage = Stage(saver, "exit", "errors")
        stage.say(build_chat(saver), stage.config("one"), "Hello")
    store = reader_of(switch.place).store
    before = store.read_threads(["one"], host_keys=())
    assert before
    for _ in range(2):
        switch.stop()
        for name, read in READS.items():
            if name == "own channels" and switch.place.layout == POSTGRES:
                continue
            with pytest.raises(StoreUnreachable) as caught:
                read(store)
            assert caught.value.hint, name
        switch.start()
        assert wait_for(lambda: _quietly(lambda: store.read_threads(["one"], host_keys=()))) == before


@pytest.mark.parametrize("foreign", ["empty", "foreign"])
def test_what_holds_no_checkpoints_is_told_as_such(place: StoreUnderTest, reader_of: ReaderOf, foreign: str) -> None:
    _fill(place, foreign == "foreign")
    store = reader_of(place).store
    for name, read in READS.items():
        if (place.layout, name) in UNASKED:
            continue
        with pytest.raises(NotACheckpointStore) as caught:
            read(store)
        assert caught.value.hint, name
    with place.open_saver() as saver:
        stage = Stage(saver, "exit", "errors")
        stage.say(build_chat(saver), stage.config("one"), "Hello")
        assert [row.thread_id for row in store.read_threads(["one"], host_keys=())] == ["one"]


@pytest.mark.parametrize("layout", [SQLITE])
@pytest.mark.parametrize(
    "content", [b"", b"no database at all", b"SQLite format 3\x00 and then nothing" + b"\x00" * 999]
)
def test_a_file_that_is_no_database_is_told_as_such(place: SqlitePlace, reader_of: ReaderOf, content: bytes) -> None:
    place.path.write_bytes(content)
    store = reader_of(place).store
    for name, read in READS.items():
        if (SQLITE, name) not in UNASKED:
            with pytest.raises(StoreError) as caught:
                read(store)
            assert caught.value.hint
    assert place.path.read_bytes() == content
    assert [file.name for file in place.path.parent.iterdir()] == [place.path.name]


def _fill(place: StoreUnderTest, foreign: bool) -> None:
    """Nothing, or what somebody else keeps there."""
    statement = "create table orders (number integer)" if foreign else "select 1"
    if isinstance(place, SqlitePlace):
        with closing(sqlite3.connect(place.path)) as connection:
            connection.execute("vacuum")
            connection.execute(statement)
    elif isinstance(place, PostgresPlace):
        with psycopg.connect(place.url) as session:
            session.execute(statement.encode())
    elif foreign:
        with closing(redis.Redis.from_url(place.url)) as client:
            client.set("checkpoint:of another kind", "1")
            client.hset("orders", "number", "1")


def _quietly(read: Callable[[], object]) -> object:
    try:
        return read()
    except StoreError:
        return None
