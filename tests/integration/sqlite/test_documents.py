"""What is read of a checkpoint's document: all but its values, whatever its bytes are."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Send

from inspector.demo.graphs.chat import build_chat
from inspector.domain.channels import TASKS
from inspector.probe.ledger_schema import storable
from inspector.reader import Reader
from inspector.stores.base import CheckpointRow, ReadBudget
from inspector.stores.sqlite import SqliteStore
from inspector.stores.sqlite.document import read_document
from inspector.stores.sqlite.file import Clock
from tests.integration.sqlite.conftest import OpenStore, read_everything, saver_of, say

SERDE = JsonPlusSerializer()
DEEP = b"\x91" * 1_000_000
HOSTILE = {
    "empty": b"",
    "no map": b"\x93\x01\x02\x03",
    "unused byte": b"\xc1",
    "a map that claims 4,294,967,295 entries": b"\xdf\xff\xff\xff\xff",
    "a text that claims 4 GB": b"\x81\xadchannel_values\x81\xa1a\xdb\xff\xff\xff\xff",
    "a deep value": b"\x82\xaechannel_values\x81\xa1a" + DEEP + b"\xc0\xa1v\x04",
    "a deep value that ends nowhere": b"\x81\xaechannel_values\x81\xa1a" + DEEP,
    "keys that are no texts": b"\x84\x01\x02\xc0\x03\x90\x91\x05\xa1v\x04",
    "versions of every kind": SERDE.dumps_typed(
        {"channel_versions": {"a": None, "b": [1], "c": 2, "d": 1.5, "e": "x"}}
    )[1],
    "values that are no map": SERDE.dumps_typed({"v": "4", "ts": 7, "channel_values": 3, "versions_seen": {"n": 1}})[1],
}


def row_of(store: SqliteStore) -> CheckpointRow:
    return store.read_checkpoints("one", "").rows[0]


def replace_documents(path: Path, kind: str | None, document: bytes) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update checkpoints set type = ?, checkpoint = ?", (kind, document))


def test_a_row_holds_what_langgraph_stored_and_no_value(played: Path, open_store: OpenStore) -> None:
    store = open_store(played)
    with saver_of(played) as saver:
        stored = {item.checkpoint["id"]: item.checkpoint for item in saver.list(None)}
    rows = store.read_checkpoints("one", "").rows
    assert [row.checkpoint_id for row in rows] == sorted(stored, reverse=True)
    for row in rows:
        expected = stored[row.checkpoint_id]
        assert (row.ts, row.version) == (expected["ts"], expected["v"])
        assert row.channel_versions == expected["channel_versions"]
        assert row.versions_seen == expected["versions_seen"]
        assert row.own_bodies.keys() == expected["channel_values"].keys()
        assert row.own_bodies["messages" if "messages" in row.own_bodies else "__start__"].size_bytes > 5
        assert "messages" not in row.own_bodies or row.own_bodies["messages"].blob is None
        for body in store.read_own_channels("one", "", row.checkpoint_id, list(row.own_bodies)):
            assert body.blob is not None
            value = SERDE.loads_typed((body.type, body.blob))
            assert value == expected["channel_values"][body.channel]
            assert body.version == str(expected["channel_versions"][body.channel])


async def _say_async(path: Path) -> None:
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        graph: Any = build_chat(saver)
        await graph.ainvoke({"messages": [("user", "Hello")]}, {"configurable": {"thread_id": "one"}})


def test_the_async_saver_is_read_alike(path: Path, open_store: OpenStore) -> None:
    import asyncio

    asyncio.run(_say_async(path))
    (row,) = open_store(path).read_threads(["one"], host_keys=())
    assert (row.turns, row.turns_is_lower_bound, row.checkpoints) == (1, False, 3)
    assert row.head is not None
    assert "messages" in row.head.row.own_bodies


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_gives_a_row_with_what_could_be_read(
    document: bytes, played: Path, open_store: OpenStore
) -> None:
    replace_documents(played, "msgpack", document)
    store = open_store(played)
    assert read_everything(store) == 6
    assert row_of(store).size_bytes == len(document)
    (summary,) = Reader(store, host_keys=("worker_hostname",), owner_keys=()).read_summaries(["one"])
    assert (summary.row.checkpoints, dict(summary.row.hosts)) == (6, {"h-1": 6})


def test_a_document_that_was_cut_keeps_what_came_before(played: Path, open_store: OpenStore) -> None:
    whole = row_of(open_store(played))
    with closing(sqlite3.connect(played)) as connection, connection:
        connection.execute("update checkpoints set checkpoint = substr(checkpoint, 1, length(checkpoint) - 30)")
    store = open_store(played)
    cut = row_of(store)
    assert (cut.ts, cut.own_bodies.keys()) == (whole.ts, whole.own_bodies.keys())
    (row,) = store.read_threads(["one"], host_keys=())
    assert row.turns_is_lower_bound


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: b"\x82\xaechannel_values\x84" + tail))
def test_no_bytes_at_all_raise_an_error(document: bytes) -> None:
    found = read_document(document, Clock(60, "file"))
    assert all(0 <= start < end <= len(document) for start, end in found.values.values())


def test_every_beginning_of_a_real_document_is_read_as_far_as_it_goes() -> None:
    checkpoint: dict[str, Any] = {**empty_checkpoint(), "channel_values": {"a": [1, {"b": "c"}], "d": 2.5}}
    data = SERDE.dumps_typed(checkpoint)[1]
    assert read_document(data, Clock(60, "file")).is_whole
    for end in range(len(data)):
        assert not read_document(data[:end], Clock(60, "file")).is_whole
    assert not read_document(data + b"\x00", Clock(60, "file")).is_whole


@pytest.mark.parametrize(
    "values",
    [
        {"channel_versions": {"__start__": "9"}},
        {"a": b"\xb0channel_versions\x81\xa9__start__\x09"},
        {"a": ["channel_versions", "channel_versions"]},
    ],
)
@pytest.mark.parametrize("channel", ["text", "channel_versions"])
def test_values_that_are_jumped_over_are_taken_for_nothing_else(values: dict[str, Any], channel: str) -> None:
    checkpoint: dict[str, Any] = {
        **empty_checkpoint(),
        "channel_values": values,
        "channel_versions": {channel: "1"},
        "versions_seen": {"node": {channel: "1"}},
        "updated_channels": [channel],
    }
    for document in (checkpoint, {name: checkpoint[name] for name in reversed(checkpoint)}):
        found = read_document(SERDE.dumps_typed(document)[1], Clock(60, "file"), values=False)
        assert found.is_whole
        assert (found.channel_versions, found.versions_seen) == ({channel: "1"}, {"node": {channel: "1"}})


def test_a_channel_named_as_the_versions_are_does_not_hide_them() -> None:
    """From that channel's version on, this document comes out even, too."""
    versions = {"__start__": "1", "channel_versions": "2"}
    checkpoint = {**empty_checkpoint(), "channel_versions": versions, "versions_seen": {}, "updated_channels": []}
    found = read_document(SERDE.dumps_typed(checkpoint)[1], Clock(60, "file"), values=False)
    assert found.channel_versions == versions


