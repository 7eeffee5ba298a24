"""Rows are marked by the mutes in force, whoever writes them and whatever becomes of who marks them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from inspector.decode import FULL
from inspector.demo.repertoire import PlayedStore
from inspector.index.background import BackgroundSync
from inspector.index.lease import LeaseTaken, lease_of
from inspector.index.marking import MIXED, is_marked, mark, mark_rows
from inspector.index.pace import FAST
from inspector.index.passes import run_pass
from inspector.index.queries import Moment, ThreadQuery, count_orphans, find_threads
from inspector.index.recount import recount
from inspector.index.tallies import read_tally
from inspector.models import Mute, StoreEntry, ThreadEntry
from tests.integration.index.conftest import OpenReader
from tests.integration.index.samples import fill
from tests.integration.index.syncing import sync
from tests.integration.index.tallied import assert_marks_are_right, assert_tallies_are_right
from tests.integration.postgres.polling import wait_for

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BATCH = 20


@pytest.fixture
def store(either_index: str, monkeypatch: pytest.MonkeyPatch) -> StoreEntry:
    """Some three hundred threads, of which nobody has muted any."""
    monkeypatch.setattr("inspector.index.marking._BATCH", BATCH)
    store = fill(NOW)
    ThreadEntry.every.update(muted=False)
    with lease_of(store) as lease:
        recount(lease)
    return store


def mute(store: StoreEntry, what: str = "id", pattern: str = "thread-*", **more: Any) -> Mute:
    return Mute.objects.create(store=store, what=what, pattern=pattern, reason="batch", made_at=NOW, **more)


def check(store: StoreEntry, now: datetime = NOW) -> int:
    """How many are marked."""
    store.refresh_from_db()
    assert is_marked(store, now)
    assert_marks_are_right(store, now)
    assert_tallies_are_right(store)
    return read_tally(store).left_muted


def test_marks_come_with_a_mute_and_go_when_it_is_undone_or_ends(store: StoreEntry) -> None:
    by_id, by_host = mute(store), mute(store, "host", "web-*", ends_at=NOW + timedelta(hours=1))
    assert not is_marked(store, NOW)
    assert mark(store.name, now=NOW)
    both = check(store)
    Mute.objects.filter(pk=by_id.pk).update(undone_at=NOW)
    assert mark(store.name, now=NOW)
    alone = check(store)
    assert 0 < alone < both
    later = NOW + timedelta(hours=1)
    assert not is_marked(store, later)
    assert mark(store.name, now=later)
    assert check(store, later) == 0
    assert by_host.undone_at is None


def test_a_marking_that_was_cut_short_is_gone_on_with(store: StoreEntry) -> None:
    mute(store)
    assert not mark(store.name, 0.0, now=NOW)
    store.refresh_from_db()
    assert store.muted_by == MIXED
    assert_tallies_are_right(store)
    some = read_tally(store).left_muted
    assert 0 < some <= BATCH
    assert mark(store.name, now=NOW)
    assert check(store) > some


def test_one_that_died_within_a_batch_leaves_counts_that_are_right(
    store: StoreEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(seconds: float) -> None:
        raise RuntimeError

    mute(store)
    with pytest.raises(RuntimeError):
        mark(store.name, now=NOW, sleep=die)
    with monkeypatch.context() as dying:
        dying.setattr("inspector.index.tallies.Change.write", lambda change: die(0))
        with pytest.raises(RuntimeError):
            mark(store.name, now=NOW)
    assert_tallies_are_right(store)
    assert mark(store.name, now=NOW)
    check(store)


def test_mutes_that_change_while_rows_are_marked_are_seen_by_the_next(store: StoreEntry) -> None:
    mute(store)

    def change_one(seconds: float) -> None:
        mute(store, "owner", "ada")

    assert mark(store.name, now=NOW, sleep=change_one)
    store.refresh_from_db()
    assert not is_marked(store, NOW)
    assert mark(store.name, now=NOW)
    check(store)


def test_nobody_marks_while_another_writes(store: StoreEntry) -> None:
    mute(store)
    with lease_of(store) as lease:
        assert not mark(store.name, now=NOW)
        assert read_tally(store).left_muted == 0
        StoreEntry.objects.update(lease="another:1:x")
        with pytest.raises(LeaseTaken):
            mark_rows(lease, NOW)
    assert read_tally(store).left_muted == 0


def test_another_stores_threads_are_left_alone(store: StoreEntry) -> None:
    other = StoreEntry.objects.exclude(pk=store.pk).get()
    mute(other, pattern="*")
    assert mark(store.name, now=NOW)
    assert check(store) == 0
    assert mark(other.name, now=NOW)
    assert not ThreadEntry.objects.filter(store=store, muted=True).exists()
    assert ThreadEntry.objects.filter(store=other, muted=True).exists()
    assert mark("nobody's", now=NOW)


def test_a_pass_over_a_store_in_which_nothing_changed_marks_its_threads(
    played: PlayedStore, either_index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    store = StoreEntry.objects.get()
    moment = Moment(timezone.now() + timedelta(days=1), 1800.0)
    orphans = find_threads(store, ThreadQuery(flag="orphan"), moment, sight=FULL).rows
    assert len(orphans) > 1
    mute(store, pattern=orphans[0].entry.thread_id)
    assert run_pass(reader, pace=FAST).changed == 0
    check(store, timezone.now())
    assert count_orphans(store, moment).muted == 1
    assert find_threads(store, ThreadQuery(flag="orphan"), moment, sight=FULL).rows == orphans[1:]


def test_what_is_read_anew_is_marked_as_it_is_written(
    played: PlayedStore, either_index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    store = StoreEntry.objects.get()
    mute(store, pattern="*")
    assert mark(store.name)
    sync(reader, full=True)
    assert check(store, timezone.now()) == read_tally(store).left > 0


def test_mutes_do_not_wait_for_the_next_pass(
    played: PlayedStore, index: str, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.background._LOOK", 0.05)
    background = BackgroundSync([open_reader(played.url)], pause=3600.0)
    background.start()
    try:
        wait_for(lambda: StoreEntry.objects.filter(rest_until__gt=timezone.now(), lease="").first())
        mute(StoreEntry.objects.get(), pattern="*")
        wait_for(lambda: is_marked(StoreEntry.objects.get(), timezone.now()))
        assert check(StoreEntry.objects.get(), timezone.now()) > 0
    finally:
        background.stop()
