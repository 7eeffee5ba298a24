"""What becomes of a store is found, one thing at a time, and by the cheapest way that proves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inspector.demo.embedded import EmbeddedPostgres
from inspector.index.pace import Pace
from inspector.models import StoreEntry, ThreadEntry
from tests.integration.index.copies import Template
from tests.integration.index.follow_world import FollowWorld
from tests.integration.index.watched import Followed, following

#: As in the background, but for its rests.
BACKGROUND = Pace(1.0, holds_back=True, sleep=lambda seconds: None)


@pytest.fixture
def settled(followed: Followed) -> Followed:
    """One of which the constants are known to hold."""
    while StoreEntry.objects.get().compare:
        followed.world.begin_threads()
        followed.settle()
    followed.store.calls.clear()
    return followed


def test_the_first_pass_reads_every_thread_once_and_compares_none(followed: Followed) -> None:
    assert (followed.store.calls["walk"], followed.store.calls["compare"]) == (1, 0)
    assert ThreadEntry.objects.count() == 40
    followed.settle()
    assert followed.store.calls["compare"] == 0


@pytest.mark.parametrize("what", ["begin_threads", "go_on", "go_on_in_subtransactions", "write_late", "talk"])
def test_new_rows_are_found_by_a_look_alone(settled: Followed, what: str) -> None:
    getattr(settled.world, what)()
    settled.settle()
    assert settled.store.calls["look"]
    assert settled.store.went_through_all == 0


@pytest.mark.parametrize("what", ["begin_threads", "go_on", "go_on_in_subtransactions", "write_late", "talk"])
def test_new_rows_that_no_look_finds_are_proven_missing_and_searched(settled: Followed, blind: None, what: str) -> None:
    """A late write may be one to an old checkpoint, whose id is no new one: then threads are compared."""
    getattr(settled.world, what)()
    settled.settle()
    assert settled.store.calls["search"] == 1
    assert settled.store.calls["compare"] == 0


def test_rows_whose_counters_come_late_are_found_when_they_come(settled: Followed, blind: None) -> None:
    before = ThreadEntry.objects.count()
    settled.world.insert_and_stay_idle()
    settled.sync()
    assert ThreadEntry.objects.count() == before
    settled.settle()
    assert ThreadEntry.objects.count() == before + 1
    assert settled.store.calls["compare"] == 0


def test_a_transaction_that_stays_open_over_passes_is_found_when_it_commits(settled: Followed) -> None:
    session: Any = settled.world.open_transaction()
    for _ in range(3):
        settled.world.begin_threads()
        settled.sync()
    before = ThreadEntry.objects.count()
    session.execute("select pg_stat_force_next_flush()")
    session.commit()
    settled.settle()
    assert ThreadEntry.objects.count() == before + 2


def test_rows_with_old_ids_where_no_look_finds_them_are_found_by_comparing(settled: Followed, blind: None) -> None:
    settled.world.import_old_thread()
    settled.settle()
    assert settled.store.calls["compare"] == 1


def test_rows_with_old_ids_that_come_right_after_a_comparison_are_not_taken_for_a_constant(
    settled: Followed, blind: None
) -> None:
    settled.world.delete_threads()
    settled.world.flush()
    settled.sync()
    assert settled.store.calls["compare"] == 1
    settled.world.import_old_thread()
    settled.settle()


def test_deletes_that_were_rolled_back_hide_no_later_row(settled: Followed, blind: None) -> None:
    settled.world.roll_back_deletes()
    settled.settle()
    settled.world.begin_threads()
    settled.settle()


def test_inserts_that_were_rolled_back_cost_one_comparison(settled: Followed) -> None:
    settled.world.roll_back()
    settled.settle()
    assert settled.store.calls["compare"] == 1
    for _ in range(3):
        settled.world.begin_threads()
        settled.settle()
    assert settled.store.calls["compare"] == 1


@pytest.mark.parametrize("what", ["delete_threads", "prune", "delete_checkpoints", "delete_writes", "replace"])
def test_deleted_rows_are_found_by_one_comparison(settled: Followed, what: str) -> None:
    getattr(settled.world, what)()
    settled.settle()
    assert settled.store.calls == {"look": settled.store.calls["look"], "compare": 1}


@pytest.mark.parametrize("what", ["relabel", "put_again"])
def test_rows_rewritten_in_place_are_found_without_a_comparison(settled: Followed, what: str) -> None:
    getattr(settled.world, what)()
    settled.settle()
    assert settled.store.went_through_all == 0


def test_pages_that_deletes_have_freed_are_filled_and_found(settled: Followed) -> None:
    for _ in range(4):
        settled.world.delete_threads()
        settled.world.vacuum()
        settled.world.begin_threads()
        settled.world.go_on()
        settled.settle()


def test_tables_that_were_truncated_empty_the_index_in_one_pass(settled: Followed) -> None:
    settled.world.admin.execute("truncate checkpoints, checkpoint_blobs, checkpoint_writes")
    before = ThreadEntry.objects.count()
    report = settled.sync()
    assert (report.removed, report.complete) == (before, True)
    settled.world.begin_threads()
    settled.settle()


@pytest.mark.parametrize("what", ["truncate_and_refill", "make_anew", "vacuum_full", "reset_counters"])
def test_tables_that_are_not_what_they_were_are_compared(settled: Followed, what: str) -> None:
    getattr(settled.world, what)()
    settled.world.begin_threads()
    settled.settle()
    assert settled.store.calls["compare"] == 1


@pytest.fixture
def crashing(templates: list[Template], index: str) -> Iterator[Followed]:
    with (
        EmbeddedPostgres() as server,
        following(FollowWorld(server, server.create_database(), templates, 1, threads=40)) as followed,
    ):
        yield followed


def test_a_crash_that_resets_the_counters_hides_nothing(crashing: Followed, blind: None) -> None:
    crashing.sync()
    crashing.settle()
    crashing.world.import_old_thread()
    crashing.world.crash()
    crashing.world.import_old_thread()
    crashing.settle()
    crashing.world.import_old_thread()
    crashing.settle()


def test_in_the_background_a_comparison_waits_for_its_turn(settled: Followed) -> None:
    StoreEntry.objects.update(search_at=timezone.now() + timedelta(hours=1))
    settled.world.delete_threads()
    settled.world.flush()
    for _ in range(2):
        report = settled.sync(pace=BACKGROUND)
        assert (report.looked, report.waiting, report.complete) == (True, True, False)
    settled.world.begin_threads()
    assert settled.sync(pace=BACKGROUND).changed, "what a look finds does not wait"
    assert settled.store.went_through_all == 0
    began = timezone.now()
    StoreEntry.objects.update(search_at=began - timedelta(seconds=1))
    report = settled.sync(pace=BACKGROUND)
    assert (report.waiting, settled.store.calls["compare"]) == (False, 1)
    assert (StoreEntry.objects.get().search_at or began) > began
    settled.settle()


def test_a_search_waits_for_its_turn_too(settled: Followed, blind: None) -> None:
    StoreEntry.objects.update(search_at=timezone.now() + timedelta(hours=1))
    settled.world.begin_threads()
    settled.world.flush()
    assert settled.sync(pace=BACKGROUND).waiting
    assert settled.store.went_through_all == 0
    settled.settle()


def test_a_person_does_not_wait(settled: Followed) -> None:
    StoreEntry.objects.update(search_at=timezone.now() + timedelta(hours=1))
    settled.world.delete_threads()
    settled.settle()


def test_all_threads_are_compared_now_and_then_whatever_the_counters_say(settled: Followed) -> None:
    StoreEntry.objects.update(compared_at=timezone.now() - timedelta(hours=7))
    settled.world.begin_threads()
    settled.settle()
    assert settled.store.calls["compare"] == 1
