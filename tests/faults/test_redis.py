"""A Redis store is restarted empty, and its network falls silent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langgraph.checkpoint.redis import RedisSaver

from inspector.stores.redis.grants import reader_grants
from tests.faults.bench import ROLE, STORE, Bench, running
from tests.faults.processes import Instance
from tests.faults.proxy import Fault, Proxy, reach_port
from tests.faults.truth import held_by_redis
from tests.faults.visitors import FROM_INDEX, check
from tests.redis_server import RedisServer, running_redis

PASSWORD = "for-reading-only"
Running = tuple[RedisServer, Bench, Proxy]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all: each test leaves it as it was."""
    with running_redis() as server, Proxy(reach_port(server.port)) as network:
        let_read(server)
        url = f"redis://{ROLE}:{PASSWORD}@127.0.0.1:{network.port}/0"
        dashboard = Instance(tmp_path_factory.mktemp("redis"), {STORE: url})
        with running(dashboard, lambda: _saver(server.url), lambda: held_by_redis(server.url)) as bench:
            yield server, bench, network
            assert_no_write(server)


def test_a_redis_that_is_restarted_empty(store: Running) -> None:
    server, bench, _ = store
    with bench.fault() as seen:
        assert_no_write(server)
        server.stop()
        time.sleep(5)
        server.start()
        let_read(server)
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}


@pytest.mark.thorough
@pytest.mark.parametrize("fault", [Fault("silence"), Fault("reset")], ids=["silent", "reset"])
def test_pages_are_answered_while_the_network_is(store: Running, fault: Fault) -> None:
    _, bench, network = store
    with bench.fault() as seen, network.broken(fault):
        time.sleep(6)
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}


def let_read(server: RedisServer) -> None:
    """As an ACL file does it, which a restart reads."""
    line = reader_grants(prefix="checkpoint", write_prefix="checkpoint_write", role=ROLE)
    with server.connect() as client:
        client.execute_command(*line.split(), f">{PASSWORD}")


def assert_no_write(server: RedisServer) -> None:
    """A command that the login may not send is logged when it is tried, and it may send none that writes."""
    with server.connect() as client:
        refused = [entry for entry in client.acl_log() if entry["username"] == ROLE and entry["reason"] == "command"]
        refused = [entry for entry in refused if not entry["object"].startswith("client|")]  # its own name
        assert not refused


@contextmanager
def _saver(url: str) -> Iterator[Any]:
    with RedisSaver.from_conn_string(url) as saver:
        saver.setup()
        yield saver
