"""Batches reach the ledger once each, in order, however often it fails meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import finish, flush, flusher, process, pruner, watch
from inspector.probe.ledger_schema import KEEP_SECONDS, Batch
from tests.probing import LedgerDown, MemoryLedger, Probing, probing


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Probing]:
    """One that flushes only when asked."""
    monkeypatch.setattr(flusher, "PAUSE", 1_000.0)
    monkeypatch.setattr(flusher, "LONGEST_PAUSE", 1_000.0)
    with probing() as running:
        yield running
        running.ledger.down = ""


def read(thread_id: str) -> None:
    saver: Any = watch(InMemorySaver())
    saver.get_tuple({"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}})


def test_batches_are_numbered_and_hold_what_came_since_the_last(probe: Probing) -> None:
    read("a")
    probe.flush()
    read("b")
    read("b")
    probe.flush()
    first, second = probe.ledger.batches
    assert (first.number, second.number) == (1, 2)
    assert [(row.thread_id, row.reads) for row in first.counts] == [("a", 1)]
    assert [(row.thread_id, row.reads) for row in second.counts] == [("b", 2)]
    assert (first.report.reads, second.report.reads) == (1, 3)


def test_a_batch_that_failed_comes_again_as_it_was_with_a_newer_report(probe: Probing) -> None:
    probe.ledger.down = "before"
    read("a")
    assert not flush(30)
    read("a")
    probe.ledger.down = ""
    probe.flush()
    first, second = probe.ledger.batches
    assert [(row.thread_id, row.reads) for row in first.counts] == [("a", 1)]
    assert first.report.reads == 2
    assert [(row.thread_id, row.reads) for row in second.counts] == [("a", 1)]
    assert (first.number, second.number) == (1, 2)


def test_a_row_that_the_ledger_refuses_holds_up_no_other(probe: Probing, caplog: pytest.LogCaptureFixture) -> None:
    probe.ledger.refused = "poison"
    for thread_id in ("a", "poison", "b", "c", "poison 2"):
        read(thread_id)
    read("later")
    probe.flush()
    assert {row.thread_id for batch in probe.ledger.batches for row in batch.counts} == {"a", "b", "c", "later"}
    assert probe.ledger.sums()["reads"] == 4
    probe.flush()
    (report,) = probe.ledger.reports.values()
    assert (report.reads, dict(report.dropped)) == (6, {"reads": 2})
    numbers = [batch.number for batch in probe.ledger.batches]
    assert numbers == sorted(set(numbers))
    (told,) = caplog.records
    assert "cannot hold some of the counts" in told.getMessage()


def test_a_ledger_that_is_away_refuses_nothing(probe: Probing) -> None:
    probe.ledger.down = "before"
    read("a")
    for _ in range(10):
        assert not flush(30)
    probe.ledger.down = ""
    probe.flush()
    assert probe.ledger.sums()["reads"] == 1
    (report,) = probe.ledger.reports.values()
    assert dict(report.dropped) == {}


def fail_for(probe: Probing, monkeypatch: pytest.MonkeyPatch, fails: Callable[[Batch], bool], *, after: bool) -> None:
    """Has the ledger fail for some batches: before it writes them, or after, as when only the answer is lost."""
    write = probe.ledger.write

    def write_or_fail(batch: Batch) -> None:
        failing = fails(batch)
        if after or not failing:
            write(batch)
        if failing:
            raise LedgerDown

    monkeypatch.setattr(probe.ledger, "write", write_or_fail)


def test_a_ledger_that_takes_reports_and_no_counts_for_a_while_loses_none(
    probe: Probing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where somebody holds a lock on the counts, or the disk is full."""
    with monkeypatch.context() as patch:
        fail_for(probe, patch, lambda batch: bool(batch.counts), after=False)
        for number in range(20):
            read(f"t{number}")
        for _ in range(10):
            assert not flush(30)
    probe.flush()
    assert probe.ledger.sums()["reads"] == 20
    assert dict(probe.report.dropped) == {}
    assert [record.levelname for record in caplog.records if record.levelno >= logging.WARNING] == ["WARNING"]


