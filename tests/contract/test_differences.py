"""Each declared difference holds on the layouts that it names, and on no other.

Every check looks at what a store's own reads show of the same scenarios, and answers whether this layout keeps the
thing. A table that claims too much or too little fails on the layout that it is wrong about.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from inspector.domain.value import Value, to_json
from inspector.reader import Reader
from inspector.stores.base import CheckpointRow
from inspector.stores.differences import DIFFERENCES, LAYOUTS, find_difference
from tests.contract.large import LARGE, THREAD_ID
from tests.contract.library import Library


def _keeps_run_metadata(library: Library) -> bool:
    """Two hosts wrote one thread of one owner and said so."""
    shared = library.find("two-hosts").threads[0].thread_id
    (summary,) = library.reader.read_summaries([shared])
    hosts, owner = set(summary.row.hosts), summary.owner
    if hosts == {""}:
        assert owner == ""
        return False
    assert (hosts, owner) == ({"web-1", "web-2"}, "ada")
    return True


def _keeps_history(library: Library) -> bool:
    """Four turns of at least three checkpoints each."""
    rows = library.store.read_checkpoints(THREAD_ID, "").rows
    (thread,) = library.store.read_threads([THREAD_ID], host_keys=())
    if len(rows) == 1:
        assert rows[0].checkpoint_id == thread.last_root_id == thread.first_root_id
        assert thread.turns_is_lower_bound
        return False
    assert (len(rows), thread.turns, thread.turns_is_lower_bound) == (12, 4, False)
    return True


def _keeps_values(library: Library) -> bool:
    """A Decimal and a frozenset as they were, or a word that they are not stored; never another value."""
    (values,) = (value for channel, value in _state(library, "typed-values") if channel == "values")
    shown = json.loads(json.dumps(to_json(values)))
    kept = ["19.90" in json.dumps(shown["decimal"]), '"a"' in json.dumps(shown["frozenset"])]
    assert shown["text"].startswith("Grüße, 你好")
    assert kept in ([True, True], [False, False])
    if not kept[0]:
        assert '"0"' not in json.dumps(shown["decimal"])
    return kept[0]


def _keeps_error_text(library: Library) -> bool:
    """The scenario's exception, with its message or as a class alone."""
    (thread, *_) = library.find("error").threads
    (newest, *_) = library.reader.read_history(thread.thread_id).checkpoints
    (error,) = (
        task.error for task in library.reader.read_tasks(newest, library.reader.read_writes(newest)) if task.error
    )
    assert error.startswith("PaymentGatewayError(")
    return "504 upstream timed out" in error


def _keeps_one_copy(library: Library) -> bool:
    """The large messages lie beside the checkpoints, each version once, or in every checkpoint that has them."""
    rows = library.store.read_checkpoints(THREAD_ID, "").rows
    shared = [_shared_bytes(library, row) for row in rows]
    own = [sum(body.size_bytes for body in row.own_bodies.values()) for row in rows]
    assert max(shared[0], own[0]) > 3 * LARGE
    assert (max(shared) > 0) != (max(own) > 0)
    # The document's size is that of all its values, or of none.
    assert (rows[0].size_bytes > 3 * LARGE) == (own[0] > 0)
    return shared[0] > 0


CHECKS: dict[str, Callable[[Library], bool]] = {
    "run-metadata": _keeps_run_metadata,
    "history": _keeps_history,
    "values": _keeps_values,
    "error-text": _keeps_error_text,
    "shared-values": _keeps_one_copy,
}


@pytest.mark.parametrize("slug", [difference.slug for difference in DIFFERENCES])
def test_a_difference_holds_on_the_layouts_that_it_names_and_there_alone(library: Library, slug: str) -> None:
    kept = CHECKS[slug](library)
    assert kept == (find_difference(slug).sentence(library.layout) == "")


def test_every_difference_is_checked_and_tells_people_what_is_left() -> None:
    assert CHECKS.keys() == {difference.slug for difference in DIFFERENCES}
    for difference in DIFFERENCES:
        assert difference.title
        assert set() < difference.lost.keys() < set(LAYOUTS), "kept by all or by none is no difference"
        for sentence in difference.lost.values():
            assert sentence.endswith(".")


def _state(library: Library, slug: str) -> Iterator[tuple[str, Value]]:
    reader: Reader = library.reader
    (newest, *_) = reader.read_history(library.find(slug).threads[0].thread_id).checkpoints
    return ((state.channel, state.value) for state in reader.read_state(newest))


def _shared_bytes(library: Library, row: CheckpointRow) -> int:
    versions = [(channel, str(version)) for channel, version in row.channel_versions.items()]
    return sum(size.size_bytes for size in library.store.read_channel_sizes(THREAD_ID, "", versions))
