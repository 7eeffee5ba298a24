"""What every kind of ledger keeps to: what is written adds up, once, and is read as it was written."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from inspector.ledger.base import Changes, LedgerReader
from inspector.probe.ledger_schema import RECENT_READS, Ledger, Read, storable
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.kinds import put_report
from tests.integration.ledger.samples import batch, counts, reads, report

_LONG = "".join(random.Random(7).choices([chr(code) for code in range(33, 0x2FFF)], k=20_000))
ODD = ["", " ", _LONG, "a\x00b", "lone \ud800", "🙂 emoji", "line\nbreak", """'"`\\ %s {x} $1""", "error:x", "a:0"]


def test_a_ledger_nobody_wrote_to_is_empty_and_no_error(reader: LedgerReader) -> None:
    assert not reader.exists()
    assert reader.read_workers() == []
    assert not reader.read_changes("").thread_ids
    assert reader.read_counts(["a"]) == []
    assert reader.read_thread("a") == []


def test_what_is_written_is_read_as_it_was(writer: Ledger, reader: LedgerReader) -> None:
    worker = report("web-1", program="gunicorn", exceptions={"builtins.ValueError": 2}, dropped={"reads": 1})
    first = batch(
        worker,
        1,
        counts("a", at=10.5, reads=3, misses=1, checkpoints=2, writes=4, last_read_at=10.25, last_miss_at=10.125),
    )
    writer.write(first)

    assert reader.exists()
    assert reader.read_workers() == [first.report]
    (row,) = reader.read_counts(["a", "b"])
    assert (row.thread_id, row.worker_id, row.hostname, row.place) == ("a", worker.worker_id, "web-1", worker.places[0])
    assert (row.reads, row.misses, row.checkpoints, row.writes) == (3, 1, 2, 4)
    assert (row.first_at, row.last_at, row.last_read_at, row.last_miss_at) == (10.5, 10.5, 10.25, 10.125)
    assert (row.errors, row.recent) == ({}, ())


def test_batches_add_up(writer: Ledger, reader: LedgerReader) -> None:
    worker = report()
    writer.write(batch(worker, 1, counts("a", at=1.0, reads=1, misses=1, last_miss_at=1.0, errors={"E": 1, "F": 1})))
    writer.write(batch(worker, 2, counts("a", at=2.0, reads=2, last_read_at=2.0, errors={"E": 2}), counts("b", at=2.0)))
    writer.write(batch(worker, 3, counts("a", at=3.0, checkpoints=5, writes=7)))

    (row,) = reader.read_thread("a")
    assert (row.reads, row.misses, row.checkpoints, row.writes) == (3, 1, 5, 7)
    assert (row.first_at, row.last_at, row.last_read_at, row.last_miss_at) == (1.0, 3.0, 2.0, 1.0)
    assert row.errors == {"E": 3, "F": 1}
    assert sorted(row.thread_id for row in reader.read_counts(["a", "b"])) == ["a", "b"]


def test_a_batch_that_comes_again_counts_once_and_still_replaces_the_report(
    writer: Ledger, reader: LedgerReader, ledger_url: str, open_writer: OpenWriter
) -> None:
    sent = batch(report(), 1, counts("a", reads=3, errors={"E": 1}, recent=reads(1.0, 2.0)))
    writer.write(sent)
    newer = replace(sent, report=replace(sent.report, seen_at=sent.report.seen_at + 1, ended=True))
    writer.write(newer)
    open_writer(ledger_url).write(newer)

    (row,) = reader.read_thread("a")
    assert (row.reads, row.errors, row.recent) == (3, {"E": 1}, reads(1.0, 2.0))
    assert reader.read_workers() == [newer.report]
    writer.write(batch(newer.report, 2, counts("a", reads=1)))
    assert reader.read_thread("a")[0].reads == 4


def test_an_old_batch_that_comes_late_adds_nothing(writer: Ledger, reader: LedgerReader) -> None:
    worker = report()
    for number in (1, 2, 1):
        writer.write(batch(worker, number, counts("a", reads=1)))

    assert reader.read_thread("a")[0].reads == 2


def test_one_batch_may_name_a_thread_and_place_twice(writer: Ledger, reader: LedgerReader) -> None:
    twice = [counts("a\x00", at=at, reads=1, recent=reads(at), errors={"E": 1}) for at in (2.0, 1.0)]
    writer.write(batch(report(), 1, *twice, counts("a\ufffd", at=3.0, reads=1)))

    (row,) = reader.read_thread("a\x00")
    assert (row.reads, row.first_at, row.last_at, row.errors) == (3, 1.0, 3.0, {"E": 2})


