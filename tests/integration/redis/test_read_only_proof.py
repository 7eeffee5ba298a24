"""Nothing that a Redis store is asked for writes: the server's own record of commands, and every key before and after.

All of it as a user with the printed ACL line and no other right."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import pytest
import redis

from inspector.reader import Reader
from inspector.stores.redis.commands import ALLOWED, LOGIN
from tests.integration.redis.conftest import OpenStore, play_into, saver_of
from tests.redis_server import RedisServer

PASSWORD = "of-the-reader"
END = "the end of the record"


@pytest.fixture
def played(empty: str) -> str:
    """Full and shallow savers in one database, some of it with a time to live."""
    with saver_of(empty, ttl={"default_ttl": 600, "refresh_on_read": True}) as saver:
        play_into(saver, "subgraph", "delta-channel", "several-interrupts", "error", "command-goto", "parallel-send")
    with saver_of(empty, shallow=True) as saver:
        play_into(saver, "new-input")
    return empty


@pytest.fixture
def reader_url(played: str, redis_server: RedisServer, open_store: OpenStore) -> str:
    line = open_store(played).read_grants(role="proof_reader")
    with redis_server.connect() as client:
        client.execute_command(*line.split()[:3], "reset")
        client.execute_command(*line.split(), f">{PASSWORD}")
    return played.replace("redis://", f"redis://proof_reader:{PASSWORD}@")


def test_a_user_with_the_printed_rights_reads_everything_and_may_write_nothing(
    reader_url: str, open_store: OpenStore
) -> None:
    store = open_store(reader_url)
    assert (store.read_facts().login, store.read_facts().could_write) == ("proof_reader", ())
    assert store.read_identities()
    assert read_everything(Reader(store)) > 30
    with redis.Redis.from_url(reader_url) as client:
        for command in (["SET", "checkpoint:x", "1"], ["DEL", "checkpoint:x"], ["GET", "salaries"], ["KEYS", "*"]):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*command)


def test_no_command_but_those_on_the_list_is_sent_and_no_key_changes(
    reader_url: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    before = digest(redis_server)
    with Recorded(redis_server) as record:
        assert read_everything(Reader(open_store(reader_url))) > 30
    names = set(record.commands)
    assert names <= {name.partition("|")[0] for name in ALLOWED | LOGIN}, names
    assert {"FT.SEARCH", "JSON.GET", "SCAN", "FT.INFO"} <= names
    assert digest(redis_server) == before


def test_the_digest_would_have_told(played: str, redis_server: RedisServer) -> None:
    before = digest(redis_server)
    with redis_server.connect() as client:
        key = next(name for name in client.scan_iter("checkpoint:*") if client.ttl(name) > 0)
        client.persist(key)
    assert digest(redis_server) != before


def read_everything(reader: Reader) -> int:
    """Whatever pages and sync passes ask. How many checkpoints there were."""
    store = reader.store
    store.read_facts()
    store.read_signs()
    store.read_fingerprint()
    threads = [count.thread_id for count in store.iter_thread_counts()]
    assert len(reader.read_summaries(threads)) == len(threads)
    seen = 0
    for thread_id in threads:
        for namespace in store.read_namespaces(thread_id):
            for checkpoint in reader.read_history(thread_id, namespace.checkpoint_ns).checkpoints:
                reader.read_state(checkpoint, load=["messages"])
                reader.read_tasks(checkpoint, reader.read_writes(checkpoint))
                store.read_newer_ids(thread_id, namespace.checkpoint_ns, checkpoint.checkpoint_id, rows=2)
                store.read_place(thread_id, namespace.checkpoint_ns, checkpoint.checkpoint_id)
                seen += 1
            store.read_inputs(thread_id, namespace.checkpoint_ns, before="9")
    return seen


def digest(server: RedisServer) -> str:
    """Of every key with its value and the moment at which it expires, and of the counters of the indexes."""
    found = hashlib.sha256()
    with server.connect() as client:
        for key in sorted(client.scan_iter()):
            found.update(repr((key, client.dump(key), client.execute_command("PEXPIRETIME", key))).encode())
    return found.hexdigest()


class Recorded:
    """The server's record of commands, by name, between entering and leaving."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self.commands: list[str] = []

    def __enter__(self) -> Recorded:
        client: Any = self._server.connect()
        self._client, self._monitor = client, client.monitor()
        self._monitor.__enter__()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._server.connect() as client:
            client.echo(END)
        self._thread.join()
        self._monitor.__exit__(None, None, None)
        self._client.close()

    def _listen(self) -> None:
        heard: list[tuple[str, str]] = []
        for entry in self._monitor.listen():
            if entry["command"] == f"ECHO {END}":
                self.commands = [name for port, name in heard if port != entry["client_port"]]
                return
            heard.append((entry["client_port"], entry["command"].split(" ")[0].upper()))
