"""A real sentinel says where the primary is: the savers and the dashboard ask it alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from inspector.demo import embedded_redis
from inspector.demo.guarded import GuardedProcess, last_words
from inspector.errors import StoreUnreachable
from tests.integration.redis.conftest import OpenStore, play_into, saver_of
from tests.redis_server import RedisServer

SERVICE = "orders"
START_SECONDS = 30.0


@pytest.fixture
def sentinel(redis_server: RedisServer, tmp_path: Path) -> Iterator[str]:
    """The address of a sentinel that watches the session's server."""
    port = embedded_redis._free_port()
    configuration = tmp_path / "sentinel.conf"
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {tmp_path}\nsentinel monitor {SERVICE} 127.0.0.1 {redis_server.port} 1\n"
    )
    program = embedded_redis._executable(embedded_redis._located(*embedded_redis.SERVER), tmp_path)
    log = tmp_path / "sentinel.log"
    process = GuardedProcess([str(program), str(configuration), "--sentinel"], log=log, remove=tmp_path / "nothing")
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        assert process.running, last_words(log)
        assert time.monotonic() < deadline, last_words(log)
        time.sleep(0.02)
    yield f"127.0.0.1:{port}"
    process.stop()


def test_a_store_behind_a_sentinel_is_read(empty: str, sentinel: str, open_store: OpenStore) -> None:
    url = f"redis+sentinel://{sentinel}/{SERVICE}/0"
    with saver_of(url) as saver:
        play_into(saver, "new-input")
    behind, direct = open_store(url), open_store(empty)
    assert behind.read_identities() == direct.read_identities()
    counts = list(behind.iter_thread_counts())
    assert counts == list(direct.iter_thread_counts())
    assert behind.read_threads([count.thread_id for count in counts], host_keys=[])
    assert behind.safe_url == url


def test_the_login_is_the_servers_and_the_sentinel_may_have_none(
    empty: str, redis_server: RedisServer, sentinel: str, open_store: OpenStore
) -> None:
    with saver_of(empty), redis_server.connect() as client:
        client.acl_setuser("reader", enabled=True, passwords=["+hush"], keys=["*"], commands=["+@all"])
        try:
            url = f"redis+sentinel://reader:hush@{sentinel}/{SERVICE}/0?sentinel_username="
            store = open_store(url)
            assert (store.read_facts().login, "hush" in store.safe_url) == ("reader", False)
        finally:
            client.acl_deluser("reader")


def test_a_service_that_no_sentinel_knows_is_told(sentinel: str, open_store: OpenStore) -> None:
    with pytest.raises(StoreUnreachable, match="no sentinel that answers knows a primary"):
        open_store(f"redis+sentinel://{sentinel}/unknown/0").read_fingerprint()


def answers(port: int) -> bool:
    try:
        with redis.Redis(port=port) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
