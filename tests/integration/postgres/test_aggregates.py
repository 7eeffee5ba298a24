"""What the store says of whole threads equals what their plain rows say, whatever LangGraph's savers write."""

from __future__ import annotations

import psycopg
import pytest

from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore, open_saver, play_into
from inspector.demo.stage import Stage
from inspector.stores.postgres import PostgresStore
from tests.integration.postgres.conftest import NewDatabase, OpenStore
from tests.integration.postgres.telling import by_id, told
from tests.integration.postgres.truth import read_truth

HOST_KEYS = ("worker_hostname",)


def test_threads_that_do_not_exist_are_left_out(scenario_store: PlayedStore, scenarios_read: PostgresStore) -> None:
    known = scenario_store.find("new-input", "sync").threads[0].thread_id
    found = scenarios_read.read_threads([known, "nobody", "no\x00body", "half \ud83d"], host_keys=())
    assert [row.thread_id for row in found] == [known]
    assert scenarios_read.read_threads([], host_keys=()) == []


def test_hosts_come_from_the_first_key_that_names_one(new_database: NewDatabase, open_store: OpenStore) -> None:
    url = new_database()
    with open_saver(url) as saver:
        stage = Stage(saver, "exit", "hosts")
        graph = build_chat(saver)
        for metadata in (
            {"pod": "p-1"},
            {"pod": "p-1", "host": "h-1"},
            {"host": ""},
            {"host": 7},
            {"host": True},
            {"host": {"deep": 1}},
            {"host": "x" * 400},
        ):
            stage.say(graph, stage.config("one", **metadata), "Hello")
    (row,) = open_store(url).read_threads(["one"], host_keys=["host", "pod"])
    assert row.hosts == {"p-1": 1, "h-1": 1, "": 3, "7": 1, "x" * 255: 1}
    (without,) = open_store(url).read_threads(["one"], host_keys=[])
    assert without.hosts == {"": 7}


def test_pruning_leaves_a_lower_bound(new_database: NewDatabase, open_store: OpenStore) -> None:
    url = new_database()
    with open_saver(url) as saver:
        stage, graph = Stage(saver, "sync", "prune"), build_chat(saver)
        for thread_id in ("pruned", "whole"):
            stage.say(graph, stage.config(thread_id), "One", "Two", "Three")
        saver.prune(["pruned"], strategy="keep_latest")
        rows = by_id(open_store(url).read_threads(["pruned", "whole"], host_keys=()))
        assert (rows["whole"].turns, rows["whole"].turns_is_lower_bound) == (3, False)
        assert (rows["pruned"].turns, rows["pruned"].turns_is_lower_bound) == (1, True)
        stage.say(graph, stage.config("pruned"), "Four")
        (again,) = open_store(url).read_threads(["pruned"], host_keys=())
    assert (again.turns, again.turns_is_lower_bound) == (2, True)


def test_a_lost_beginning_leaves_a_lower_bound(new_database: NewDatabase, open_store: OpenStore) -> None:
    """As a script leaves it that deletes by age, without LangGraph's own care."""
    url = new_database()
    with open_saver(url) as saver:
        stage = Stage(saver, "exit", "lost")
        stage.say(build_chat(saver), stage.config("lost"), "One", "Two", "Three")
    with psycopg.connect(url) as connection:
        connection.execute("delete from checkpoints where parent_checkpoint_id is null")
    (row,) = open_store(url).read_threads(["lost"], host_keys=())
    assert row.turns_is_lower_bound
    assert read_truth(url)["lost"].turns_is_lower_bound


def test_a_deleted_thread_is_gone_from_every_read(new_database: NewDatabase, open_store: OpenStore) -> None:
    with play_into(new_database(), ["new-input"], ["sync"]) as played:
        thread_id = played.played[0].threads[0].thread_id
        store = open_store(played.url)
        (before,) = store.read_threads([thread_id], host_keys=())
        played.saver.delete_thread(thread_id)
        assert thread_id not in {count.thread_id for count in store.iter_thread_counts()}
        assert store.read_threads([thread_id], host_keys=()) == []
        assert store.read_namespaces(thread_id) == []
        assert store.read_checkpoints(thread_id, "").rows == ()
        assert store.read_checkpoint(thread_id, "", before.last_root_id) is None


def test_a_clock_that_lags_behind_its_parent_istold(new_database: NewDatabase, open_store: OpenStore) -> None:
    """The saver is real, the worker's clock is not: an id of an hour ago under a parent of now."""
    with play_into(new_database(), ["new-input"], ["sync"]) as played:
        thread_id = played.played[0].threads[0].thread_id
        newest = played.saver.get_tuple({"configurable": {"thread_id": thread_id}})
        assert newest is not None
        early = f"1e000000{newest.checkpoint['id'][8:]}"
        played.saver.put(newest.config, {**newest.checkpoint, "id": early}, newest.metadata, {})
        (row,) = open_store(played.url).read_threads([thread_id], host_keys=())
    assert row.clock_skew
    assert row.first_root_id == early


def test_a_thread_that_lives_in_a_subgraph_only_is_counted(new_database: NewDatabase, open_store: OpenStore) -> None:
    with play_into(new_database(), ["subgraph"], ["sync"]) as played:
        thread_id = played.played[0].threads[0].thread_id
        with psycopg.connect(played.url) as connection:
            connection.execute("delete from checkpoints where checkpoint_ns = ''")
        (row,) = open_store(played.url).read_threads([thread_id], host_keys=HOST_KEYS)
        assert told(row) == read_truth(played.url)[thread_id]
    assert (row.turns, row.first_root_id, row.head) == (0, "", None)


@pytest.mark.parametrize(
    "statement",
    [
        "update checkpoints set metadata = '[1, 2]'",
        "update checkpoints set metadata = '\"text\"'",
        "update checkpoints set metadata = 'null'",
        "update checkpoints set checkpoint = '[]'",
        'update checkpoints set checkpoint = \'{"v": "²", "ts": 5, "channel_versions": 3}\'',
        'update checkpoints set checkpoint = \'{"versions_seen": {"__start__": 3}, "channel_values": []}\'',
        "update checkpoints set metadata = jsonb_build_object('n', repeat('9', 9000)::numeric, 'host', 'a')",
        "update checkpoints set metadata = jsonb_build_object('d', (repeat('[', 3000) || repeat(']', 3000))::jsonb)",
        "update checkpoints set checkpoint = jsonb_set(checkpoint, '{channel_versions,__start__}', '\"9e9.x\"')",
        "update checkpoints set checkpoint = jsonb_set(checkpoint, '{channel_versions,a}', repeat('9', 9000)::jsonb)",
        "update checkpoint_writes set blob = '', type = null, task_path = '~__pregel_push, ²'",
        "update checkpoint_blobs set blob = '\\xc1', type = ''",
    ],
)
def test_rows_that_no_saver_writes_spoil_no_read(
    new_database: NewDatabase, open_store: OpenStore, statement: str
) -> None:
    with play_into(new_database(), ["two-hosts", "unanswered-interrupt"], ["sync"]) as played:
        thread_ids = [thread.thread_id for one in played.played for thread in one.threads]
        with psycopg.connect(played.url) as connection:
            connection.execute(statement.encode())
        store = open_store(played.url)
        rows = store.read_threads(thread_ids, host_keys=("host",))
        assert {row.thread_id for row in rows} == set(thread_ids)
        for thread_id in thread_ids:
            (cut, *_) = store.read_checkpoints(thread_id, "").rows
            assert store.read_checkpoint(thread_id, "", cut.checkpoint_id) is not None
