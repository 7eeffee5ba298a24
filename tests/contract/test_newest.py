"""The newest threads of a store, found without a look at all of them."""

from __future__ import annotations

from langgraph.checkpoint.base import BaseCheckpointSaver

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.stores.newest import Newest, NewestStore
from tests.contract.conftest import ReaderOf
from tests.contract.library import Library
from tests.contract.places import StoreUnderTest


def newest_of(place: StoreUnderTest, reader_of: ReaderOf, checkpoints: int) -> Newest:
    store = reader_of(place).store
    assert isinstance(store, NewestStore)
    return store.find_newest(checkpoints)


def say(saver: BaseCheckpointSaver, *thread_ids: str) -> None:  # type: ignore[type-arg]
    stage, graph = Stage(saver, "sync", "newest"), build_chat(saver)
    for thread_id in thread_ids:
        stage.say(graph, stage.config(thread_id, worker_hostname="web-1"), "Hello")


def test_a_small_store_is_named_whole(library: Library) -> None:
    store = library.reader.store
    assert isinstance(store, NewestStore)
    found = store.find_newest(100_000)
    listed = {count.thread_id: count.last_checkpoint_id for count in store.iter_thread_counts()}
    assert found.whole
    assert dict(found.last_ids) == listed


def test_an_empty_store_is_whole(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver():
        found = newest_of(place, reader_of, 10)
    assert (found.whole, dict(found.last_ids), found.thread_ids(5)) == (True, {}, [])


def test_of_more_than_was_asked_for_the_newest_come_first(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        say(saver, *(f"old-{number}" for number in range(6)), "new-1", "new-2")
        found = newest_of(place, reader_of, 2)
    assert found.thread_ids(1) == ["new-2"]
    assert found.whole == (len(found.last_ids) == 8)