def test_a_batch_that_was_written_and_whose_answers_were_lost_ever_since_counts_once(
    probe: Probing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that gets through meanwhile says that it was refused."""
    with monkeypatch.context() as patch:
        fail_for(probe, patch, lambda batch: bool(batch.counts), after=True)
        for number in range(4):
            read(f"t{number}")
        for _ in range(12):
            assert not flush(30)
    probe.flush()
    assert probe.ledger.sums()["reads"] == 4
    assert dict(probe.report.dropped) == {}


def test_a_refusal_after_lost_answers_loses_and_doubles_nothing(
    probe: Probing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The halves have numbers of their own, whose answers are lost as well."""
    probe.ledger.refused = "poison"
    lost: list[int] = []

    def lose_first_answer(batch: Batch) -> bool:
        lost.append(batch.number)
        return bool(batch.counts) and lost.count(batch.number) == 1

    with monkeypatch.context() as patch:
        fail_for(probe, patch, lose_first_answer, after=True)
        for thread_id in ("a", "b", "poison", "c", "d"):
            read(thread_id)
        while not flush(30):
            assert len(lost) < 100
    probe.flush()
    assert probe.ledger.sums()["reads"] == 4
    assert dict(probe.report.dropped) == {"reads": 1}


def test_a_process_that_goes_on_after_its_goodbye_says_so(probe: Probing) -> None:
    read("a")
    assert finish(30)
    (report,) = probe.ledger.reports.values()
    assert report.ended
    read("b")
    probe.flush()
    (report,) = probe.ledger.reports.values()
    assert not report.ended
    assert report.reads == 2


def test_a_lost_answer_does_not_count_twice(probe: Probing) -> None:
    probe.ledger.down = "after"
    read("a")
    assert not flush(30)
    assert not flush(30)
    probe.ledger.down = ""
    probe.flush()
    assert probe.thread("a").reads == 1


def test_a_ledger_that_fails_is_named_once_without_its_password_and_so_is_its_recovery(
    probe: Probing, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        probe.ledger.down = "before"
        read("a")
        for _ in range(3):
            assert not flush(30)
        probe.ledger.down = ""
        probe.flush()
        probe.flush()
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["WARNING", "INFO"]
    assert "LedgerDown" in told[0][1]
    assert "secret" not in caplog.text


def test_a_ledger_that_cannot_be_opened_is_tried_again(probe: Probing) -> None:
    attempts: list[str] = []

    def open_ledger(url: str) -> MemoryLedger:
        attempts.append(url)
        if len(attempts) == 1:
            raise ImportError("no driver")
        return probe.ledger

    process.start(ledger="redis://other", open_ledger=open_ledger)
    read("a")
    assert not flush(30)
    assert flush(30)
    assert attempts == ["redis://other"] * 2
    assert probe.ledger.thread("a").reads == 1


def test_many_threads_make_many_batches(probe: Probing) -> None:
    for number in range(2 * flusher.BATCH + 1):
        read(f"t{number}")
    probe.flush()
    assert [len(batch.counts) for batch in probe.ledger.batches] == [flusher.BATCH, flusher.BATCH, 1]
    assert [batch.number for batch in probe.ledger.batches] == [1, 2, 3]


def test_without_being_asked_it_writes_by_itself() -> None:
    with probing() as probe:
        read("a")
        probe.ledger.wait_for_attempts(1)


def test_an_idle_worker_goes_on_reporting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flusher, "PAUSE", 0.001)
    monkeypatch.setattr(flusher, "HEARTBEAT", 0.002)
    with probing() as probe:
        read("a")
        probe.ledger.wait_for_attempts(4)
        assert probe.ledger.sums()["reads"] == 1


def test_saying_goodbye_writes_the_last_counters_and_ends_the_thread(probe: Probing) -> None:
    read("a")
    running = process.current().flusher._thread
    assert running is not None
    assert finish(30)
    running.join(30)
    assert not running.is_alive()
    assert probe.ledger.closed == 1
    (report,) = probe.ledger.reports.values()
    assert report.ended
    assert probe.ledger.thread("a").reads == 1
    assert finish(0)


def test_what_is_counted_after_the_goodbye_is_written_as_well(probe: Probing) -> None:
    read("a")
    assert finish(30)
    read("a")
    assert flush(30)
    assert probe.ledger.thread("a").reads == 2


def test_a_worker_that_counted_nothing_says_nothing(probe: Probing) -> None:
    assert finish(0)
    assert probe.ledger.attempts == 0


def test_another_hostname_begins_another_worker(probe: Probing) -> None:
    read("a")
    process.start(hostname="web-2")
    read("b")
    assert flush(30)
    reports = {report.hostname: report for report in probe.ledger.reports.values()}
    assert {host: (report.ended, report.reads) for host, report in reports.items()} == {
        "web-1": (True, 1),
        "web-2": (False, 1),
    }


def test_where_no_thread_can_be_started_a_flush_writes_by_itself(
    probe: Probing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at the end of an interpreter."""
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        read("a")
        assert flush(0)
        assert finish(0)
        assert probe.ledger.closed == 1
    (report,) = probe.ledger.reports.values()
    assert (report.reads, report.ended) == (1, True)
    assert probe.ledger.thread("a").reads == 1


def test_a_thread_that_cannot_be_started_is_told_once_and_tried_again(
    probe: Probing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(flusher, "_START_AGAIN", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        read("a")
        read("a")
    assert process.current().flusher._thread is None
    (told,) = caplog.records
    assert "cannot start its thread" in told.getMessage()
    read("a")
    assert process.current().flusher._thread is not None
    assert probe.thread("a").reads == 3


def refuse(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_old_rows_are_removed_now_and_then(probe: Probing) -> None:
    read("a")
    process.current().flusher._pruner._due_at = float("-inf")
    probe.flush()
    probe.flush()
    (before,) = probe.ledger.pruned
    assert before == pytest.approx(probe.report.seen_at - KEEP_SECONDS, abs=60)


def test_where_old_rows_are_left_more_are_removed_soon(probe: Probing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruner, "_SOON", 0.0)
    probe.ledger.old_rows = 5
    read("a")
    process.current().flusher._pruner._due_at = float("-inf")
    for _ in range(8):
        probe.flush()
    assert len(probe.ledger.pruned) == 5


def test_processes_that_end_soon_remove_old_rows_as_they_write_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruner, "_ROWS", 50)
    for _ in range(3):
        with probing() as probe:
            for number in range(50):
                read(f"t{number}")
            assert finish(30)
            assert len(probe.ledger.pruned) == 1


def test_a_call_that_ends_after_the_goodbye_is_told_with_the_next_one(probe: Probing) -> None:
    saver: Any = watch(SlowSaver())
    config = {"configurable": {"thread_id": "a", "checkpoint_ns": ""}}
    reading = threading.Thread(target=saver.get_tuple, args=(config,))
    reading.start()
    assert saver.begun.wait(30)
    assert finish(30)
    saver.go_on.set()
    reading.join(30)
    assert finish(30)
    (report,) = probe.ledger.reports.values()
    assert (report.reads, report.ended) == (1, True)
    assert probe.ledger.thread("a").reads == 1


class SlowSaver(InMemorySaver):
    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def get_tuple(self, config: Any) -> Any:
        self.begun.set()
        self.go_on.wait(30)
        return super().get_tuple(config)


def test_a_mistake_in_the_thread_does_not_end_it(probe: Probing, monkeypatch: pytest.MonkeyPatch) -> None:
    read("a")
    with monkeypatch.context() as patch:
        patch.setattr(process.current().flusher, "_resolver", None)
        assert not flush(30)
    assert flush(30)
    assert probe.ledger.thread("a").reads == 1


def test_the_report_says_what_runs_here(probe: Probing) -> None:
    read("a")
    report = probe.report
    assert report.hostname == "web-1"
    assert {"python", "langgraph", "langgraph-checkpoint"} <= set(report.versions)
    assert report.program
    assert len(report.worker_id) == 32
    assert report.places[0].identities == (f"memory:{report.worker_id}",)
    assert not report.ended
