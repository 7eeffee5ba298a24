"""A store's fingerprint stays while nothing is written, whoever reads, and moves with everything that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inspector.demo.graphs.base import Saver
from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.stores.base import CheckpointStore
from tests.contract.conftest import ReaderOf
from tests.contract.places import StoreUnderTest
from tests.integration.postgres.polling import wait_for

Change = Callable[[Saver], object]
CONFIG: Any = {"configurable": {"thread_id": "one", "checkpoint_ns": ""}}


def _put(saver: Saver) -> None:
    found = saver.get_tuple(CONFIG)
    assert found is not None
    later = {**found.checkpoint, "id": f"{found.checkpoint['id'][:-1]}~"}
    saver.put(found.config, later, found.metadata, {})  # type: ignore[arg-type]


def _put_writes(saver: Saver) -> None:
    found = saver.get_tuple(CONFIG)
    assert found is not None
    saver.put_writes(found.config, [("messages", "late")], "a-late-task")


CHANGES: dict[str, Change] = {
    "put": _put,
    "put_writes": _put_writes,
    "a turn": lambda saver: _say(saver, "one"),
    "a new thread": lambda saver: _say(saver, "another"),
    "delete_thread": lambda saver: saver.delete_thread("one"),
}


def _say(saver: Saver, thread_id: str) -> None:
    stage = Stage(saver, "sync", "fingerprint")
    stage.say(build_chat(saver), stage.config(thread_id), "Hello")


def test_reads_of_ours_and_of_langgraphs_leave_it_as_it_is(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    """The server's own housekeeping may move it once or twice; it does not move with every read."""
    with place.open_saver() as saver:
        _say(saver, "one")
        graph = build_chat(saver)
        store = reader_of(place).store

        def read() -> bool:
            before = store.read_fingerprint()
            list(store.iter_thread_counts())
            store.read_threads(["one"], host_keys=())
            store.read_facts()
            assert store.read_checkpoints("one", "").rows
            assert graph.get_state(CONFIG).values
            assert list(graph.get_state_history(CONFIG))
            return bool(before.rows) and store.read_fingerprint() == before

        wait_for(read)


@pytest.mark.parametrize("change", CHANGES)
def test_it_moves_with_whatever_is_written(place: StoreUnderTest, reader_of: ReaderOf, change: str) -> None:
    with place.open_saver() as saver:
        _say(saver, "one")
        store = reader_of(place).store
        before = settled(store)
        assert before
        CHANGES[change](saver)
        assert store.read_fingerprint().rows != before


def test_it_is_the_same_for_a_dashboard_that_starts_anew(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        _say(saver, "one")
        wait_for(lambda: reader_of(place).store.read_fingerprint() == reader_of(place).store.read_fingerprint())


def settled(store: CheckpointStore) -> str:
    """The fingerprint, once housekeeping no longer moves it."""
    wait_for(lambda: store.read_fingerprint() == store.read_fingerprint())
    return store.read_fingerprint().rows or ""
