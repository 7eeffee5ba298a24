"""Batches reach the ledger once each, in order, however often it fails meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import finish, flush, flusher, process, watch
from inspector.probe.ledger_schema import KEEP_SECONDS
from tests.probing import MemoryLedger, Probing, probing


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


def test_a_row_that_the_ledger_refuses_for_ever_holds_up_no_other(probe: Probing) -> None:
    probe.ledger.refused = "poison"
    for thread_id in ("a", "poison", "b", "c"):
        read(thread_id)
    while probe.ledger.attempts < flusher.DOUBT:
        assert len(probe.ledger.batches) == 0
        flush(30)
    read("later")
    probe.flush()
    assert {row.thread_id for batch in probe.ledger.batches for row in batch.counts} == {"a", "b", "c", "later"}
    assert probe.ledger.sums()["reads"] == 4
    probe.flush()
    (report,) = probe.ledger.reports.values()
    assert (report.reads, dict(report.dropped)) == (5, {"reads": 1})
    numbers = [batch.number for batch in probe.ledger.batches]
    assert numbers == sorted(set(numbers))


def test_a_ledger_that_is_away_refuses_nothing(probe: Probing) -> None:
    probe.ledger.down = "before"
    read("a")
    for _ in range(2 * flusher.DOUBT):
        assert not flush(30)
    probe.ledger.down = ""
    probe.flush()
    assert probe.ledger.sums()["reads"] == 1
    (report,) = probe.ledger.reports.values()
    assert dict(report.dropped) == {}


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

    process.start(ledger="other://", open_ledger=open_ledger)
    read("a")
    assert not flush(30)
    assert flush(30)
    assert attempts == ["other://"] * 2
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

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread at interpreter shutdown")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        read("a")
        assert flush(0)
    assert probe.ledger.thread("a").reads == 1


def test_old_rows_are_removed_now_and_then(probe: Probing) -> None:
    read("a")
    process.current().flusher._prune_at = float("-inf")
    probe.flush()
    probe.flush()
    (before,) = probe.ledger.pruned
    assert before == pytest.approx(probe.report.seen_at - KEEP_SECONDS, abs=60)


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
