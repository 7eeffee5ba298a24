"""What is particular to a ledger in Redis: keys, their end, rights, restarts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from inspector.errors import ConfigError, StoreDenied, StoreUnreachable
from inspector.ledger.grants import redis_grants
from inspector.probe.ledger_schema import KEEP_SECONDS, REDIS_PREFIX
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.hammer import send
from tests.integration.ledger.samples import batch, counts, reads, report
from tests.redis_server import RedisServer

NOWHERE = "redis://me:hunter2@127.0.0.1:1/0"
#: What neither user may send: to see, stop and cut off others, to look around, and to change the server.
REFUSED = (
    "client list", "client pause 1", "client unpause", "client kill type normal", "client no-evict on", "keys *",
    "scan 0", "flushdb", "flushall", "config get *", "info", "acl list", "script flush", "shutdown", "monitor", "save",
    "dbsize", "randomkey", "swapdb 0 1", "publish a b",
)  # fmt: skip
FULL = {"reads": 1, "misses": 1, "checkpoints": 1, "writes": 1, "last_read_at": 1.0, "last_miss_at": 1.0}


@pytest.fixture
def url(redis_server: RedisServer) -> str:
    return redis_server.create_database()


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        yield client


def test_every_key_has_the_prefix_and_an_end(url: str, client: redis.Redis, open_writer: OpenWriter) -> None:
    writer, worker = open_writer(url), report()
    for number in (1, 2):
        writer.write(batch(worker, number, counts("a", errors={"E": 1}, recent=reads(1.0), **FULL)))

    keys = client.keys()
    assert len(keys) == 7
    for key in keys:
        assert key.startswith(REDIS_PREFIX)
        assert 0 < client.ttl(key) <= KEEP_SECONDS


def test_a_thread_keeps_a_bounded_number_of_rows(
    url: str, open_writer: OpenWriter, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.probe.ledgers.redis._ROWS", 3)
    writer = open_writer(url)
    for number in range(5):
        writer.write(batch(report(f"web-{number}"), 1, counts("a", at=float(number), reads=1)))

    assert {row.hostname for row in open_reader(url).read_thread("a")} == {"web-2", "web-3", "web-4"}


def test_a_row_that_expired_is_left_out(
    url: str, client: redis.Redis, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer = open_writer(url)
    writer.write(batch(report("gone"), 1, counts("a", reads=1)))
    (gone,) = client.keys(f"{REDIS_PREFIX}row:*")
    writer.write(batch(report("here"), 1, counts("a", reads=1)))
    client.delete(gone)

    assert [row.hostname for row in open_reader(url).read_thread("a")] == ["here"]


def test_pruning_leaves_no_key_behind(url: str, client: redis.Redis, open_writer: OpenWriter) -> None:
    writer = open_writer(url)
    writer.write(batch(report(seen_at=100.0), 1, counts("a", errors={"E": 1}, recent=reads(1.0), **FULL)))
    writer.prune(2e9)

    assert client.keys() == client.keys(f"{REDIS_PREFIX}worker:*")


def test_the_printed_acl_is_enough_and_no_more(
    url: str, redis_server: RedisServer, client: redis.Redis, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    client.set("other", "secret")
    for line in redis_grants(writer="probe.1", reader="dash-1").splitlines():
        client.execute_command(*line.split())
        client.execute_command("ACL", "SETUSER", line.split()[2], ">word")
    writer_url, reader_url = (url.replace("redis://", f"redis://{user}:word@") for user in ("probe.1", "dash-1"))
    writer, reader, worker = open_writer(writer_url), open_reader(reader_url), report(seen_at=100.0)
    for number in (1, 1, 2):
        writer.write(batch(worker, number, counts("a", errors={"E": 1}, recent=reads(1.0), **FULL)))

    assert reader.exists()
    assert reader.read_workers().reports
    assert reader.read_changes(reader.read_changes("").after).thread_ids == ("a",)
    assert reader.read_counts(["a"]).rows[0].reads == 2
    assert reader.read_thread("a")[0].errors == {"E": 2}
    with redis.Redis.from_url(reader_url) as dashboard, pytest.raises(redis.exceptions.NoPermissionError):
        dashboard.delete(f"{REDIS_PREFIX}workers")
    with redis.Redis.from_url(writer_url) as probe, pytest.raises(redis.exceptions.NoPermissionError):
        probe.hget("other", "x")
    for login in (reader_url, writer_url):
        for command in REFUSED:
            with redis.Redis.from_url(login) as guest, pytest.raises(redis.exceptions.NoPermissionError):
                guest.execute_command(*command.split())
    writer.prune(2e9)
    assert not reader.exists()
    client.execute_command("ACL", "SETUSER", "dash-1", "-zcard")
    with pytest.raises(StoreDenied, match="may not read the ledger"):
        reader.exists()
    client.execute_command("ACL", "DELUSER", "probe.1", "dash-1")


def test_names_that_would_say_more_than_a_name_are_refused() -> None:
    with pytest.raises(ConfigError):
        redis_grants(writer="probe +@all", reader="dash")


def test_a_server_that_was_away_is_written_to_again(
    redis_server: RedisServer, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    with RedisServer(persistent=True) as server:
        writer, reader, worker = open_writer(server.url), open_reader(server.url), report()
        first, second = (batch(worker, number, counts("a", reads=number)) for number in (1, 2))
        writer.write(first)
        server.stop()
        with pytest.raises(redis.exceptions.RedisError):
            writer.write(second)
        with pytest.raises(StoreUnreachable):
            reader.read_thread("a")
        server.start()
        send(writer, second)
        send(writer, second)

        assert [row.reads for row in reader.read_thread("a")] == [3]


def test_a_server_that_lost_everything_is_written_to_again(
    url: str, client: redis.Redis, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer, worker = open_writer(url), report()
    writer.write(batch(worker, 1, counts("a", reads=1)))
    client.flushdb()
    writer.write(batch(worker, 2, counts("a", reads=2)))

    assert [row.reads for row in open_reader(url).read_thread("a")] == [2]


def test_a_server_that_is_not_there_is_told_without_the_password(
    redis_server: RedisServer, open_reader: OpenReader
) -> None:
    reader = open_reader(NOWHERE)
    with pytest.raises(StoreUnreachable) as told:
        reader.read_changes("")
    assert told.value.message == "redis://me@127.0.0.1:1/0 cannot be reached."
    refused = open_reader(redis_server.url.replace("redis://", "redis://me:hunter2@"))
    with pytest.raises(StoreDenied, match="refused the login"):
        refused.exists()
