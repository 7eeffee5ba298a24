"""A store tells of each call of a subgraph what the subgraph's own checkpoints tell, on every layout."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.demo.graphs.nested import build_nested
from inspector.demo.stage import Stage
from inspector.domain.channels import ERROR, INTERRUPT, RESUME
from inspector.domain.thread import Namespace, caller_of
from inspector.stores.calls import CallRow
from tests.contract.conftest import ReaderOf
from tests.contract.library import HOST_KEYS, Library
from tests.contract.places import StoreUnderTest


def threads(library: Library) -> Iterator[tuple[str, list[str]]]:
    for _, thread in library.threads():
        names = [item.checkpoint_ns for item in library.reader.read_namespaces(thread.thread_id)]
        yield thread.thread_id, [name for name in names if name]


def expected(library: Library, thread_id: str, checkpoint_ns: str) -> list[CallRow]:
    """By what the pages of the subgraph itself show."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for checkpoint in reversed(library.reader.read_history(thread_id, checkpoint_ns).checkpoints):
        parents = checkpoint.metadata["parents"]
        assert isinstance(parents, dict)
        caller = caller_of(checkpoint_ns, parents)
        groups.setdefault(caller, []).append((checkpoint.checkpoint_id, checkpoint.hostname))
    return [_row(library, thread_id, checkpoint_ns, caller, inside) for caller, inside in groups.items()]


def _row(
    library: Library, thread_id: str, checkpoint_ns: str, caller: tuple[str, str], inside: list[tuple[str, str]]
) -> CallRow:
    last = inside[-1][0]
    channels = {row.channel for row in library.store.read_writes(thread_id, checkpoint_ns, [last])}
    hosts = dict.fromkeys(host for _, host in inside if host)
    stored = library.store.read_checkpoint(thread_id, *caller) is not None
    marks = frozenset(channels & {ERROR, INTERRUPT, RESUME})
    return CallRow(checkpoint_ns, *caller, len(inside), inside[0][0], last, tuple(hosts), marks, stored)


def test_calls_are_those_that_the_subgraphs_checkpoints_name(library: Library) -> None:
    compared, marked, unstored = 0, 0, 0
    for thread_id, names in threads(library):
        found = library.store.read_calls(thread_id, names, rows=5_000, host_keys=HOST_KEYS)
        one_by_one = [call for name in names for call in expected(library, thread_id, name)]
        assert found == sorted(one_by_one, key=lambda call: (call.first_checkpoint_id, call.checkpoint_ns)), thread_id
        compared += len(found)
        marked += any(call.marks for call in found)
        unstored += any(not call.caller_stored for call in found)
    assert compared > 10
    assert marked
    assert unstored  # durability exit, and savers that keep one checkpoint


def test_the_newest_checkpoints_are_looked_at_where_there_are_more_than_asked_for(library: Library) -> None:
    for thread_id, names in threads(library):
        if not names:
            continue
        whole = library.store.read_calls(thread_id, names, rows=5_000, host_keys=HOST_KEYS)
        (newest,) = library.store.read_calls(thread_id, names, rows=1, host_keys=HOST_KEYS)
        last = max(call.last_checkpoint_id for call in whole)
        assert (newest.first_checkpoint_id, newest.last_checkpoint_id, newest.checkpoints) == (last, last, 1)


def test_the_root_and_namespaces_that_are_not_there_have_no_calls(library: Library) -> None:
    for thread_id, names in threads(library):
        odd = ["", "\ud800", "\0", "missing:1", *names]
        found = library.store.read_calls(thread_id, odd, rows=5_000, host_keys=HOST_KEYS)
        assert found == library.store.read_calls(thread_id, names, rows=5_000, host_keys=HOST_KEYS)
    assert library.store.read_calls("\ud800", ["a"], rows=9, host_keys=HOST_KEYS) == []


def test_each_level_is_called_by_the_one_around_it(place: StoreUnderTest, reader_of: ReaderOf) -> None:
    with place.open_saver() as saver:
        stage, graph = Stage(saver, "sync", "deep"), build_nested(saver, deep=True)
        stage.say(graph, stage.config("deep"), "My knee hurts.")
        reader = reader_of(place)
        names = [item.checkpoint_ns for item in reader.read_namespaces("deep")]
        calls = {Namespace(call.checkpoint_ns, 0).node_names: call for call in reader.read_calls("deep", names)}
        outer, inner = calls["clinic",], calls["clinic", "specialist"]
        assert (outer.caller_ns, inner.caller_ns) == ("", outer.checkpoint_ns)
