"""Counters add up exactly, whatever the order and however little room there is."""

from __future__ import annotations

import threading

import pytest

from inspector.probe import recorder
from inspector.probe.ledger_schema import RECENT_READS
from inspector.probe.recorder import MISS, OTHER, PUT, READ, WRITES, Recorder


def test_calls_on_one_thread_become_one_row() -> None:
    counts = Recorder()
    counts.note((MISS, False, "t", 0, 1.0, "", ""))
    counts.note((READ, True, "t", 0, 2.0, "c1", ""))
    counts.note((PUT, True, "t", 0, 3.0, 0, ""))
    counts.note((WRITES, True, "t", 0, 4.0, 3, ""))
    counts.note((OTHER, True, "t", 0, 5.0, None, "ValueError"))
    counts.note((OTHER, True, "other", 0, 6.0, None, ""))
    taken = counts.take(10)
    (row,) = taken.counts
    assert (row.thread_id, row.slot, row.first_at, row.last_at) == ("t", 0, 1.0, 5.0)
    assert (row.reads, row.misses, row.checkpoints, row.writes) == (2, 1, 1, 3)
    assert (row.last_read_at, row.last_miss_at, row.errors) == (2.0, 1.0, {"ValueError": 1})
    assert [read.to_text() for read in row.recent] == ["1.000000 ", "2.000000 c1"]
    assert taken.totals["sync_calls"] == 1
    assert taken.totals["async_calls"] == 5
    assert taken.totals["exceptions"] == {"ValueError": 1}
    assert not counts.take(10).changed


def test_places_have_rows_of_their_own_and_the_oldest_go_first() -> None:
    counts = Recorder()
    for number in range(5):
        counts.note((PUT, False, "t", number, float(number), 0, ""))
    first = counts.take(3)
    assert [row.slot for row in first.counts] == [0, 1, 2]
    assert first.more
    rest = counts.take(3)
    assert [row.slot for row in rest.counts] == [3, 4]
    assert not rest.more


def test_only_the_newest_reads_are_kept_one_by_one() -> None:
    counts = Recorder()
    for number in range(RECENT_READS + 5):
        counts.note((READ, False, "t", 0, float(number), str(number), ""))
    (row,) = counts.take(1).counts
    assert row.reads == RECENT_READS + 5
    assert [read.found for read in row.recent] == [str(number) for number in range(5, RECENT_READS + 5)]


def test_what_does_not_fit_is_dropped_and_counted_and_the_totals_hold_both() -> None:
    counts = Recorder(pending_bytes=10_000)
    for number in range(100):
        counts.note((READ, False, f"t{number}", 0, 1.0, "c", ""))
        counts.note((PUT, False, f"t{number}", 0, 1.0, 0, ""))
        counts.note((WRITES, False, f"t{number}", 0, 1.0, 4, ""))
    taken = counts.take(1_000)
    dropped = taken.totals["dropped"]
    assert 0 < len(taken.counts) < 100
    assert sum(row.reads for row in taken.counts) + dropped["reads"] == 100 == taken.totals["reads"]
    assert sum(row.checkpoints for row in taken.counts) + dropped["checkpoints"] == 100
    assert sum(row.writes for row in taken.counts) + dropped["writes"] == 400 == taken.totals["writes"]


def test_what_was_taken_takes_room_until_it_is_settled() -> None:
    counts = Recorder(pending_bytes=1_000)
    counts.note((PUT, False, "a", 0, 1.0, 0, ""))
    assert counts.take(1).counts
    counts.note((PUT, False, "b", 0, 1.0, 0, ""))
    assert counts.read_totals()["dropped"] == {"checkpoints": 1}
    counts.settle()
    counts.note((PUT, False, "b", 0, 1.0, 0, ""))
    assert len(counts.take(1).counts) == 1


def test_a_thread_id_that_is_too_long_is_dropped() -> None:
    counts = Recorder(pending_bytes=1_000_000)
    counts.note((READ, False, "x" * 1_000_000, 0, 1.0, "c", ""))
    taken = counts.take(1)
    assert taken.counts == ()
    assert taken.totals["dropped"] == {"reads": 1}


def test_names_of_errors_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_ERROR_NAMES", 3)
    counts = Recorder()
    for number in range(10):
        counts.note((OTHER, False, "t", 0, 1.0, None, f"Made{number}"))
    taken = counts.take(1)
    assert taken.totals["exceptions"] == {"Made0": 1, "Made1": 1, "Made2": 1, "other": 7}
    assert taken.counts[0].errors == {"Made0": 1, "Made1": 1, "Made2": 1, "other": 7}


def test_threads_that_count_at_once_lose_nothing() -> None:
    counts = Recorder()

    def count() -> None:
        for number in range(5_000):
            counts.note((READ, False, f"t{number % 7}", 0, 1.0, "c", ""))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    rows = []
    while any(thread.is_alive() for thread in threads):
        rows += counts.take(100).counts
        counts.settle()
    for thread in threads:
        thread.join()
    rows += counts.take(100).counts
    assert sum(row.reads for row in rows) == 40_000 == counts.read_totals()["reads"]


def test_counting_in_the_midst_of_adding_up_neither_waits_nor_is_lost() -> None:
    """As a signal handler or a finalizer may do."""
    counts = Recorder()
    with counts._adding:
        for _ in range(1_000):
            counts.note((PUT, False, "t", 0, 1.0, 0, ""))
    assert counts.take(1).counts[0].checkpoints == 1_000
