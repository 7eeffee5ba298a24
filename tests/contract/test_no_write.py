"""The promise of the project on every layout: no read of ours leaves a trace in a checkpoint store."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.stores.base import ReadBudget
from tests.contract.conftest import ReaderOf
from tests.contract.library import HOST_KEYS, Library
from tests.contract.places import StoreUnderTest


def test_reads_of_every_kind_leave_every_byte_as_it_was(library: Library) -> None:
    """Whatever other tests have read before is in it, too."""
    store = library.store
    store.read_facts()
    store.read_signs()
    store.read_identities()
    store.read_fingerprint()
    ids = [count.thread_id for count in store.iter_thread_counts()]
    assert len(ids) > 100
    assert len(store.read_threads(ids, host_keys=HOST_KEYS)) == len(ids)
    for one, thread in library.threads():
        if one.durability == "sync" or one.slug == "mixed-durability":
            _read_everything(library, thread.thread_id)
    assert library.place.digest() == library.digest


def test_the_digest_would_have_told(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        stage, graph = Stage(saver, "sync", "digest"), build_chat(saver)
        stage.say(graph, stage.config("one"), "Hello")
        before = place.digest()
        assert place.digest() == before
        found = saver.get_tuple(stage.config("one"))
        assert found is not None
        saver.put_writes(found.config, [("messages", "late")], "late-task")
        assert place.digest() != before


def _read_everything(library: Library, thread_id: str) -> None:
    store, reader = library.store, library.reader
    for namespace in store.read_namespaces(thread_id):
        history = reader.read_history(thread_id, namespace.checkpoint_ns)
        oldest = history.checkpoints[-1].checkpoint_id
        store.read_inputs(thread_id, namespace.checkpoint_ns, before=history.checkpoints[0].checkpoint_id)
        store.read_newer_ids(thread_id, namespace.checkpoint_ns, oldest, rows=3)
        store.read_place(thread_id, namespace.checkpoint_ns, oldest)
        store.read_checkpoints(thread_id, namespace.checkpoint_ns, budget=ReadBudget(rows=1))
        for checkpoint in history.checkpoints[:2]:
            reader.read_state(checkpoint, load=["messages"])
            reader.read_calls(thread_id, [namespace.checkpoint_ns])
            reader.read_marks([checkpoint])
            reader.read_tasks(checkpoint, reader.read_writes(checkpoint))
