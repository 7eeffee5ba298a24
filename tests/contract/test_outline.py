"""The outline of a namespace says of each checkpoint what its history says, on every layout."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.domain.coordinates import parse_time, time_of
from inspector.domain.outline import Outline
from inspector.reader.outline import OutlineMemory
from inspector.stores.differences import POSTGRES, REDIS, SQLITE
from tests.contract.conftest import ReaderOf
from tests.contract.library import HOST_KEYS, Library
from tests.contract.places import StoreUnderTest


def test_an_outline_says_of_each_checkpoint_what_the_history_says(library: Library) -> None:
    compared, hosts = 0, set()
    for _, thread in library.threads():
        for namespace in library.reader.read_namespaces(thread.thread_id):
            where = (thread.thread_id, namespace.checkpoint_ns)
            history = library.reader.read_history(*where).checkpoints
            outline = library.store.read_outline(*where, rows=5_000, host_keys=HOST_KEYS)
            assert len(history) == len(outline)
            for checkpoint, row in zip(history, outline, strict=True):
                assert row.checkpoint_id == checkpoint.checkpoint_id
                assert row.parent_checkpoint_id == checkpoint.parent_checkpoint_id
                assert (row.step, row.source) == (checkpoint.step, checkpoint.source)
                assert row.hostname == checkpoint.hostname
                assert (time_of(row.checkpoint_id) or parse_time(row.ts)) == checkpoint.at
                hosts.add(row.hostname)
                compared += 1
    assert compared > 100
    assert hosts


@pytest.mark.one_in(3)
def test_an_outline_goes_on_behind_a_checkpoint_and_ends_at_its_rows(library: Library) -> None:
    for _, thread in list(library.threads())[:20]:
        whole = library.store.read_outline(thread.thread_id, "", rows=5_000, host_keys=HOST_KEYS)
        for place, row in enumerate(whole):
            later = library.store.read_outline(
                thread.thread_id, "", after=row.checkpoint_id, rows=5_000, host_keys=HOST_KEYS
            )
            assert later == whole[:place]
        assert library.store.read_outline(thread.thread_id, "", rows=2, host_keys=HOST_KEYS) == whole[:2]


def test_what_no_store_can_hold_has_no_outline(library: Library) -> None:
    for thread_id, ns, after in (("\ud800", "", ""), ("missing", "", ""), ("large", "\ud800", "")):
        assert library.store.read_outline(thread_id, ns, after=after, rows=10, host_keys=HOST_KEYS) == []


def test_ids_that_tell_no_time_bring_the_documents_time(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        checkpoint = {
            "v": 4,
            "id": "not-a-uuid",
            "ts": "2026-03-04T05:06:07+00:00",
            "channel_values": {},
            "channel_versions": {},
            "versions_seen": {},
        }
        config = {"configurable": {"thread_id": "odd", "checkpoint_ns": ""}}
        metadata = {"source": "loop", "step": 3, "parents": {}, "worker_hostname": "web-1"}
        saver.put(config, checkpoint, metadata, {})  # type: ignore[arg-type]
        store = reader_of(place).store
        (row,) = store.read_outline("odd", "", rows=10, host_keys=HOST_KEYS)
        assert (row.ts, row.step, row.source, row.hostname) == ("2026-03-04T05:06:07+00:00", 3, "loop", "web-1")
        assert store.read_outline("odd", "", after="not-a-uuid", rows=10, host_keys=HOST_KEYS) == []


def test_turns_by_parents_are_those_that_the_documents_tell(library: Library) -> None:
    compared = 0
    for _, thread in library.threads():
        for namespace in library.reader.read_namespaces(thread.thread_id):
            where = (thread.thread_id, namespace.checkpoint_ns)
            history = library.reader.read_history(*where).checkpoints
            outline = library.reader.read_outline(*where)
            assert {one.checkpoint_id: one.turn for one in outline.steps} == {
                one.checkpoint_id: one.turn for one in history
            }, where
            assert [one.at for one in outline.steps] == [one.at for one in reversed(history)]
            assert not outline.older
            compared += len(history)
    assert compared > 100


@pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS])
def test_an_outline_is_kept_and_read_on_from_where_it_ended(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        stage, graph = Stage(saver, "sync", "kept"), build_chat(saver)
        config = stage.config("kept")
        stage.say(graph, config, "one", "two")
        reader = reader_of(place)
        first = reader.read_outline("kept")
        assert reader.read_outline("kept") is first

        stage.say(graph, config, "three")
        second = reader.read_outline("kept")
        assert second.steps[: len(first.steps)] == first.steps
        assert [one.turn for one in second.steps] == [1, 1, 1, 2, 2, 2, 3, 3, 3]

        saver.delete_thread("kept")
        stage.say(graph, config, "one")
        assert [one.turn for one in reader.read_outline("kept").steps] == [1, 1, 1]
        assert reader.read_outline("missing").steps == ()


@pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS])
def test_nothing_of_a_thread_that_was_made_anew_is_remembered(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    """Even where each had a single checkpoint, so that none lies before it."""
    with place.open_saver() as saver:
        stage, graph = Stage(saver, "exit", "anew"), build_chat(saver)
        config = stage.config("anew")
        stage.say(graph, config, "one")
        reader = reader_of(place)
        (before,) = reader.read_outline("anew").steps

        saver.delete_thread("anew")
        stage.say(graph, config, "two")
        (after,) = reader.read_outline("anew").steps
        assert after.checkpoint_id != before.checkpoint_id

        stage.say(graph, config, "three")
        assert [one.checkpoint_id for one in reader.read_outline("anew").steps][:1] == [after.checkpoint_id]
        assert [one.turn for one in reader.read_outline("anew").steps] == [1, 2]


@pytest.mark.parametrize("layout", [SQLITE])
@pytest.mark.parametrize("place_of_one", [0, 4, -1])
def test_a_checkpoint_that_was_deleted_is_forgotten(
    place: StoreUnderTest, reader_of: ReaderOf, place_of_one: int
) -> None:
    """The oldest, one in between, and the newest, after which as many lie before the one that was the newest."""
    with place.open_saver() as saver:
        stage, graph = Stage(saver, "sync", "pruned"), build_chat(saver)
        stage.say(graph, stage.config("pruned"), "one", "two")
        reader = reader_of(place)
        ids = [one.checkpoint_id for one in reader.read_outline("pruned").steps]
        with closing(sqlite3.connect(place.url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("delete from checkpoints where checkpoint_id = ?", [ids.pop(place_of_one)])
        assert [one.checkpoint_id for one in reader.read_outline("pruned").steps] == ids


@pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS])
def test_an_outline_holds_the_newest_checkpoints_and_tells_what_came_before(
    place: StoreUnderTest, reader_of: ReaderOf
) -> None:
    with place.open_saver() as saver:
        stage, graph = Stage(saver, "sync", "long"), build_chat(saver)
        stage.say(graph, stage.config("long"), "one", "two", "three")
        reader = reader_of(place)
        history = reader.read_history("long").checkpoints

        def read(steps: int) -> Outline:
            return OutlineMemory().read(reader.store, reader.inputs, "long", "", host_keys=HOST_KEYS, steps=steps)

        for steps in range(1, len(history) + 2):
            outline = read(steps)
            newest = history[:steps][::-1]
            assert [one.checkpoint_id for one in outline.steps] == [one.checkpoint_id for one in newest]
            assert [one.turn for one in outline.steps] == [one.turn for one in newest]
            assert outline.older == len(history) - len(newest)
            oldest = newest[0].checkpoint_id
            begun = {one.turn for one in history if one.checkpoint_id < oldest}
            assert {one.turn for one in outline.folded} == begun
            assert all(one.checkpoint_id < oldest for one in outline.folded)
