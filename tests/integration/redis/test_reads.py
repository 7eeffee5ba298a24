"""What is special to data in Redis: exact ids, what expires, large documents by path, and what the savers lose."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph

from inspector.demo.graphs.chat import build_chat
from inspector.domain.value import to_json
from inspector.reader import Reader
from inspector.stores.base import ReadBudget
from inspector.stores.redis.rows import read_bytes
from tests.contract.hostile import THREAD_IDS
from tests.integration.redis.conftest import OpenStore, play_into, saver_of
from tests.redis_server import RedisServer

BIG = 5_000_000


class Note(TypedDict):
    text: str
    number: int


def say(graph: Any, thread_id: str, text: str) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": thread_id}}
    graph.invoke({"messages": [("user", text)]}, config, durability="sync")


@pytest.mark.parametrize("shallow", [False, True])
def test_each_hostile_id_shows_exactly_its_own_rows(empty: str, open_store: OpenStore, shallow: bool) -> None:
    ids = list(dict.fromkeys([*THREAD_IDS, "", "\x01\x1b[31m\x7f", "a\x00b", ",", " , "]))
    assert len(ids) > 32
    with saver_of(empty, shallow=shallow) as saver:
        graph = build_chat(saver)
        for number, thread_id in enumerate(ids):
            for turn in range(1 + number % 2):
                say(graph, thread_id, f"{number} of {turn}")
    store = open_store(empty)
    counts = {count.thread_id: count for count in store.iter_thread_counts()}
    found = {row.thread_id: row for row in store.read_threads(ids, host_keys=[])}
    assert set(counts) == set(found) == set(ids)
    for number, thread_id in enumerate(ids):
        row, count = found[thread_id], counts[thread_id]
        assert (row.checkpoints, row.writes) == (count.checkpoints, count.writes), ascii(thread_id)
        assert row.checkpoints == (1 if shallow else 3 * (1 + number % 2)), ascii(thread_id)
        newest = Reader(store).read_history(thread_id).checkpoints[0]
        (messages,) = Reader(store).read_state(newest, only=["messages"])
        assert f"{number} of " in json.dumps(to_json(messages.value)), ascii(thread_id)


def test_ids_of_nobody_are_not_found(empty: str, open_store: OpenStore) -> None:
    with saver_of(empty) as saver:
        say(build_chat(saver), "ada", "hello")
    store = open_store(empty)
    for thread_id in ("Ada", "ad", "ada ", "*", "ada,ada", "\ud800", "x" * 6_000, "", ","):
        assert store.read_threads([thread_id], host_keys=[]) == []
        assert store.read_namespaces(thread_id) == []
        assert store.read_checkpoint(thread_id, "", "1ef") is None


def test_a_document_that_put_writes_made_alone_is_no_checkpoint(empty: str, open_store: OpenStore) -> None:
    with saver_of(empty) as saver:
        play_into(saver, "command-goto")
    store = open_store(empty)
    for count in store.iter_thread_counts():
        (row,) = store.read_threads([count.thread_id], host_keys=[])
        assert (row.checkpoints, row.writes) == (count.checkpoints, count.writes)


def test_expired_parents_are_gone_and_make_turns_a_lower_bound(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty) as saver:
        graph = build_chat(saver)
        for turn in range(3):
            say(graph, "ada", f"turn {turn}")
    store = open_store(empty)
    rows = store.read_checkpoints("ada", "").rows
    with redis_server.connect() as client:
        for row in rows[3:]:
            client.pexpire(f"checkpoint:ada:__empty__:{row.checkpoint_id}", 1)
        for row in rows[3:]:
            assert gone(client, f"checkpoint:ada:__empty__:{row.checkpoint_id}")
    (thread,) = store.read_threads(["ada"], host_keys=[])
    assert (thread.checkpoints, thread.turns_is_lower_bound) == (3, True)
    assert [count.checkpoints for count in store.iter_thread_counts()] == [3]
    assert len(Reader(store).read_history("ada").checkpoints) == 3


def test_a_pointer_without_its_document_names_no_thread(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty) as saver:
        say(build_chat(saver), "ada", "hello")
    with redis_server.connect() as client:
        client.delete(*client.scan_iter("checkpoint:ada:*"))
        assert client.exists("checkpoint_latest:ada:__empty__")
    store = open_store(empty)
    assert list(store.iter_thread_counts()) == []
    assert store.read_threads(["ada"], host_keys=[]) == []


def test_a_document_without_its_pointer_is_counted_as_before(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty) as saver:
        play_into(saver, "subgraph", "subgraph-persistent")
    store = open_store(empty)
    before = sorted(store.iter_thread_counts(), key=lambda count: count.thread_id)
    with redis_server.connect() as client:
        client.delete(*client.scan_iter("checkpoint_latest:*"))
    assert sorted(store.iter_thread_counts(), key=lambda count: count.thread_id) == before


def test_full_and_shallow_savers_share_a_database(empty: str, open_store: OpenStore) -> None:
    with saver_of(empty) as full, saver_of(empty, shallow=True) as shallow:
        say(build_chat(full), "kept", "hello")
        say(build_chat(shallow), "newest", "hello")
    store = open_store(empty)
    rows = {row.thread_id: row for row in store.read_threads(["kept", "newest"], host_keys=[])}
    assert {name: (row.checkpoints, row.turns_is_lower_bound) for name, row in rows.items()} == {
        "kept": (3, False),
        "newest": (1, True),
    }


def test_a_large_value_stays_in_the_store_until_it_is_asked_for(empty: str, open_store: OpenStore) -> None:
    builder = StateGraph(Note)
    builder.add_node("grow", lambda state: {"text": "x" * BIG, "number": 7})
    builder.add_edge(START, "grow")
    with saver_of(empty) as saver:
        builder.compile(saver).invoke({"text": "", "number": 0}, {"configurable": {"thread_id": "big"}})
    store = open_store(empty)
    newest = store.read_checkpoints("big", "").rows[0]
    assert newest.own_bodies["text"].blob is None
    assert newest.own_bodies["text"].size_bytes >= BIG
    (number,) = store.read_own_channels("big", "", newest.checkpoint_id, ["number"])
    assert number.blob == b"7"
    both = store.read_own_channels("big", "", newest.checkpoint_id, ["text", "number"], budget=ReadBudget(bytes=1_000))
    assert [(body.channel, body.blob) for body in both] == [("number", b"7"), ("text", None)]
    assert both[1].size_bytes >= BIG
    checkpoint = Reader(store).read_history("big").checkpoints[0]
    states = {state.channel: state for state in Reader(store).read_state(checkpoint)}
    assert (states["text"].loaded, states["number"].value) == (False, 7)
    (loaded,) = Reader(store).read_state(checkpoint, only=["text"], load=["text"])
    assert loaded.loaded


def test_a_page_keeps_near_its_bytes_whatever_they_are(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    with saver_of(empty) as saver, redis_server.connect() as client:
        say(build_chat(saver), "wide", "hello")
        (key, *_) = client.scan_iter("checkpoint:wide:*")
        document: Any = client.json().get(key)
        document["checkpoint"]["channel_values"]["__pregel_tasks"] = "x" * 20_000
        document["metadata"] = json.dumps({"note": "y" * 30_000})
        for number in range(100):
            name = f"2{number:03}"
            client.json().set(f"checkpoint:wide:__empty__:{name}", "$", {**document, "checkpoint_id": name})
    budget = ReadBudget(bytes=1_000_000)
    cut = open_store(empty).read_checkpoints("wide", "", budget=budget)
    assert cut.beyond == f"2{99 - len(cut.rows):03}"
    assert all(row.own_bodies["__pregel_tasks"].blob for row in cut.rows)
    assert 0.9 < sum(map(read_bytes, cut.rows)) / budget.bytes < 1.1


def test_a_thread_of_many_pages_is_whole_and_in_order(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    """More than a search shows at once, and more than it shows at all."""
    with saver_of(empty) as saver:
        say(build_chat(saver), "long", "hello")
    count = 11_000
    with redis_server.connect() as client:
        key = next(iter(client.scan_iter("checkpoint:long:*")))
        document: Any = client.json().get(key)
        for key in client.scan_iter("checkpoint:long:*"):
            client.delete(key)
        pipe = client.pipeline(transaction=False)
        for number in range(count):
            name = f"1f000000-0000-6000-8000-{number:012}"
            step = number if number % 3 else 5_000_000_000 + number  # gaps, and a dense middle
            copy = {**document, "thread_id": "long", "checkpoint_id": name, "step": step, "parent_checkpoint_id": ""}
            if number % 50 == 0:
                del copy["step"]
            pipe.json().set(f"checkpoint:long:__empty__:{name}", "$", copy)
        pipe.execute()
    store = open_store(empty)
    assert store.read_namespaces("long")[0].checkpoints == count
    cut = store.read_checkpoints("long", "")
    assert [row.checkpoint_id[-5:] for row in cut.rows[:2]] == ["10999", "10998"]
    assert (len(cut.rows), cut.truncated) == (1_000, True)
    assert store.read_newer_ids("long", "", cut.rows[1].checkpoint_id, rows=1) == [cut.rows[0].checkpoint_id]


def test_a_fingerprint_moves_with_every_write_and_rewrites_with_what_counts_do_not_show(
    empty: str, redis_server: RedisServer, open_store: OpenStore
) -> None:
    store = open_store(empty)
    with saver_of(empty) as saver:
        say(build_chat(saver), "ada", "hello")
        first = store.read_fingerprint()
        assert store.read_fingerprint() == first
        say(build_chat(saver), "ada", "again")
        second = store.read_fingerprint()
        assert second.rows != first.rows
        assert second.rewrites == first.rewrites
        with redis_server.connect() as client:
            key = next(iter(client.scan_iter("checkpoint_write:ada:*")))
            client.json().set(key, "$.blob", "bnVsbA==")
        third = store.read_fingerprint()
    assert third.rows != second.rows
    assert third.rewrites != second.rewrites


@pytest.mark.parametrize("slug", ["subgraph", "parallel-send", "several-interrupts", "update-state", "replay"])
def test_it_agrees_with_langgraph_on_the_history(empty: str, open_store: OpenStore, slug: str) -> None:
    """One by one: what `RedisSaver.list` hands over holds Sends that nobody made objects of."""
    with saver_of(empty) as saver:
        (played,) = play_into(saver, slug)
        reader = Reader(open_store(empty))
        for thread in played.threads:
            config: RunnableConfig = {"configurable": {"thread_id": thread.thread_id}}
            theirs = [
                (state.config["configurable"]["checkpoint_id"], names_of(played.graph.get_state(state.config).tasks))
                for state in played.graph.get_state_history(config)
                if not state.config["configurable"]["checkpoint_ns"]
                and state.config["configurable"]["thread_id"] == thread.thread_id
            ]
            ours = [
                (item.checkpoint_id, tuple(sorted(item.next)))
                for item in reader.read_history(thread.thread_id).checkpoints
            ]
            assert sorted(ours, key=itemgetter(0)) == sorted(theirs, key=itemgetter(0))


def names_of(tasks: Any) -> tuple[str, ...]:
    return tuple(sorted(task.name for task in tasks))


def gone(client: Any, key: str) -> bool:
    while client.exists(key):
        pass
    return True
