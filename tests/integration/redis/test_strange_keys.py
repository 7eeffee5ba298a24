"""Keys under the prefix that no saver of it made: they hide nothing, and are shown as nobody's."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.demo.graphs.chat import build_chat
from tests.integration.redis.conftest import OpenStore, saver_of
from tests.redis_server import RedisServer


def say(saver: Any, thread_id: str) -> None:
    build_chat(saver).invoke({"messages": [("user", "hello")]}, {"configurable": {"thread_id": thread_id}})


@pytest.mark.parametrize(
    "key",
    [
        b"checkpoint:\xff\xfe:__empty__:1ef",
        b"checkpoint:ada:__empty__:\xff",
        b"checkpoint:ada:inner\xff:1ef",
        b"checkpoint_latest:\xff:__empty__",
        b"checkpoint_write:\xff:__empty__:1ef:task:0",
        b"checkpoint:ada\xff",
    ],
)
def test_a_key_that_is_no_text_changes_nothing(
    empty: str, redis_server: RedisServer, open_store: OpenStore, key: bytes
) -> None:
    with saver_of(empty) as saver, redis_server.connect() as client:
        say(saver, "ada")
        store = open_store(empty)
        before = everything(store)
        assert before[0]
        model = next(client.scan_iter("checkpoint:ada:*"))
        client.set(key, "plain")
        assert everything(store) == before
        client.delete(key)
        client.copy(model, key)
        assert everything(store) == before


def test_a_key_of_another_type_is_no_document(empty: str, redis_server: RedisServer, open_store: OpenStore) -> None:
    with saver_of(empty) as saver, redis_server.connect() as client:
        say(saver, "a\x00b")  # an id that is found by the names of keys
        client.set("checkpoint:a\x00b:__empty__:1ef", "plain")
        client.set("checkpoint:plain:", "plain")
        store = open_store(empty)
        (row,) = store.read_threads(["a\x00b"], host_keys=())
        assert row.checkpoints == 3
        assert store.read_checkpoint("a\x00b", "", "1ef") is None
        assert store.read_checkpoint("plain", "", "1ef") is None


@pytest.mark.parametrize("shallow", [False, True])
def test_rows_of_a_prefix_that_begins_with_ours_are_not_ours(empty: str, open_store: OpenStore, shallow: bool) -> None:
    nested: dict[str, Any] = {"checkpoint_prefix": "checkpoint:two", "checkpoint_write_prefix": "checkpoint_write:two"}
    with saver_of(empty) as saver, saver_of(empty, shallow=shallow, **nested) as second:
        say(saver, "ours")
        say(second, "theirs")
        say(second, "ours")
    ours, theirs = (
        open_store(f"{empty}?prefix=checkpoint"),
        open_store(f"{empty}?prefix=checkpoint:two&write_prefix=checkpoint_write:two"),
    )
    assert [(row.thread_id, row.checkpoints) for row in ours.read_threads(["ours", "theirs"], host_keys=())] == [
        ("ours", 3)
    ]
    counts = {count.thread_id: count for count in ours.iter_thread_counts()}
    (row,) = ours.read_threads(["ours"], host_keys=())
    assert (counts["ours"].checkpoints, counts["ours"].writes) == (row.checkpoints, row.writes)
    assert "theirs" not in counts
    assert ours.read_namespaces("theirs") == []
    assert {row.thread_id for row in theirs.read_threads(["ours", "theirs"], host_keys=())} == {"ours", "theirs"}


def everything(store: Any) -> tuple[Any, ...]:
    counts = sorted(store.iter_thread_counts(), key=lambda count: count.thread_id)
    ids = [count.thread_id for count in counts]
    return counts, store.read_threads(ids, host_keys=()), store.read_namespaces("ada")
