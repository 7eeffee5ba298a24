"""What every kind of ledger keeps to: what is written adds up, once, and is read as it was written."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest

from inspector.ledger.base import Changes, Counts, LedgerReader
from inspector.probe.ledger_schema import RECENT_READS, Ledger, Read, storable
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.kinds import put_report
from tests.integration.ledger.samples import batch, counts, reads, report

_LONG = "".join(random.Random(7).choices([chr(code) for code in range(33, 0x2FFF)], k=20_000))
ODD = ["", " ", _LONG, "a\x00b", "lone \ud800", "🙂 emoji", "line\nbreak", """'"`\\ %s {x} $1""", "error:x", "a:0"]


def test_a_ledger_nobody_wrote_to_is_empty_and_no_error(reader: LedgerReader) -> None:
    assert not reader.exists()
    assert reader.read_workers().reports == []
    assert not reader.read_changes("").thread_ids
    assert reader.read_counts(["a"]) == Counts()
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
    assert reader.read_workers().reports == [first.report]
    (row,) = reader.read_counts(["a", "b"]).rows
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
    assert sorted(row.thread_id for row in reader.read_counts(["a", "b"]).rows) == ["a", "b"]


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
    assert reader.read_workers().reports == [newer.report]
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
    assert reader.read_counts(["a"]).rows[0].recent == ()


@pytest.mark.parametrize("thread_id", ODD, ids=range(len(ODD)))
def test_any_thread_id_leads_back_to_its_counts(thread_id: str, writer: Ledger, reader: LedgerReader) -> None:
    writer.write(batch(report(hostname=thread_id[:50]), 1, counts(thread_id, reads=1, errors={thread_id[:50]: 2})))

    (told,) = reader.read_changes("").thread_ids
    assert told == storable(thread_id)
    (row,) = reader.read_thread(told)
    assert row.errors == {storable(thread_id[:50]): 2}
    assert [row.thread_id for row in reader.read_counts([thread_id]).rows] == [thread_id]


def test_workers_come_newest_first_by_the_ledgers_clock_and_no_more_than_asked_for(
    writer: Ledger, reader: LedgerReader
) -> None:
    """A worker's own clock may go wrong by days, and says nothing of when it was heard of."""
    old, middle, new = report("old", seen_at=9e9), report("middle", seen_at=200.0), report("new", seen_at=100.0)
    for worker in (old, middle, new):
        writer.write(batch(worker, 1))

    found = reader.read_workers()
    assert [one.report.hostname for one in found.heard] == ["new", "middle", "old"]
    assert not found.more
    agos = [one.ago for one in found.heard]
    assert 0.0 <= agos[0] < agos[1] < agos[2] < 600.0
    two = reader.read_workers(limit=2)
    assert ([worker.hostname for worker in two.reports], two.more) == (["new", "middle"], True)
    assert not reader.read_workers(limit=3).more


def test_a_worker_is_heard_of_with_every_batch_also_one_that_comes_again(writer: Ledger, reader: LedgerReader) -> None:
    one, two = report("one"), report("two")
    for number, worker in ((1, one), (1, two), (1, one)):
        writer.write(batch(worker, number))
    assert [worker.hostname for worker in reader.read_workers().reports] == ["one", "two"]
    writer.write(batch(two, 2))
    assert [worker.hostname for worker in reader.read_workers().reports] == ["two", "one"]


def test_threads_that_were_not_read_whole_are_named(
    writer: Ledger, reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = sys.modules[type(reader).__module__]
    monkeypatch.setattr(kind, "COUNT_ROWS", 4)
    monkeypatch.setattr(kind, "ROWS", 7)
    threads = {"a": 3, "b": 4, "c": 5, "d": 1}
    for number in range(5):
        names = [name for name, workers in threads.items() if workers > number]
        writer.write(batch(report(), 1, *(counts(name, reads=1) for name in names)))

    def told(*asked: str) -> tuple[dict[str, int], set[str]]:
        found = reader.read_counts(asked)
        assert len(found.rows) <= 7
        return dict(Counter(row.thread_id for row in found.rows)), set(found.cut)

    assert told("a", "b") == ({"a": 3, "b": 4}, set())
    assert told("c") == ({"c": 4}, {"c"})
    assert told("d", "c") == ({"c": 4, "d": 1}, {"c"})
    assert told("a", "none") == ({"a": 3}, set())
    rows, cut = told("a", "b", "c", "d")
    assert cut > {"c"}
    assert {name: rows.get(name) for name in threads.keys() - cut} == {
        name: threads[name] for name in threads.keys() - cut
    }


def test_hosts_have_the_same_name_in_every_read_however_long(writer: Ledger, reader: LedgerReader) -> None:
    writer.write(batch(report("h" * 5_000), 1, counts("a", reads=1)))
    assert [worker.hostname for worker in reader.read_workers().reports] == ["h" * 255]
    assert [row.hostname for row in (*reader.read_counts(["a"]).rows, *reader.read_thread("a"))] == ["h" * 255] * 2


@pytest.mark.parametrize("text", ["{}", "[]", "7", '{"version": 99}', '{"version": 1, "hostname": {}}', "null"])
def test_a_report_that_no_probe_wrote_is_left_out(
    text: str, writer: Ledger, reader: LedgerReader, ledger_url: str
) -> None:
    good, bad = report("good"), report("bad")
    writer.write(batch(good, 1))
    writer.write(batch(bad, 1, counts("a", reads=1)))
    put_report(ledger_url, bad.worker_id, text)

    assert [worker.hostname for worker in reader.read_workers().reports] == ["good"]
    (row,) = reader.read_thread("a")
    assert (row.hostname, row.place, row.reads) == ("bad", None, 1)


def test_pruning_removes_what_nothing_was_added_to_and_nothing_else(writer: Ledger, reader: LedgerReader) -> None:
    gone, kept = report("gone", seen_at=100.0), report("kept")
    writer.write(batch(gone, 1, counts("old", reads=1, errors={"E": 1}, recent=reads(1.0))))
    writer.write(batch(kept, 1, counts("touched", reads=1)))
    before = time.time()
    writer.write(batch(kept, 2, counts("touched", reads=1, errors={"E": 1}), counts("new", reads=1)))
    writer.prune(before)

    assert [worker.hostname for worker in reader.read_workers().reports] == ["kept"]
    assert reader.read_thread("old") == []
    assert sorted((row.thread_id, row.reads) for row in reader.read_counts(["old", "touched", "new"]).rows) == [
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
