"""What a ledger says of counts that it cannot hold, and of those that it cannot take just now."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import redis
from langgraph.checkpoint.memory import InMemorySaver

from inspector.demo.embedded import EmbeddedPostgres
from inspector.probe import flush, watch
from inspector.probe.ledger_schema import COUNTS_TABLE, ERRORS_TABLE, REDIS_PREFIX, WORKERS_TABLE, Ledger, Refused
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.samples import batch, counts, report
from tests.integration.ledger.test_postgres_ledger import as_role, run
from tests.probing import probing_into
from tests.redis_server import RedisServer

TOO_MANY = 2**63


def read(thread_id: str) -> None:
    saver: Any = watch(InMemorySaver())
    saver.get_tuple({"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}})


@pytest.mark.parametrize("ledger_url", [pytest.param("postgres", marks=pytest.mark.postgres), "sqlite"], indirect=True)
@pytest.mark.parametrize("what", [{"reads": TOO_MANY}, {"errors": {"E": TOO_MANY}}], ids=["counts", "errors"])
def test_a_figure_that_is_too_large_is_refused_and_nothing_of_its_batch_is_kept(
    what: dict[str, int], ledger_url: str, writer: Ledger, open_reader: OpenReader
) -> None:
    worker = report()
    writer.write(batch(worker, 1, counts("a", reads=1)))
    with pytest.raises(Refused):
        writer.write(batch(worker, 2, counts("a", reads=1), counts("b", **what)))
    writer.write(batch(worker, 3, counts("a", reads=1)))
    reader = open_reader(ledger_url)
    assert [row.reads for row in reader.read_thread("a")] == [2]
    assert reader.read_thread("b") == []
    writer.write(batch(worker, 2, counts("a", reads=1), counts("b", **what)))  # late, and known to be of no use
    assert [row.reads for row in reader.read_thread("a")] == [2]


@pytest.fixture
def latin(postgres: EmbeddedPostgres) -> str:
    """A database that knows 191 characters."""
    name = "ledger_latin"
    with postgres.connect() as connection:
        connection.autocommit = True
        connection.execute(f"drop database if exists {name}")
        connection.execute(
            f"create database {name} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0".encode()
        )
    return postgres.url_for(name)


def test_a_thread_id_that_the_database_has_no_characters_for_is_dropped_alone(
    latin: str, open_reader: OpenReader
) -> None:
    with probing_into(latin):
        for thread_id in ("a", "\N{SNOWMAN}", "b"):
            read(thread_id)
        assert flush(30)
        assert flush(30)
    reader = open_reader(latin)
    assert [len(reader.read_thread(name)) for name in ("a", "b")] == [1, 1]
    (worker,) = reader.read_workers().reports
    assert (worker.reads, dict(worker.dropped)) == (3, {"reads": 1})


def test_what_a_login_may_not_write_yet_is_kept(
    database: str,
    postgres: EmbeddedPostgres,
    open_writer: OpenWriter,
    open_reader: OpenReader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The server answers here too, and holds nothing against the counts."""
    open_writer(database).write(batch(report("owner"), 1))
    login = as_role(postgres, database, "ledger_halfway")
    run(
        database,
        *(f"grant select, insert, update on {name} to ledger_halfway" for name in (WORKERS_TABLE, ERRORS_TABLE)),
    )
    with probing_into(login):
        for number in range(20):
            read(f"t{number}")
        for _ in range(8):
            assert not flush(30)
        run(database, f"grant select, insert, update on {COUNTS_TABLE} to ledger_halfway")
        assert flush(30)
    reader = open_reader(database)
    assert [len(reader.read_thread(f"t{number}")) for number in range(20)] == [1] * 20
    assert all(not worker.dropped for worker in reader.read_workers().reports)
    (told,) = warnings(caplog)
    assert "ledger_halfway@" in told
    assert "refuses its login (psycopg.errors.InsufficientPrivilege): `inspector grants --part ledger`" in told


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.redis
def test_a_redis_user_without_the_rights_is_told_what_to_do(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    url = redis_server.create_database()
    with redis.Redis.from_url(url) as client:
        client.execute_command("ACL", "SETUSER", "ledger_guest", "on", ">word", "+hget", f"~{REDIS_PREFIX}*")
        try:
            with probing_into(url.replace("redis://", "redis://ledger_guest:word@")):
                read("a")
                assert not flush(30)
                client.execute_command("ACL", "SETUSER", "ledger_guest", "+@all")
                assert flush(30)
        finally:
            client.execute_command("ACL", "DELUSER", "ledger_guest")
    (told,) = warnings(caplog)
    assert "refuses its login (redis.exceptions.NoPermissionError): `inspector grants --part ledger`" in told
    assert "word@" not in told
