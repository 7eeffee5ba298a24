"""Reading one thread: namespaces, checkpoints, bodies and writes, each within its budget and in LangGraph's order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from langgraph.checkpoint.base import empty_checkpoint
from psycopg.rows import dict_row

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore, open_saver
from inspector.demo.stage import Stage
from inspector.errors import StoreError
from inspector.stores.base import CheckpointRow, ReadBudget
from inspector.stores.postgres import PostgresStore
from tests.integration.postgres.conftest import OpenStore

MB = 1_000_000


@pytest.fixture(scope="module")
def large(postgres: EmbeddedPostgres) -> str:
    """A thread of four turns whose messages weigh up to 3 MB, and a checkpoint with large values of its own."""
    url = postgres.create_database()
    with open_saver(url) as saver:
        stage, graph = Stage(saver, "sync", "large"), build_chat(saver)
        stage.say(graph, stage.config("long", note="n" * 5000), "small", "x" * MB, "y" * MB, "z" * MB)
        where: Any = {"configurable": {"thread_id": "inline", "checkpoint_ns": ""}}
        checkpoint = empty_checkpoint()
        checkpoint["channel_values"] = {"short": "s" * 10, "text": "t" * 5000, "number": 7}
        checkpoint["channel_versions"] = {"short": "1.0", "text": "1.0", "number": "1.0"}
        saver.put(where, checkpoint, {"source": "loop", "step": 1, "parents": {}}, {})
    return url


@pytest.fixture
def store(large: str, open_store: OpenStore) -> PostgresStore:
    return open_store(large)


def test_every_checkpoint_is_read_as_it_is_stored(scenario_store: PlayedStore, scenarios_read: PostgresStore) -> None:
    for row in _rows(scenario_store.url, "select * from checkpoints order by random() limit 200"):
        found = scenarios_read.read_checkpoint(row["thread_id"], row["checkpoint_ns"], row["checkpoint_id"])
        assert found is not None
        assert found.metadata == row["metadata"]
        assert found.parent_checkpoint_id == row["parent_checkpoint_id"]
        assert found.channel_versions == row["checkpoint"]["channel_versions"]
        assert found.versions_seen == row["checkpoint"]["versions_seen"]
        assert (found.inline_values, found.inline_omitted) == (row["checkpoint"]["channel_values"], {})
        assert (found.ts, found.version) == (row["checkpoint"]["ts"], row["checkpoint"]["v"])


def test_pages_of_checkpoints_join_without_a_gap_or_a_double(store: PostgresStore, large: str) -> None:
    stored = [row["checkpoint_id"] for row in _rows(large, "select * from checkpoints where thread_id = 'long'")]
    pages = list(_pages(store, ReadBudget(rows=5)))
    assert [len(page) for page in pages] == [5, 5, 2]
    assert [row.checkpoint_id for page in pages for row in page] == sorted(stored, reverse=True)


def test_the_row_budget_says_that_it_cut(store: PostgresStore) -> None:
    assert store.read_checkpoints("long", "", budget=ReadBudget(rows=12)).truncated is False
    assert store.read_checkpoints("long", "", budget=ReadBudget(rows=11)).truncated is True


def test_the_byte_budget_counts_metadata_and_says_that_it_cut(store: PostgresStore) -> None:
    whole = store.read_checkpoints("long", "")
    assert whole.truncated is False
    weight = whole.rows[0].size_bytes + 5000
    cut = store.read_checkpoints("long", "", budget=ReadBudget(bytes=3 * weight + 1000))
    assert cut.rows == whole.rows[: len(cut.rows)]
    assert 1 <= len(cut.rows) <= 3
    assert cut.truncated


def test_one_checkpoint_larger_than_the_budget_is_still_shown(store: PostgresStore) -> None:
    pages = list(_pages(store, ReadBudget(bytes=10)))
    assert [len(page) for page in pages] == [1] * 12


def test_inline_values_over_the_limit_are_listed_by_their_size(store: PostgresStore) -> None:
    (row,) = store.read_checkpoints("inline", "").rows
    assert row.inline_values == {"short": "s" * 10, "number": 7}
    assert row.inline_omitted == {"text": 5002}
    alone = store.read_checkpoint("inline", "", row.checkpoint_id)
    assert alone is not None
    assert alone.inline_values["text"] == "t" * 5000
    assert alone.inline_omitted == {}


def test_sizes_are_told_without_the_bodies(store: PostgresStore, large: str) -> None:
    newest = store.read_checkpoints("long", "").rows[0]
    wanted = [(channel, str(version)) for channel, version in newest.channel_versions.items()]
    sizes = {size.channel: size for size in store.read_channel_sizes("long", "", wanted)}
    plain = {
        (row["channel"], row["version"]): row["size"]
        for row in _rows(large, "select *, octet_length(blob) size from checkpoint_blobs where thread_id = 'long'")
    }
    assert sizes["messages"].size_bytes > 3 * MB
    assert all(size.size_bytes == (plain[name, size.version] or 0) for name, size in sizes.items())


def test_bodies_beyond_the_budget_stay_in_the_store(store: PostgresStore) -> None:
    wanted = sorted(
        {("messages", str(row.channel_versions["messages"])) for row in store.read_checkpoints("long", "").rows
         if "messages" in row.channel_versions}
    )  # fmt: skip
    everything = store.read_channels("long", "", wanted, budget=ReadBudget(bytes=2**40))
    assert all(body.blob is not None and len(body.blob) == body.size_bytes for body in everything)
    some = store.read_channels("long", "", wanted, budget=ReadBudget(bytes=2 * MB))
    assert sum(len(body.blob) for body in some if body.blob) <= 2 * MB
    assert {(body.version, body.size_bytes) for body in some} == {
        (body.version, body.size_bytes) for body in everything
    }
    kept = [body.size_bytes for body in some if body.blob is not None]
    left = [body.size_bytes for body in some if body.blob is None]
    assert kept
    assert left
    assert max(kept) <= min(left)


def test_writes_come_in_langgraphs_order_and_byte_for_byte(
    scenario_store: PlayedStore, scenarios_read: PostgresStore
) -> None:
    for row in _rows(
        scenario_store.url,
        "select thread_id, checkpoint_ns, array_agg(distinct checkpoint_id) ids from checkpoint_writes group by 1, 2",
    ):
        where = (row["thread_id"], row["checkpoint_ns"])
        plain = _rows(
            scenario_store.url,
            "select * from checkpoint_writes where thread_id = %s and checkpoint_ns = %s",
            *where,
        )
        plain.sort(key=lambda item: (item["checkpoint_id"], item["task_path"], item["task_id"], item["idx"]))
        found = scenarios_read.read_writes(*where, row["ids"])
        assert [
            (item.checkpoint_id, item.task_path, item.task_id, item.idx, item.channel, item.blob) for item in found
        ] == [
            (item["checkpoint_id"], item["task_path"], item["task_id"], item["idx"], item["channel"], item["blob"])
            for item in plain
        ]


def test_writes_can_be_had_without_bodies_for_some_channels_or_up_to_a_budget(store: PostgresStore) -> None:
    ids = [row.checkpoint_id for row in store.read_checkpoints("long", "").rows]
    everything = store.read_writes("long", "", ids, budget=ReadBudget(bytes=2**40))
    light = store.read_writes("long", "", ids, bodies=False)
    assert [item.size_bytes for item in light] == [item.size_bytes for item in everything]
    assert not any(item.blob for item in light)
    some = store.read_writes("long", "", ids, budget=ReadBudget(bytes=MB + 10_000))
    assert [item.task_id for item in some] == [item.task_id for item in everything]
    assert sum(len(item.blob) for item in some if item.blob) <= MB + 10_000
    assert {item.size_bytes > MB / 2 for item in some if item.blob is None} == {True}
    messages = store.read_writes("long", "", ids, channels=["messages"], bodies=False)
    assert messages == [item for item in light if item.channel == "messages"]
    assert store.read_writes("long", "", ids, channels=[]) == []
    assert store.read_writes("long", "", ids, bodies=False, budget=ReadBudget(rows=3)) == light[:3]


def test_nothing_asked_is_nothing_read(open_store: OpenStore) -> None:
    """Without a server even: an empty question needs no connection."""
    store = open_store("postgresql://nobody@127.0.0.1:1/none")
    assert store.read_threads([], host_keys=()) == []
    assert store.read_channel_sizes("a", "", []) == []
    assert store.read_channels("a", "", []) == []
    assert store.read_writes("a", "", []) == []


def test_a_database_of_another_encoding_is_read_and_asked_for_anything(
    postgres: EmbeddedPostgres, open_store: OpenStore
) -> None:
    with postgres.connect() as connection:
        connection.execute("create database latin encoding 'LATIN1' template template0 locale 'C'")
    url = postgres.url_for("latin")
    with open_saver(f"{url}&client_encoding=utf8") as saver:
        stage = Stage(saver, "exit", "latin")
        stage.say(build_chat(saver), stage.config("café"), "Hello")
    store = open_store(url)
    assert [row.thread_id for row in store.read_threads(["café"], host_keys=())] == ["café"]
    with pytest.raises(StoreError, match="cannot hold this text"):
        store.read_threads(["emoji 👩"], host_keys=())


def _pages(store: PostgresStore, budget: ReadBudget) -> Iterator[tuple[CheckpointRow, ...]]:
    before = None
    while True:
        cut = store.read_checkpoints("long", "", before=before, budget=budget)
        yield cut.rows
        if not cut.truncated:
            return
        before = cut.rows[-1].checkpoint_id


def _rows(url: str, query: str, *given: Any) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query.encode(), given or None).fetchall()
