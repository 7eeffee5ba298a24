"""A real cluster of three nodes: why it is refused, and that it is refused in words."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
from langgraph.checkpoint.redis import RedisSaver

from inspector.demo import embedded_redis
from inspector.demo.guarded import GuardedProcess, last_words
from inspector.errors import StoreError
from tests.integration.redis.conftest import OpenStore, play_into
from tests.redis_server import RedisServer

NODES = 3
SLOTS = 16_384
START_SECONDS = 60.0


@pytest.fixture(scope="module")
def nodes(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """The ports of a cluster's nodes, ready to serve. They ask for the session's server to be skipped with it."""
    ports = [embedded_redis._free_port() for _ in range(NODES)]
    with ExitStack() as stack:
        for port in ports:
            start_node(stack, tmp_path_factory.mktemp("node"), port)
        join(ports)
        yield ports


def test_a_node_of_a_cluster_is_refused_in_words(nodes: list[int], open_store: OpenStore) -> None:
    for port in nodes:
        store = open_store(f"redis://127.0.0.1:{port}/0")
        for read in (store.read_facts, store.read_fingerprint, lambda store=store: list(store.iter_thread_counts())):
            with pytest.raises(StoreError, match="node of a cluster") as told:
                read()
            assert "one address" in told.value.hint


def test_the_savers_index_of_a_cluster_knows_the_keys_of_one_node_only(nodes: list[int]) -> None:
    """The reason: nothing that is read through such an index is whole, for the agents neither."""
    with redis.RedisCluster(host="127.0.0.1", port=nodes[0]) as client:
        saver = RedisSaver(redis_client=client)
        saver.setup()
        play_into(saver, "new-input", "error", "subgraph")
        stored = len(list(client.scan_iter("checkpoint:*")))
    indexed = 0
    for port in nodes:
        with plain(port) as node:
            names = node.execute_command("FT._LIST")
            indexed += int(node.execute_command("FT.INFO", "checkpoint")[b"num_docs"]) if b"checkpoint" in names else 0
    assert 0 < indexed < stored


def start_node(stack: ExitStack, folder: Path, port: int) -> None:
    files = (embedded_redis.SERVER, embedded_redis.SEARCH, embedded_redis.JSON)
    program, search, documents = (embedded_redis._executable(embedded_redis._located(*name), folder) for name in files)
    command = [str(program), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    command += ["--cluster-enabled", "yes", "--cluster-port", str(embedded_redis._free_port())]
    command += ["--loadmodule", str(search), "--loadmodule", str(documents)]
    log = folder / "node.log"
    process = GuardedProcess(command, log=log, remove=folder / "nothing")
    stack.callback(process.stop)
    wait_for(lambda: answers(port), lambda: last_words(log) if process.running else "ended")


def join(ports: list[int]) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(plain(port)) for port in ports]
        for number, client in enumerate(clients):
            first, last = number * SLOTS // NODES, (number + 1) * SLOTS // NODES - 1
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        for port, client in zip(ports[1:], clients[1:], strict=True):
            found = re.search(rb"@(\d+)", client.execute_command("CLUSTER", "NODES"))
            assert found
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", port, found[1].decode())
        wait_for(lambda: all(map(is_ready, clients)), lambda: "no cluster")


def is_ready(client: Any) -> bool:
    told = client.execute_command("CLUSTER", "INFO")
    return b"cluster_state:ok" in told and f"cluster_known_nodes:{NODES}".encode() in told


def plain(port: int) -> Any:
    """A client whose answers come as they are sent."""
    client = redis.Redis(port=port, protocol=3)
    client.response_callbacks.clear()
    return client


def answers(port: int) -> bool:
    try:
        with redis.Redis(port=port) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def wait_for(done: Any, words: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not done():
        assert time.monotonic() < deadline, words()
        time.sleep(0.02)
