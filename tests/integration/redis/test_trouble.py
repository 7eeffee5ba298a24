"""What can be wrong with a Redis, told in words, with a remedy and without a password."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from inspector.demo import embedded_redis
from inspector.demo.guarded import GuardedProcess
from inspector.errors import (
    ConfigError,
    NotACheckpointStore,
    ReadTooLong,
    StoreDenied,
    StoreError,
    StoreUnreachable,
)
from inspector.stores.redis import RedisStore
from tests.integration.redis.conftest import OpenStore, play_into, saver_of
from tests.redis_server import RedisServer

PASSWORD = "swordfish-9"


@pytest.fixture
def user(redis_server: RedisServer) -> Iterator[Any]:
    """Rights of a user `limited`, to be changed: `user.acl_setuser("limited", …)`."""
    with redis_server.connect() as client:
        yield client
        client.acl_deluser("limited")


def test_a_server_without_any_index_says_who_makes_it(empty: str, open_store: OpenStore) -> None:
    for read in (open_store(empty).read_facts, lambda: open_store(empty).read_threads(["a"], host_keys=[])):
        with pytest.raises(NotACheckpointStore, match="no search index") as told:
            read()
        assert "setup()" in told.value.hint


def test_a_server_without_the_modules_says_what_it_lacks(
    redis_server: RedisServer, tmp_path: Path, open_store: OpenStore
) -> None:
    port = embedded_redis._free_port()
    program = embedded_redis._executable(embedded_redis._located(*embedded_redis.SERVER), tmp_path)
    command = [str(program), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(tmp_path), "--save", ""]
    process = GuardedProcess(command, log=tmp_path / "plain.log", remove=tmp_path / "nothing")
    try:
        store = open_store(f"redis://127.0.0.1:{port}/0")
        wait_until_it_answers(port)
        with pytest.raises(NotACheckpointStore, match="lacks the search and JSON modules"):
            store.read_fingerprint()
    finally:
        process.stop()


def test_an_index_that_appears_later_is_found_by_the_next_read(empty: str, open_store: OpenStore) -> None:
    store = open_store(empty)
    with pytest.raises(NotACheckpointStore):
        store.read_fingerprint()
    with saver_of(empty):
        assert store.read_fingerprint().rows


def test_a_missing_right_is_named_with_its_command(empty: str, user: Any, open_store: OpenStore) -> None:
    with saver_of(empty):
        pass
    user.execute_command("ACL", "SETUSER", "limited", "on", f">{PASSWORD}", "~checkpoint*", "-@all", "+ft.info")
    store = open_store(empty.replace("://", f"://limited:{PASSWORD}@"))
    with pytest.raises(StoreDenied, match=r"may not run FT\.SEARCH") as told:
        store.read_namespaces("a")
    assert "inspector grants" in told.value.hint
    assert PASSWORD not in f"{told.value.message} {told.value.hint} {store.safe_url} {store._url!r}"


def test_without_the_right_to_list_indexes_the_default_names_are_taken(
    empty: str, user: Any, open_store: OpenStore
) -> None:
    with saver_of(empty):
        pass
    rights = ["+ft.info", "+ft.search", "~checkpoint*"]
    user.execute_command("ACL", "SETUSER", "limited", "on", f">{PASSWORD}", "-@all", *rights)
    store = open_store(empty.replace("://", f"://limited:{PASSWORD}@"))
    assert store.read_namespaces("a") == []
    assert store.read_fingerprint().rows


def test_a_wrong_password_is_a_refused_login(empty: str, user: Any, open_store: OpenStore) -> None:
    user.execute_command("ACL", "SETUSER", "limited", "on", f">{PASSWORD}", "~*", "+@all")
    with pytest.raises(StoreDenied, match="refused the login") as told:
        open_store(empty.replace("://", "://limited:wrong-one@")).read_facts()
    assert "wrong-one" not in told.value.message


def test_nobody_there_is_told_and_forgotten_when_somebody_comes(
    open_store: OpenStore, redis_server: RedisServer
) -> None:
    with RedisServer() as server:
        with saver_of(server.url):
            pass
        store = open_store(server.url)
        assert store.read_fingerprint().rows
        server.stop()
        with pytest.raises(StoreUnreachable):
            store.read_fingerprint()
    with pytest.raises(StoreUnreachable):
        store.read_fingerprint()


def test_an_answer_that_a_timeout_cut_short_is_an_error_and_never_a_result(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty) as saver:
        play_into(saver, "new-input")
    with redis_server.connect() as client:
        fill(client, "many", 30_000)
        client.execute_command("FT.CONFIG", "SET", "TIMEOUT", "1")
        try:
            with pytest.raises(ReadTooLong):
                open_store(empty).read_namespaces("many")
        finally:
            client.execute_command("FT.CONFIG", "SET", "TIMEOUT", "500")
    assert open_store(empty).read_namespaces("many")[0].checkpoints == 30_000


def test_a_read_over_its_time_is_too_long(empty: str, redis_server: RedisServer, open_store: OpenStore) -> None:
    with saver_of(empty), redis_server.connect() as client:
        fill(client, "many", 3_000)
        with pytest.raises(ReadTooLong):
            open_store(empty, statement=0.000_001).read_namespaces("many")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://host:6379/1", "database other than 0"),
        ("redis://host/?db=3", "database other than 0"),
        ("redis://a:6379,b:6379/0", "Cluster"),
        ("redis://a:6379/0?cluster=true", "Cluster"),
        ("redis://:se@cr%2Fet/x@host/0", "percent-encoded"),
        ("redis://user:swordfish-9", "port"),
        ("redis+sentinel://a:26379", "names no service"),
        ("redis://host/0?no_such_parameter=1", "does not know"),
        (f"redis://u:ab?{PASSWORD}=1", "does not know|port"),
        (f"redis://u:{PASSWORD}@host/0?connection_class=x", "does not know"),
        (f"redis://u:{PASSWORD}@host/0?ssl_ca_certs=x", "does not know"),  # not without TLS
        (f"rediss://u:{PASSWORD}@host/0?ssl_cert_reqs=x", "does not know"),
    ],
)
def test_a_url_that_cannot_work_is_refused_without_a_part_of_it(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as told:
        RedisStore("tested", url).read_facts()
    assert PASSWORD not in f"{told.value.message} {told.value.hint}"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("redis://ada:p%40ss@host:1/0", "redis://ada@host:1/0"),
        ("redis://:secret@host", "redis://host:6379/0"),
        ("valkeys://host/0?ssl_ca_certs=/ca.pem&prefix=acme:ckpt", "rediss://host:6379/0?prefix=acme:ckpt"),
        ("redis+sentinel://u:p@a:1,b:2/main/0", "redis+sentinel://u@a:1,b:2/main/0"),
        ("redis+sentinel://u:p@a/main?sentinel_password=hush", "redis+sentinel://u@a:26379/main/0"),
        ("redis+sentinel://u:p@a/main?ssl=true&ssl_check_hostname=false", "redis+sentinel://u@a:26379/main/0"),
        ("redis://host/0?username=ada&password=hush", "redis://ada@host:6379/0"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, safe: str) -> None:
    assert RedisStore("tested", url).safe_url == safe


@pytest.mark.parametrize(
    "parameter",
    [
        "encoding=x",
        "encoding=utf-16&encoding_errors=x",
        "decode_responses=true",
        "protocol=2",
        "cluster=false",
        "client_name=agents&health_check_interval=1",
        "socket_timeout=0.0000001&socket_connect_timeout=0.0000001&timeout=0.0000001&max_connections=0",
        "retry_on_timeout=true&socket_keepalive=no&retry_on_error=x&socket_read_size=1&lib_name=x&lib_version=1",
    ],
)
def test_what_a_url_says_of_the_workers_own_connection_changes_nothing(
    empty: str, open_store: OpenStore, parameter: str
) -> None:
    with saver_of(empty) as saver:
        play_into(saver, "new-input")
    store, plain = open_store(f"{empty}?{parameter}"), open_store(empty)
    counts = list(store.iter_thread_counts())
    assert counts == list(plain.iter_thread_counts())
    ids = [count.thread_id for count in counts]
    assert store.read_threads(ids, host_keys=()) == plain.read_threads(ids, host_keys=())


def test_a_login_among_the_parameters_is_the_login(empty: str, user: Any, open_store: OpenStore) -> None:
    with saver_of(empty):
        pass
    user.execute_command("ACL", "SETUSER", "limited", "on", f">{PASSWORD}", "~checkpoint*", "-@all", "+@read", "+info")
    user.execute_command("ACL", "SETUSER", "limited", "+ft.info", "+ft._list", "+acl|dryrun")
    facts = open_store(f"{empty}?username=limited&password={PASSWORD}").read_facts()
    assert (facts.login, facts.could_write) == ("limited", ())


def test_an_answer_that_is_none_is_told(open_store: OpenStore) -> None:
    """Something else listens at the address, and redis-py's parser stumbles over what it says."""
    for said in (b":abc\r\n", b"(x\r\n", b",x\r\n", b"HTTP/1.1 400 Bad Request\r\n"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            speaker = threading.Thread(target=say, args=(server, said))
            speaker.start()
            with pytest.raises(StoreError) as told:
                open_store(f"redis://127.0.0.1:{server.getsockname()[1]}/0").read_fingerprint()
            speaker.join()
        assert "abc" not in told.value.message


def say(server: socket.socket, words: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1_000)
        connection.sendall(words)


def test_several_sets_of_checkpoints_are_named_and_one_is_asked_for(empty: str, open_store: OpenStore) -> None:
    other: dict[str, Any] = {"checkpoint_prefix": "acme:ckpt", "checkpoint_write_prefix": "acme:w"}
    with saver_of(empty) as saver, saver_of(empty, **other) as second:
        play_into(saver, "new-input")
        play_into(second, "error")
    with pytest.raises(StoreError, match="acme:ckpt, checkpoint") as told:
        open_store(empty).read_fingerprint()
    assert "?prefix=acme:ckpt" in told.value.hint
    threads = {}
    for query in ("?prefix=acme:ckpt&write_prefix=acme:w", "?prefix=checkpoint"):
        counts = list(open_store(empty + query).iter_thread_counts())
        threads[query] = {count.thread_id.partition("-sync-")[0] for count in counts}
        assert all(count.writes for count in counts)
    assert list(threads.values()) == [{"error"}, {"new-input"}]


def test_custom_prefixes_are_found_where_they_are_the_only_ones(empty: str, open_store: OpenStore) -> None:
    with saver_of(empty, checkpoint_prefix="acme:ckpt", checkpoint_write_prefix="acme:w") as saver:
        play_into(saver, "new-input")
    store = open_store(empty)
    assert store.read_facts().schema == "acme:ckpt"
    assert "~acme:ckpt* ~acme:w* " in store.read_grants(role="reader")
    assert [count.writes > 0 for count in store.iter_thread_counts()]


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with redis.Redis(port=port) as client:
                client.ping()
                return
        except redis.ConnectionError:
            time.sleep(0.02)
    pytest.fail("The plain server did not start.")


def fill(client: redis.Redis, thread_id: str, count: int) -> None:
    """So many copies of a small checkpoint, under ids and steps of their own."""
    pipe = client.pipeline(transaction=False)
    for number in range(count):
        name = f"1f000000-0000-6000-8000-{number:012}"
        document: dict[str, Any] = {
            "thread_id": thread_id,
            "checkpoint_ns": "__empty__",
            "checkpoint_id": name,
            "step": number,
        }
        pipe.json().set(f"checkpoint:{thread_id}:__empty__:{name}", "$", {**document, "parent_checkpoint_id": ""})
        if number % 2_000 == 1_999:
            pipe.execute()
    pipe.execute()
