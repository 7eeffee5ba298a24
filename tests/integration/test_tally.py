"""An aggregate counted in Python equals the one that Postgres counts, over rows that real savers wrote."""

from __future__ import annotations

import random

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore, open_saver
from inspector.demo.stage import Stage
from inspector.stores.base import CheckpointRow, ThreadRow
from inspector.stores.postgres import PostgresStore
from inspector.stores.tally import ThreadTally

HOST_KEYS = ("worker_hostname", "user_id")


def counted(rows: list[CheckpointRow], expected: ThreadRow, *, host_keys: tuple[str, ...] = HOST_KEYS) -> ThreadRow:
    """The tally of `rows`, which come in any order. Writes and head are none of its business."""
    tally = ThreadTally(expected.thread_id, host_keys=host_keys)
    for row in random.sample(rows, len(rows)):
        tally.add(row)
    assert tally.head_id == expected.last_root_id
    return tally.result(writes=expected.writes, head=expected.head)


def rows_of(store: PostgresStore, thread_id: str) -> list[CheckpointRow]:
    return [
        row
        for namespace in store.read_namespaces(thread_id)
        for row in store.read_checkpoints(thread_id, namespace.checkpoint_ns).rows
    ]


def compare_all(url: str) -> list[ThreadRow]:
    store = PostgresStore("tally", url)
    try:
        thread_ids = [count.thread_id for count in store.iter_thread_counts()]
        expected = store.read_threads(thread_ids, host_keys=HOST_KEYS)
        for row in expected:
            assert counted(rows_of(store, row.thread_id), row) == row
        return expected
    finally:
        store.close()


def test_every_thread_of_every_scenario_is_counted_alike(scenario_store: PlayedStore) -> None:
    rows = compare_all(scenario_store.url)
    for trait in ("siblings", "rebuilt_values"):
        assert {getattr(row, trait) for row in rows} == {True, False}, trait


@pytest.mark.parametrize(
    "spoil",
    [
        "delete from checkpoints where parent_checkpoint_id is null",
        "delete from checkpoints where metadata ->> 'step' = '1'",
        "update checkpoints set parent_checkpoint_id = null where metadata ->> 'step' = '4'",
        "update checkpoints set parent_checkpoint_id = 'z' where metadata ->> 'step' = '1'",
        "update checkpoints set checkpoint_ns = 'inner' where metadata ->> 'step' = '1'",
        "update checkpoints set checkpoint_ns = 'inner'",
        "update checkpoints set metadata = metadata || jsonb_build_object('large', repeat('é', 600))",
        "update checkpoints set metadata = '{\"source\": \"loop\"}' where metadata ->> 'step' = '4'",
        "update checkpoints set metadata = '[1]'",
        'update checkpoints set checkpoint = checkpoint || \'{"channel_versions": 7, "versions_seen": {"a": [3]}}\'',
        """update checkpoints set checkpoint = checkpoint || '{"versions_seen":
            {"bot": {"__start__": 3.5}, "__interrupt__": {"__start__": 9}, "x": {"__start__": ""}}}'""",
    ],
)
def test_rows_that_were_pruned_or_spoiled_are_counted_alike(spoil: str, postgres: EmbeddedPostgres) -> None:
    url = postgres.create_database()
    with open_saver(url) as saver:
        stage, graph = Stage(saver, "sync", "tally"), build_chat(saver)
        stage.say(graph, stage.config("one", worker_hostname="h-1"), "One", "Two")
        stage.say(graph, stage.config("one", worker_hostname="", user_id="u"), "Three")
    with psycopg.connect(url) as connection:
        assert connection.execute(spoil.encode()).rowcount > 0
    assert len(compare_all(url)) == 1


@pytest.mark.parametrize("host", ["h-1", "x" * 400, 7, 1.5, True, None, "", {"deep": 1}, [1]])
def test_hosts_are_named_alike(host: object, postgres: EmbeddedPostgres) -> None:
    url = postgres.create_database()
    with open_saver(url) as saver, psycopg.connect(url) as connection:
        stage = Stage(saver, "exit", "hosts")
        stage.say(build_chat(saver), stage.config("one", user_id="second"), "Hello")
        given = psycopg.types.json.Jsonb({"worker_hostname": host})
        connection.execute("update checkpoints set metadata = metadata || %s", [given])
        connection.commit()
    (row,) = compare_all(url)
    assert row.hosts in ({"second": 1}, {str(host)[:255]: 1})


def test_a_store_that_keeps_a_part_says_so() -> None:
    assert ThreadTally("a", host_keys=()).result(writes=0, head=None, lower_bound=True).turns_is_lower_bound
    assert not ThreadTally("a", host_keys=()).result(writes=0, head=None).turns_is_lower_bound
