"""A read that takes too long holds up no pass for good, and hides no rows from the passes after it."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.errors import ReadTooLong
from inspector.index.background import BackgroundSync
from inspector.index.sync import remember
from inspector.management.commands.sync import LOOK_AGAIN
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import ThreadSummary
from inspector.stores.postgres import counts
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor
from tests.integration.index.syncing import sync
from tests.integration.index.test_sync_budget import burdened
from tests.integration.index.watched import Followed, WatchedStore

_ONE_MORE = """insert into checkpoints
select thread_id, checkpoint_ns, '00000000-0000-6000-8000-000000000000', null, type, checkpoint, metadata
from checkpoints where thread_id = %s limit 1"""


@pytest.fixture
def unread(followed: Followed) -> Followed:
    """One that no index knows of."""
    StoreEntry.objects.all().delete()
    followed.store.calls.clear()
    return followed


def _largest(followed: Followed) -> str:
    counts = sorted(followed.store.iter_thread_counts(), key=lambda count: count.checkpoints)
    followed.store.calls.clear()
    return counts[-1].thread_id


def test_a_walk_gets_past_a_slow_thread_though_its_reads_take_longer_than_a_slice(
    unread: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.walk.SLICE", 0.0)
    slow = burdened(unread.reader, _largest(unread))
    for _ in range(100):
        report = sync(slow)
        if not report.building:
            break
    assert (report.building, report.skipped) == (False, 1)
    unread.settle()


def test_a_thread_that_a_walk_left_out_hides_no_rows_once_it_is_read(unread: Followed, blind: None) -> None:
    """Its rows were counted while the index held none of them."""
    heavy = _largest(unread)
    assert sync(burdened(unread.reader, heavy)).skipped == 1
    unread.settle()
    assert ThreadEntry.objects.filter(thread_id=heavy).exists()
    other = ThreadEntry.objects.exclude(thread_id=heavy).order_by("checkpoints").first()
    assert other is not None
    unread.world.admin.execute(_ONE_MORE, [other.thread_id])
    unread.settle()


def test_where_a_search_takes_too_long_all_threads_are_compared(
    followed: Followed, blind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(store: WatchedStore, since: str) -> list[str]:
        raise ReadTooLong("The store took longer than the read's time budget.")

    followed.settle()
    monkeypatch.setattr(WatchedStore, "search_changes", search)
    for _ in range(3):
        followed.world.begin_threads()
        followed.settle()


def test_the_lease_is_renewed_before_each_read_of_a_batch_that_is_halved(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.lease._RENEW_AFTER", 0.0)
    heavy, renewed = _largest(followed), []

    class Noting(type(burdened(followed.reader))):  # type: ignore[misc]
        def read_summaries(self, thread_ids: list[str]) -> list[ThreadSummary]:
            renewed.append(StoreEntry.objects.get().lease_until)
            return super().read_summaries(thread_ids)  # type: ignore[no-any-return]

    slow = Noting(followed.store, followed.reader.host_keys, followed.reader.owner_keys, heavy={heavy})
    StoreEntry.objects.update(rewrites="")  # all threads have to be verified
    assert sync(slow).skipped == 1
    assert len(renewed) > 5
    assert renewed == sorted(set(renewed)), "each later than the one before"


def test_the_trouble_of_a_walk_is_forgotten_when_it_goes_on(unread: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.index.walk.SLICE", 0.0)
    monkeypatch.setattr("inspector.index.walk._FIRST", 10)
    assert sync(unread.reader).building
    remember(StoreEntry.objects.get(), "The store is not there.", "Start it.")
    assert sync(unread.reader).building
    entry = StoreEntry.objects.get()
    assert (entry.error, entry.error_hint) == ("", "")


def test_a_comparison_whose_parts_take_too_long_goes_on_in_smaller_ones(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def read(cursor: Cursor, layout: Layout, after: str | None, checkpoints: int) -> Any:
        sizes.append(checkpoints)
        if checkpoints > 10:
            raise ReadTooLong("The store took longer than the read's time budget.")
        return counts.read_counts(cursor, layout, after, checkpoints)

    followed.settle()
    monkeypatch.setattr("inspector.stores.postgres.store.read_counts", read)
    followed.world.delete_threads()
    followed.settle()
    assert len([size for size in sizes if size <= 10]) > 5


def test_a_person_who_waits_for_a_build_in_the_background_gets_the_lease_between_two_passes(
    unread: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.walk.SLICE", 0.0)
    monkeypatch.setattr("inspector.index.walk._FIRST", 10)
    report = sync(unread.reader)
    assert report.building
    assert BackgroundSync([], pause=0.0)._pause_after(report, 0.0) > LOOK_AGAIN
