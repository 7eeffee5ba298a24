"""A read takes what its budget allows, says when there is more, and goes on from there without a gap or a double."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from inspector.domain.channels import decides_tasks
from inspector.stores.base import ChannelBody, CheckpointRow, FirstInput, Place, ReadBudget
from inspector.stores.differences import POSTGRES, REDIS, SQLITE
from tests.contract.large import LARGE, THREAD_ID
from tests.contract.library import Library

#: Of the large thread, in the layouts that keep them all.
CHECKPOINTS = 12
WHOLE = ReadBudget(bytes=2**40)
with_history = pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS])


@with_history
@pytest.mark.parametrize("rows", [1, 5, 11, 12, 13])
def test_pages_of_checkpoints_join_without_a_gap_or_a_double(library: Library, rows: int) -> None:
    stored = [row["checkpoint_id"] for row in library.plain.of(THREAD_ID, "")]
    assert len(stored) == CHECKPOINTS
    pages = list(_pages(library, ReadBudget(rows=rows, bytes=2**40)))
    assert [row.checkpoint_id for page in pages for row in page] == stored
    assert [len(page) for page in pages[:-1]] == [rows] * (len(pages) - 1)


@with_history
def test_a_page_that_ends_early_names_the_first_that_it_leaves_out(library: Library) -> None:
    stored = [row["checkpoint_id"] for row in library.plain.of(THREAD_ID, "")]
    for rows in range(1, CHECKPOINTS + 2):
        cut = library.store.read_checkpoints(THREAD_ID, "", budget=ReadBudget(rows=rows, bytes=2**40))
        assert (cut.truncated, cut.beyond) == (rows < CHECKPOINTS, "".join(stored[rows : rows + 1]))


@with_history
def test_pages_cut_by_bytes_join_as_well_and_hold_one_row_at_least(library: Library) -> None:
    stored = [row["checkpoint_id"] for row in library.plain.of(THREAD_ID, "")]
    for size in (10, 6_000, 150_000, 700_000):
        pages = list(_pages(library, ReadBudget(bytes=size)))
        assert [row.checkpoint_id for page in pages for row in page] == stored
    if library.layout != REDIS:  # which reads some fifty rows between two looks at the budget
        assert len(list(_pages(library, ReadBudget(bytes=10)))) == CHECKPOINTS


@with_history
def test_before_and_newer_are_each_others_way_back(library: Library) -> None:
    stored = [row["checkpoint_id"] for row in library.plain.of(THREAD_ID, "")]
    for newer, older in zip(["", *stored], stored, strict=False):
        assert "".join(library.store.read_newer_ids(THREAD_ID, "", older, rows=1)) == newer
        (next_older, *_) = library.store.read_checkpoints(THREAD_ID, "", before=newer or None).rows
        assert next_older.checkpoint_id == older
    assert library.store.read_checkpoints(THREAD_ID, "", before=stored[-1]).rows == ()


@with_history
def test_inputs_before_a_checkpoint_come_in_their_order(library: Library) -> None:
    inputs = [
        (row["checkpoint_id"], row["checkpoint"]["channel_versions"]["__start__"])
        for row in reversed(library.plain.of(THREAD_ID, ""))
        if row["metadata"]["source"] == "input"
    ]
    assert len(inputs) == 4
    for row in library.plain.of(THREAD_ID, ""):
        before = row["checkpoint_id"]
        expected = [FirstInput(version, checkpoint_id) for checkpoint_id, version in inputs if checkpoint_id < before]
        assert library.store.read_inputs(THREAD_ID, "", before=before) == expected
        for since, _ in inputs:
            found = library.store.read_inputs(THREAD_ID, "", since=since, before=before)
            assert {one.version for one in expected if one.checkpoint_id >= since} <= {one.version for one in found}
            assert all(since <= one.checkpoint_id < before for one in found)


@with_history
def test_ids_are_read_from_the_oldest_end_and_every_id_has_its_place(library: Library) -> None:
    stored = [row["checkpoint_id"] for row in reversed(library.plain.of(THREAD_ID, ""))]
    assert library.store.read_newer_ids(THREAD_ID, "", "", rows=5) == stored[:5]
    assert library.store.read_newer_ids(THREAD_ID, "", "", rows=99) == stored
    for number, checkpoint_id in enumerate(stored):
        assert library.store.read_newer_ids(THREAD_ID, "", checkpoint_id, rows=3) == stored[number + 1 : number + 4]
        assert library.store.read_place(THREAD_ID, "", checkpoint_id) == Place(number, len(stored) - number - 1)
        just_after = library.store.read_place(THREAD_ID, "", f"{checkpoint_id}0")
        assert just_after == Place(number + 1, len(stored) - number - 1)


def test_one_checkpoint_alone_is_the_same_row_as_in_a_page(library: Library) -> None:
    for row in library.store.read_checkpoints(THREAD_ID, "", budget=WHOLE).rows:
        alone = library.store.read_checkpoint(THREAD_ID, "", row.checkpoint_id)
        assert alone is not None
        assert (alone.parent_checkpoint_id, alone.ts, alone.version) == (row.parent_checkpoint_id, row.ts, row.version)
        assert (alone.channel_versions, alone.versions_seen) == (row.channel_versions, row.versions_seen)
        assert (alone.metadata, alone.size_bytes) == (row.metadata, row.size_bytes)
        assert alone.own_bodies == row.own_bodies


def test_values_over_the_byte_budget_stay_in_the_store_with_their_size(library: Library) -> None:
    """Wherever a layout keeps values: by version beside the checkpoints, or in the checkpoint's own document."""
    ways = list(_ways_to_values(library))
    assert ways
    for read, size in ways:
        whole = _by_channel(read(WHOLE))
        assert any(body.size_bytes > LARGE for body in whole.values())
        assert all(body.blob is not None and len(body.blob) == body.size_bytes for body in whole.values() if body.blob)
        for limit in (0, 10, 1_000, LARGE, size - 1, size):
            some = {channel: body for channel, body in _by_channel(read(ReadBudget(bytes=limit))).items() if body.blob}
            kept = [body.size_bytes for body in some.values()]
            left = [body.size_bytes for channel, body in whole.items() if body.blob and channel not in some]
            assert sum(kept) <= limit
            assert max(kept, default=0) <= min(left, default=size)
            assert all(body == whole[channel] for channel, body in some.items())
        assert left == []


