"""That no store was written is proved by what its server says was sent to it. Here a write is, and the proof tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
import redis

from inspector.demo.embedded import EmbeddedPostgres
from tests.faults.bench import LOGGED, ROLE, assert_no_write, reachable, sent_writes
from tests.faults.test_redis import PASSWORD, let_read
from tests.faults.test_redis import assert_no_write as assert_no_write_to_redis
from tests.redis_server import running_redis

#: None has any effect, as the login may only read, and none may go unnoticed for that.
WRITES = (
    "insert into checkpoint_migrations values (1000)",
    "update checkpoints set metadata = '{}'",
    "with gone as (delete from checkpoints returning 1) select * from gone",
    "truncate checkpoints",
    "create table of_ours (id int)",
    "grant select on checkpoints to public",
)


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(settings=LOGGED) as server, reachable(server):
        with log_in(server) as connection:
            connection.execute("select count(*) from checkpoints")
        assert_no_write(server)
        yield server


@pytest.mark.parametrize("read_only", [False, True], ids=["written", "read"])
def test_every_write_that_postgres_does_not_let_happen_is_found(server: EmbeddedPostgres, read_only: bool) -> None:
    found = 0
    for statement in WRITES:
        for binary in (False, True):  # the second is sent by the protocol of statements that have parameters
            with log_in(server) as connection:
                connection.read_only = read_only
                with suppress(psycopg.Error):  # of a right that one does not have, one gives nothing without an error
                    connection.execute(statement, binary=binary)
            before, found = found, len(sent_writes(server))
            assert found > before, statement


def test_a_write_that_succeeds_is_found(server: EmbeddedPostgres) -> None:
    with server.connect() as connection:
        connection.execute(f"grant insert on checkpoint_migrations to {ROLE}")
    with log_in(server) as connection:
        connection.read_only = False
        connection.execute(WRITES[0])
    with pytest.raises(AssertionError, match="insert"):
        assert_no_write(server)


def test_a_write_hidden_in_a_query_is_found(server: EmbeddedPostgres) -> None:
    """It is refused by the transaction, as those of the dashboard only read."""
    with server.connect() as connection:
        connection.execute("create sequence counter")
        connection.execute(f"grant usage on sequence counter to {ROLE}")
    with log_in(server) as connection:
        connection.read_only = True
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("select nextval('counter')")
    with pytest.raises(AssertionError, match="read-only"):
        assert_no_write(server)


def test_a_write_to_redis_is_found() -> None:
    with running_redis() as server:
        let_read(server)
        with redis.Redis.from_url(f"redis://{ROLE}:{PASSWORD}@127.0.0.1:{server.port}/0") as client:
            client.execute_command("JSON.GET", "checkpoint:a", "$")
            assert_no_write_to_redis(server)
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.set("checkpoint:a", "b")
        with pytest.raises(AssertionError):
            assert_no_write_to_redis(server)


def log_in(server: EmbeddedPostgres) -> psycopg.Connection:
    """As the dashboard does."""
    return psycopg.connect(server.url_for("postgres", user=ROLE))