def test_encrypted_documents_are_told(path: Path, open_store: OpenStore) -> None:
    serde = EncryptedSerializer.from_pycryptodome_aes(key=b"0123456789abcdef")
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        say(SqliteSaver(connection, serde=serde), "one", "One", "Two")
    store = open_store(path)
    (row,) = store.read_threads(["one"], host_keys=["worker_hostname"])
    assert (row.turns, row.turns_is_lower_bound, dict(row.hosts)) == (0, True, {"h-1": 6})
    assert row_of(store).own_bodies == {}
    assert any("encrypted" in warning for warning in store.read_facts().warnings)
    writes = store.read_writes("one", "", [item.checkpoint_id for item in store.read_checkpoints("one", "").rows])
    assert {write.type for write in writes} == {"msgpack+aes", "null+aes"}


@pytest.mark.parametrize("kind", ["json", None])
def test_a_json_document_of_an_old_serializer_is_read(kind: str | None, played: Path, open_store: OpenStore) -> None:
    document = {
        "v": 1,
        "ts": "2024-05-04T06:32:42.235444+00:00",
        "channel_values": {"text": "short", "long": "x" * 5_000},
        "channel_versions": {"text": 2, "__start__": 2},
        "versions_seen": {"bot": {"__start__": 2}},
    }
    replace_documents(played, kind, json.dumps(document).encode())
    store = open_store(played)
    row = row_of(store)
    assert (row.version, row.ts, row.inline_values) == (1, document["ts"], {"text": "short"})
    assert row.inline_omitted == {"long": 5_002}
    one = store.read_checkpoint("one", "", row.checkpoint_id)
    assert one is not None
    assert one.inline_values == document["channel_values"]
    (thread,) = store.read_threads(["one"], host_keys=())
    assert thread.turns == 1