def test_a_page_carries_no_value_but_those_that_decide_what_runs_next(library: Library) -> None:
    for row in library.store.read_checkpoints(THREAD_ID, "", budget=WHOLE).rows:
        assert {channel for channel, body in row.own_bodies.items() if body.blob} <= {
            channel for channel in row.own_bodies if decides_tasks(channel)
        }
        assert "messages" not in row.inline_values


@with_history
def test_writes_can_be_had_without_bodies_for_some_channels_or_up_to_a_budget(library: Library) -> None:
    store = library.store
    ids = [row.checkpoint_id for row in store.read_checkpoints(THREAD_ID, "", budget=WHOLE).rows]
    everything = store.read_writes(THREAD_ID, "", ids, budget=WHOLE)
    assert everything
    assert all(item.blob is not None and len(item.blob) == item.size_bytes for item in everything)
    light = store.read_writes(THREAD_ID, "", ids, bodies=False)
    # Base64 does not tell from its length how much of its last four signs is padding.
    off = 2 if library.store.kind == REDIS else 0
    assert all(0 <= a.size_bytes - b.size_bytes <= off for a, b in zip(light, everything, strict=True))
    assert not any(item.blob for item in light)
    some = store.read_writes(THREAD_ID, "", ids, budget=ReadBudget(bytes=LARGE))
    assert [item.task_id for item in some] == [item.task_id for item in everything]
    assert sum(len(item.blob) for item in some if item.blob) <= LARGE
    channels = {item.channel for item in light}
    for channel in channels:
        assert store.read_writes(THREAD_ID, "", ids, channels=[channel], bodies=False) == [
            item for item in light if item.channel == channel
        ]
    assert store.read_writes(THREAD_ID, "", ids, channels=[]) == []
    assert store.read_writes(THREAD_ID, "", ids, bodies=False, budget=ReadBudget(rows=1)) == light[:1]


def _pages(library: Library, budget: ReadBudget) -> Iterator[tuple[CheckpointRow, ...]]:
    before = None
    while True:
        cut = library.store.read_checkpoints(THREAD_ID, "", before=before, budget=budget)
        assert cut.rows
        yield cut.rows
        if not cut.truncated:
            return
        before = cut.rows[-1].checkpoint_id


def _ways_to_values(library: Library) -> Iterator[tuple[Callable[[ReadBudget], Sequence[ChannelBody]], int]]:
    """Reads of all values of the newest checkpoint, each with how many bytes they are."""
    store = library.store
    newest = store.read_checkpoints(THREAD_ID, "").rows[0]
    versions = [(channel, str(version)) for channel, version in newest.channel_versions.items()]
    sizes = [size.size_bytes for size in store.read_channel_sizes(THREAD_ID, "", versions)]
    if sizes:
        yield lambda budget: store.read_channels(THREAD_ID, "", versions, budget=budget), sum(sizes)
    own = [body.size_bytes for body in newest.own_bodies.values()]
    if own:
        names = list(newest.own_bodies)
        where = (THREAD_ID, "", newest.checkpoint_id, names)
        yield lambda budget: store.read_own_channels(*where, budget=budget), sum(own)


def _by_channel(bodies: Sequence[ChannelBody]) -> dict[str, ChannelBody]:
    found = {body.channel: body for body in bodies}
    assert len(found) == len(bodies)
    return found
