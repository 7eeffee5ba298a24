"""What is not there is empty, not an error: pages ask for what people type and for what has just been deleted."""

from __future__ import annotations

import pytest

from inspector.stores.base import CheckpointStore, Place
from tests.contract.library import Library


@pytest.fixture
def known(library: Library) -> str:
    return library.find("new-input").threads[0].thread_id


@pytest.mark.parametrize("thread_id", ["nobody", "no\x00body", "\x00", "half \ud83d", "\udfff", "n" * 100_000])
def test_an_unknown_thread_is_empty_in_every_read(library: Library, known: str, thread_id: str) -> None:
    store = library.store
    stored = store.read_checkpoints(known, "").rows[0].checkpoint_id
    assert [row.thread_id for row in store.read_threads([thread_id, known], host_keys=())] == [known]
    assert store.read_namespaces(thread_id) == []
    _assert_empty(store, thread_id, "", stored)


@pytest.mark.parametrize("namespace", ["nowhere", "a\x00b", "half \ud83d", "respond:", "__empty__", "*"])
def test_an_unknown_namespace_is_empty_in_every_read(library: Library, known: str, namespace: str) -> None:
    stored = library.store.read_checkpoints(known, "").rows[0].checkpoint_id
    _assert_empty(library.store, known, namespace, stored)


@pytest.mark.parametrize(
    "checkpoint_id", ["", "1", "a\x00b", "half \ud83d", "*", "00000000-0000-0000-0000-000000000000"]
)
def test_an_unknown_checkpoint_is_empty_in_every_read(library: Library, known: str, checkpoint_id: str) -> None:
    store = library.store
    assert store.read_checkpoint(known, "", checkpoint_id) is None
    assert store.read_writes(known, "", [checkpoint_id]) == []
    assert store.read_own_channels(known, "", checkpoint_id, ["messages"]) == []
    stored = store.read_checkpoints(known, "").rows[0].checkpoint_id
    assert store.read_writes(known, "", [stored], channels=["nothing", checkpoint_id]) == []
    assert store.read_own_channels(known, "", stored, ["nothing", checkpoint_id]) == []
    assert store.read_channels(known, "", [("messages", checkpoint_id), (checkpoint_id, "1")]) == []
    assert store.read_channel_sizes(known, "", [("messages", checkpoint_id), (checkpoint_id, "1")]) == []


def test_nothing_asked_is_nothing_read(library: Library, known: str) -> None:
    store = library.store
    stored = store.read_checkpoints(known, "").rows[0].checkpoint_id
    assert store.read_threads([], host_keys=()) == []
    assert store.read_channel_sizes(known, "", []) == []
    assert store.read_channels(known, "", []) == []
    assert store.read_own_channels(known, "", stored, []) == []
    assert store.read_writes(known, "", []) == []


def _assert_empty(store: CheckpointStore, thread_id: str, namespace: str, stored: str) -> None:
    assert store.read_checkpoints(thread_id, namespace).rows == ()
    assert store.read_checkpoints(thread_id, namespace).truncated is False
    assert store.read_checkpoints(thread_id, namespace, before=stored).rows == ()
    assert store.read_checkpoint(thread_id, namespace, stored) is None
    assert store.read_calls(thread_id, [namespace], rows=9, host_keys=("host",)) == []
    assert store.read_newer_ids(thread_id, namespace, stored, rows=2) == []
    assert store.read_place(thread_id, namespace, stored) == Place(0, 0)
    assert store.read_inputs(thread_id, namespace, before="~") == []
    assert store.read_channel_sizes(thread_id, namespace, [("messages", "1")]) == []
    assert store.read_channels(thread_id, namespace, [("messages", "1")]) == []
    assert store.read_own_channels(thread_id, namespace, stored, ["messages"]) == []
    assert store.read_writes(thread_id, namespace, [stored]) == []