def test_workers_and_places_are_counted_apart(writer: Ledger, reader: LedgerReader) -> None:
    one, two = report("web-1"), report("web-2")
    writer.write(batch(one, 1, counts("a", reads=1, at=3.0), counts("a", slot=1, reads=2, at=2.0, errors={"E": 1})))
    writer.write(batch(two, 1, counts("a", reads=4, at=1.0)))

    rows = reader.read_thread("a")
    assert {(row.hostname, row.place and row.place.slot, row.reads) for row in rows} == {
        ("web-1", 0, 1),
        ("web-1", 1, 2),
        ("web-2", 0, 4),
    }
    assert [row.reads for row in rows if row.errors] == [2]


def test_the_newest_reads_are_kept_in_order(writer: Ledger, reader: LedgerReader) -> None:
    worker, ats = report(), [float(at) for at in range(3 * RECENT_READS)]
    writer.write(batch(worker, 1, counts("a", recent=reads(*ats[:5]))))
    assert reader.read_thread("a")[0].recent == reads(*ats[:5])
    writer.write(batch(worker, 2, counts("a", reads=1)))
    writer.write(batch(worker, 3, counts("a", recent=(*reads(*ats[5:-1]), Read(ats[-1], "")))))

    (row,) = reader.read_thread("a")
    assert row.recent == (*reads(*ats[-RECENT_READS:-1]), Read(ats[-1], ""))
    assert reader.read_counts(["a"])[0].recent == ()


@pytest.mark.parametrize("thread_id", ODD, ids=range(len(ODD)))
def test_any_thread_id_leads_back_to_its_counts(thread_id: str, writer: Ledger, reader: LedgerReader) -> None:
    writer.write(batch(report(hostname=thread_id[:50]), 1, counts(thread_id, reads=1, errors={thread_id[:50]: 2})))

    (told,) = reader.read_changes("").thread_ids
    assert told == storable(thread_id)
    (row,) = reader.read_thread(told)
    assert row.errors == {storable(thread_id[:50]): 2}
    assert [row.thread_id for row in reader.read_counts([thread_id])] == [thread_id]


def test_workers_come_newest_first_and_no_more_than_asked_for(writer: Ledger, reader: LedgerReader) -> None:
    workers = [report(hostname, seen_at=at) for hostname, at in (("old", 100.0), ("new", 300.0), ("middle", 200.0))]
    for worker in workers:
        writer.write(batch(worker, 1))

    assert [worker.hostname for worker in reader.read_workers()] == ["new", "middle", "old"]
    assert [worker.hostname for worker in reader.read_workers(limit=2)] == ["new", "middle"]


@pytest.mark.parametrize("text", ["{}", "[]", "7", '{"version": 99}', '{"version": 1, "hostname": {}}', "null"])
def test_a_report_that_no_probe_wrote_is_left_out(
    text: str, writer: Ledger, reader: LedgerReader, ledger_url: str
) -> None:
    good, bad = report("good"), report("bad")
    writer.write(batch(good, 1))
    writer.write(batch(bad, 1, counts("a", reads=1)))
    put_report(ledger_url, bad.worker_id, text)

    assert [worker.hostname for worker in reader.read_workers()] == ["good"]
    (row,) = reader.read_thread("a")
    assert (row.hostname, row.place, row.reads) == ("bad", None, 1)


def test_pruning_removes_what_nothing_was_added_to_and_nothing_else(writer: Ledger, reader: LedgerReader) -> None:
    gone, kept = report("gone", seen_at=100.0), report("kept")
    writer.write(batch(gone, 1, counts("old", reads=1, errors={"E": 1}, recent=reads(1.0))))
    writer.write(batch(kept, 1, counts("touched", reads=1)))
    before = time.time()
    writer.write(batch(kept, 2, counts("touched", reads=1, errors={"E": 1}), counts("new", reads=1)))
    writer.prune(before)

    assert [worker.hostname for worker in reader.read_workers()] == ["kept"]
    assert reader.read_thread("old") == []
    assert sorted((row.thread_id, row.reads) for row in reader.read_counts(["old", "touched", "new"])) == [
        ("new", 1),
        ("touched", 2),
    ]
    assert sorted(reader.read_changes("").thread_ids) == ["new", "touched"]
    writer.write(batch(gone, 2, counts("old", reads=1)))
    (row,) = reader.read_thread("old")
    assert (row.reads, row.errors, row.recent) == (1, {}, ())


def test_pruning_an_empty_ledger_is_no_error(writer: Ledger, reader: LedgerReader) -> None:
    writer.prune(time.time())
    assert not reader.exists()


def test_two_readers_of_one_ledger_see_the_same(
    writer: Ledger, reader: LedgerReader, ledger_url: str, open_reader: OpenReader
) -> None:
    writer.write(batch(report(), 1, counts("a", reads=1)))

    other = open_reader(ledger_url)
    assert other.read_thread("a") == reader.read_thread("a")
    assert isinstance(other.read_changes(""), Changes)
    assert other.safe_url == reader.safe_url
