"""What a store says of whole threads equals what its plain rows say and what the scenarios did."""

from __future__ import annotations

import dataclasses

from inspector.demo.stage import PlayedThread
from inspector.stores.base import CheckpointStore, ThreadCount, ThreadRow
from inspector.stores.differences import REDIS_SHALLOW, find_difference
from tests.contract.library import HOST_KEYS, Library
from tests.integration.postgres.truth import Truth


def test_the_store_keeps_the_protocol(library: Library) -> None:
    assert isinstance(library.store, CheckpointStore)
    assert library.layout.startswith(library.store.kind)


def test_every_thread_is_counted_as_its_rows_say(library: Library) -> None:
    truth = library.plain.truth
    found = library.store.read_threads(list(truth), host_keys=HOST_KEYS)
    assert len(found) == len(truth)
    assert {row.thread_id: told(row) for row in found} == truth


def test_a_listing_names_every_thread_once_with_the_same_counts(library: Library) -> None:
    """A sync pass takes a thread whose counts differ for one that has changed."""
    listed = sorted(library.store.iter_thread_counts(), key=lambda count: count.thread_id)
    assert listed == [
        ThreadCount(thread_id, row.checkpoints, row.writes, row.last_checkpoint_id)
        for thread_id, row in sorted(library.plain.truth.items())
    ]


def test_every_thread_that_was_played_is_listed(library: Library) -> None:
    listed = {count.thread_id for count in library.store.iter_thread_counts()}
    assert {thread.thread_id for _, thread in library.threads()} <= listed


def test_turns_are_what_the_scenarios_did(library: Library) -> None:
    """A layout that throws checkpoints away says that its number is the least it may be."""
    threads = {thread.thread_id: thread for _, thread in library.threads()}
    for row in library.store.read_threads(list(threads), host_keys=()):
        claimed = threads[row.thread_id].turns
        if library.layout == REDIS_SHALLOW:
            assert row.turns <= claimed
            assert row.turns_is_lower_bound
        else:
            assert (row.turns, row.turns_is_lower_bound) == (claimed, False), row.thread_id


def test_namespaces_are_those_that_the_scenarios_opened(library: Library) -> None:
    for _, thread in library.threads():
        assert _namespaces(library, thread) == set(thread.namespaces), thread


def test_each_namespace_is_listed_with_its_checkpoints(library: Library) -> None:
    for _, thread in library.threads():
        found = library.store.read_namespaces(thread.thread_id)
        ids: dict[str, list[str]] = {}
        for row in library.plain.of(thread.thread_id):
            ids.setdefault(row["checkpoint_ns"], []).append(row["checkpoint_id"])
        assert {
            row.checkpoint_ns: (row.checkpoints, row.first_checkpoint_id, row.last_checkpoint_id) for row in found
        } == {namespace: (len(these), min(these), max(these)) for namespace, these in ids.items()}
        assert [row.first_checkpoint_id for row in found] == sorted(row.first_checkpoint_id for row in found)


def test_the_scenarios_show_each_trait_and_its_opposite(library: Library) -> None:
    """Or else the comparisons above would prove little."""
    truth = library.plain.truth.values()
    assert {row.namespaces > 1 for row in truth} == {True, False}
    assert len({row.writes for row in truth}) > 3
    if not find_difference("run-metadata").sentence(library.layout):
        assert {len(row.hosts) for row in truth} >= {1, 2}
    if library.layout != REDIS_SHALLOW:
        assert {row.rebuilt_values for row in truth} == {True, False}
        assert {row.siblings for row in truth} == {True, False}
        assert len({row.turns for row in truth}) > 3


def told(row: ThreadRow) -> Truth:
    """What the store says, in the shape of the truth."""
    fields = {item.name: getattr(row, item.name) for item in dataclasses.fields(Truth)}
    return Truth(**{**fields, "hosts": dict(row.hosts), "metadata": dict(row.metadata)})


def _namespaces(library: Library, thread: PlayedThread) -> set[str]:
    """Subgraph namespaces by their first node's name, with a colon where a task id follows."""
    found = set()
    for row in library.store.read_namespaces(thread.thread_id):
        if row.checkpoint_ns:
            node, colon, _task = row.checkpoint_ns.split("|")[0].partition(":")
            found.add(node + colon)
    return found
