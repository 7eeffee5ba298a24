"""The outline of a namespace says of each checkpoint what its history says, on every layout."""

from __future__ import annotations

from inspector.domain.coordinates import parse_time, time_of
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
                assert row.parents == checkpoint.metadata.get("parents", {})
                hosts.add(row.hostname)
                compared += 1
    assert compared > 100
    assert hosts


def test_an_outline_goes_on_behind_a_checkpoint_and_ends_at_its_rows(library: Library) -> None:
    for _, thread in list(library.threads())[:20]:
        whole = library.store.read_outline(thread.thread_id, "", rows=5_000, host_keys=HOST_KEYS)
        for place, row in enumerate(whole):
            later = library.store.read_outline(
                thread.thread_id, "", after=row.checkpoint_id, rows=5_000, host_keys=HOST_KEYS
            )
            assert later == whole[:place]
        assert library.store.read_outline(thread.thread_id, "", rows=2, host_keys=HOST_KEYS) == whole[:2]


def test_subgraphs_name_the_checkpoints_that_called_them(library: Library) -> None:
    callers = 0
    for _, thread in library.threads():
        for namespace in library.reader.read_namespaces(thread.thread_id):
            if namespace.checkpoint_ns:
                where = (thread.thread_id, namespace.checkpoint_ns)
                rows = library.store.read_outline(*where, rows=5_000, host_keys=HOST_KEYS)
                callers += sum("" in row.parents for row in rows)
    assert callers


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
