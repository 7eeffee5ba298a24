"""The Redis of the tests themselves: has what LangGraph's saver needs, goes, comes back, and dies with its owner."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from langgraph.checkpoint.redis import RedisSaver

from inspector.demo import embedded_redis as module
from tests.redis_server import RedisServer, RedisServerMissingError, running_redis

ROOT = Path(__file__).parents[3]


def test_it_has_search_and_json(redis_server: RedisServer) -> None:
    with RedisSaver.from_conn_string(redis_server.flush()) as saver:
        saver.setup()
    with redis_server.connect() as client:
        assert set(client.execute_command("FT._LIST")) == {b"checkpoint", b"checkpoint_write"}


def test_a_flush_leaves_no_key_and_no_index(redis_server: RedisServer) -> None:
    with RedisSaver.from_conn_string(redis_server.url) as saver:
        saver.setup()
    redis_server.flush()
    with redis_server.connect() as client:
        assert (client.dbsize(), client.execute_command("FT._LIST")) == (0, [])


def test_each_database_is_a_new_one(redis_server: RedisServer) -> None:
    first, second = redis_server.create_database(), redis_server.create_database()
    with redis.Redis.from_url(first) as one, redis.Redis.from_url(second) as two:
        one.set("key", "value")
        assert (one.dbsize(), two.dbsize()) == (1, 0)


@pytest.mark.parametrize("persistent", [True, False])
def test_it_goes_and_comes_back_at_the_same_address(redis_server: RedisServer, persistent: bool) -> None:
    with RedisServer(persistent=persistent) as server:
        with server.connect() as client:
            client.set("key", "value")
        server.stop()
        with pytest.raises(redis.ConnectionError), server.connect() as client:
            client.ping()
        server.start()
        with server.connect() as client:
            assert client.get("key") == (b"value" if persistent else None)


OWNER = """
import sys, time
from tests.redis_server import RedisServer
server = RedisServer().start()
print(server.url, server.log_path.parent, flush=True)
time.sleep(600)
"""


def test_it_dies_with_its_owner(redis_server: RedisServer) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout as output:
        url, folder = output.readline().split()
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        output.read()  # until nobody holds the pipe any more
    while Path(folder).exists():  # the guard ends the server before it deletes its files
        time.sleep(0.01)
    with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SERVER", ("no_such_package_at_all", "server"))


def test_without_its_package_a_test_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch)
    monkeypatch.delenv("INSPECTOR_REQUIRE_REDIS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no_such_package_at_all"):
        running_redis()


def test_without_its_package_a_test_fails_where_it_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch)
    monkeypatch.setenv("INSPECTOR_REQUIRE_REDIS", "1")
    with pytest.raises(pytest.fail.Exception, match="no_such_package_at_all"):
        running_redis()


def test_a_file_that_may_not_be_executed_is_copied(tmp_path: Path) -> None:
    plain = tmp_path / "module.so"
    plain.write_bytes(b"elf")
    plain.chmod(0o600)
    (tmp_path / "copies").mkdir()
    copy = module._executable(plain, tmp_path / "copies")
    assert (copy.read_bytes(), copy.stat().st_mode & 0o111, plain.stat().st_mode & 0o111) == (b"elf", 0o111, 0)
    assert module._executable(copy, tmp_path) == copy


def test_what_is_missing_is_named() -> None:
    with pytest.raises(RedisServerMissingError, match=r"the package redis has no nothing\.so here"):
        module._located("redis", "nothing.so")
