"""Every hostile thread_id shows exactly its own rows: in the list, the history, the states and the writes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from inspector.errors import NotFound
from inspector.stores.base import CheckpointRow
from inspector.stores.differences import REDIS_SHALLOW
from tests.contract.hostile import SLUG, THREAD_IDS
from tests.contract.library import Library

ALL = ("", *THREAD_IDS)


def test_the_ids_are_as_many_and_as_unkind_as_promised() -> None:
    assert len(set(ALL)) >= 32
    assert max(map(len, ALL)) == 5000
    folded = [thread_id.casefold().strip() for thread_id in ALL]
    assert len(set(folded)) < len(folded)
    for sign in (",", ":", "*", "?", "[", " ", "\n", "%", "_", "'", '"', "\\", "{", "|"):
        assert any(sign in thread_id for thread_id in ALL), sign


def test_all_of_them_at_once_are_each_itself(library: Library) -> None:
    rows = library.store.read_threads(ALL, host_keys=())
    assert sorted(row.thread_id for row in rows) == sorted(ALL)
    truth = library.plain.truth
    for row in rows:
        assert (row.checkpoints, row.writes, row.last_root_id) == (
            truth[row.thread_id].checkpoints,
            truth[row.thread_id].writes,
            truth[row.thread_id].last_root_id,
        )
        assert row.head is None or row.head.row.thread_id == row.thread_id


@pytest.mark.one_in(3)
@pytest.mark.parametrize("thread_id", ALL, ids=range(len(ALL)))
def test_a_hostile_id_finds_exactly_its_own_rows(library: Library, thread_id: str) -> None:
    store, plain = library.store, library.plain
    (row,) = store.read_threads([thread_id], host_keys=())
    assert (row.thread_id, row.checkpoints) == (thread_id, len(plain.of(thread_id)))
    found = store.read_checkpoints(thread_id, "").rows
    assert [(item.thread_id, item.checkpoint_id) for item in found] == [
        (thread_id, item["checkpoint_id"]) for item in plain.of(thread_id, "")
    ]
    ids = [item.checkpoint_id for item in found]
    writes = store.read_writes(thread_id, "", ids)
    if library.layout != REDIS_SHALLOW:  # which leaves the writes of checkpoints that it has replaced
        assert len(writes) == row.writes
    for one in ids:
        assert [(item.task_id, item.idx) for item in writes if item.checkpoint_id == one] == [
            (item["task_id"], item["idx"]) for item in plain.writes_of(thread_id, "", one)
        ]
    newest = store.read_checkpoint(thread_id, "", ids[0])
    assert newest is not None
    assert (newest.thread_id, newest.checkpoint_id) == (thread_id, ids[0])
    assert len(_messages(library, newest)) == 2 * _turns(library, thread_id)


@pytest.mark.parametrize(
    "thread_id", ["ADA,bo", "aDa", "ad", "ada:", "x" * 4999, "xx", "ada,", ",", "  ", "ada\t"], ids=range(10)
)
def test_an_id_that_only_resembles_another_finds_nothing(library: Library, thread_id: str) -> None:
    known = library.plain.of("ada", "")[0]["checkpoint_id"]
    assert library.store.read_threads([thread_id], host_keys=()) == []
    assert library.store.read_namespaces(thread_id) == []
    assert library.store.read_checkpoints(thread_id, "").rows == ()
    assert library.store.read_checkpoint(thread_id, "", known) is None
    assert library.store.read_writes(thread_id, "", [known]) == []
    with pytest.raises(NotFound):
        library.reader.read_history(thread_id)


def _messages(library: Library, row: CheckpointRow) -> Sequence[object]:
    (checkpoint, *_) = library.reader.read_history(row.thread_id).checkpoints
    (messages,) = [state.value for state in library.reader.read_state(checkpoint) if state.channel == "messages"]
    assert isinstance(messages, list)
    return messages


def _turns(library: Library, thread_id: str) -> int:
    threads = [thread for one in library.plays for thread in one.threads if one.slug in (SLUG, "hostile-thread-ids")]
    return next(thread.turns for thread in threads if thread.thread_id == thread_id)