@pytest.mark.parametrize(("version", "moved"), [(1, True), (3, True), (4, False)])
def test_sends_of_an_old_format_wait_in_their_channel(
    version: int, moved: bool, played: Path, open_store: OpenStore
) -> None:
    sends = [Send("worker", {"n": 1})]
    document = {"v": version, "channel_values": {}, "channel_versions": {}, "pending_sends": sends}
    replace_documents(played, *SERDE.dumps_typed(document))
    bodies = row_of(open_store(played)).own_bodies
    assert (TASKS in bodies) == moved
    if moved:
        body = bodies[TASKS]
        assert body.blob is not None
        assert SERDE.loads_typed((body.type, body.blob)) == sends


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        b"",
        b"no json",
        b"[1]",
        '{"text": "as text"}',
        b'{"x": NaN, "y": -Infinity}',
        rb'{"worker_hostname": "\ud800\u0000", "\udfff": ["\ud801", {"a": "\u0000"}]}',
    ],
)
def test_odd_metadata_is_empty_or_storable(metadata: object, played: Path, open_store: OpenStore) -> None:
    with closing(sqlite3.connect(played)) as connection, connection:
        connection.execute("update checkpoints set metadata = ?", (metadata,))
    store = open_store(played)
    assert read_everything(store) == 6
    found = json.dumps(dict(row_of(store).metadata), allow_nan=False, ensure_ascii=False)
    assert "NaN" not in found.replace('"NaN"', "")
    assert found == storable(found)
    (thread,) = store.read_threads(["one"], host_keys=["worker_hostname"])
    assert all(host == storable(host) for host in thread.hosts)


@contextmanager
def large_thread(path: Path, checkpoints: int, size: int) -> Iterator[None]:
    """Each checkpoint holds a value of `size` bytes."""
    with saver_of(path) as saver:
        config: Any = {"configurable": {"thread_id": "large", "checkpoint_ns": ""}}
        for step in range(checkpoints):
            checkpoint = {
                **empty_checkpoint(),
                "channel_values": {"data": bytes(size)},
                "channel_versions": {"data": 1},
            }
            config = saver.put(config, checkpoint, {"source": "loop", "step": step}, {})
        yield


def test_a_large_thread_is_counted_one_document_at_a_time(path: Path, open_store: OpenStore) -> None:
    with large_thread(path, 40, 1_000_000):
        store = open_store(path)
        tracemalloc.start()
        try:
            (row,) = store.read_threads(["large"], host_keys=())
            rows = store.read_checkpoints("large", "").rows
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert row.checkpoints == len(rows) == 40
    assert peak < 8_000_000


def test_a_page_ends_where_too_many_bytes_would_be_read(path: Path, open_store: OpenStore) -> None:
    with large_thread(path, 8, 100_000):
        store = open_store(path)
        cut = store.read_checkpoints("large", "", budget=ReadBudget(bytes=40_000))
        rest = store.read_checkpoints("large", "", before=cut.rows[-1].checkpoint_id)
    assert cut.truncated
    assert 1 < len(cut.rows) < 8
    assert [cut.beyond, len(cut.rows) + len(rest.rows)] == [rest.rows[0].checkpoint_id, 8]


def test_large_metadata_ends_a_page_too(played: Path, open_store: OpenStore) -> None:
    """Old versions of LangGraph kept there what each step wrote."""
    with closing(sqlite3.connect(played)) as connection, connection:
        connection.execute("update checkpoints set metadata = ?", (json.dumps({"writes": "x" * 10_000}),))
    cut = open_store(played).read_checkpoints("one", "", budget=ReadBudget(bytes=25_000))
    assert (len(cut.rows), cut.truncated) == (2, True)
