"""Following what is added to a ledger: in pages, in order, and with nothing left out."""

from __future__ import annotations

import time

import psycopg
import pytest

from inspector.ledger.base import LedgerReader
from inspector.ledger.position import LOOK_BACK, Change, Position
from inspector.probe.ledger_schema import COUNTS_TABLE, Ledger
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.kinds import change_all_at_once
from tests.integration.ledger.samples import batch, counts, report
from tests.redis_server import RedisServer

MANY = [f"thread-{number:04}" for number in range(1_500)]


def pages(reader: LedgerReader, after: str = "", limit: int = 100) -> tuple[list[tuple[str, ...]], str]:
    found, more = [], True
    while more:
        changes = reader.read_changes(after, limit)
        found.append(changes.thread_ids)
        after, more = changes.after, changes.more
    return found, after


def test_changes_come_in_pages_oldest_first_and_end(writer: Ledger, reader: LedgerReader) -> None:
    worker = report()
    for number, name in enumerate("edcba", 1):
        writer.write(batch(worker, number, counts(name, reads=1)))

    assert pages(reader, limit=2)[0] == [("e", "d"), ("c", "b"), ("a",)]
    assert pages(reader, limit=5)[0] == [("e", "d", "c", "b", "a")]


def test_thousands_of_changes_of_one_moment_are_all_named(
    writer: Ledger, reader: LedgerReader, ledger_url: str
) -> None:
    writer.write(batch(report(), 1, *(counts(name, reads=1) for name in MANY)))
    change_all_at_once(ledger_url, time.time() - 3_600)

    found, after = pages(reader)
    assert sorted(name for page in found for name in page) == MANY
    assert {len(page) for page in found} == {100}
    assert reader.read_changes(after).thread_ids == ()


def test_what_is_long_past_is_not_named_again(writer: Ledger, reader: LedgerReader, ledger_url: str) -> None:
    worker = report()
    writer.write(batch(worker, 1, counts("old", reads=1)))
    change_all_at_once(ledger_url, time.time() - 3_600)
    _, after = pages(reader)
    writer.write(batch(worker, 2, counts("new", reads=1)))

    assert pages(reader, after)[0] == [("new",)]
    assert pages(reader)[0] == [("old", "new")]


def test_a_thread_changed_in_the_middle_of_a_scan_is_named_at_its_end(writer: Ledger, reader: LedgerReader) -> None:
    worker = report()
    writer.write(batch(worker, 1, *(counts(name, reads=1) for name in "abcdef")))
    first = reader.read_changes("", limit=3)
    writer.write(batch(worker, 2, counts(first.thread_ids[0], reads=1)))

    rest, _ = pages(reader, first.after)
    assert rest[-1][-1] == first.thread_ids[0]


@pytest.mark.parametrize("after", ["nonsense", "-5", "1 2", "x y z", "9" * 30, "\x00"])
def test_a_place_that_no_ledger_gave_out_begins_anew(after: str, writer: Ledger, reader: LedgerReader) -> None:
    writer.write(batch(report(), 1, counts("a", reads=1)))

    assert pages(reader, after)[0] == [("a",)]


def test_an_addition_that_was_under_way_is_named_once_it_is_there(
    database: str, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer, reader, worker = open_writer(database), open_reader(database), report()
    writer.write(batch(worker, 1, counts("slow", reads=1), counts("quick", reads=1)))
    change_all_at_once(database, time.time() - 3_600)
    _, after = pages(reader)
    with psycopg.connect(database) as connection:
        connection.execute(f"update {COUNTS_TABLE} set updated_at = clock_timestamp() where thread_id = 'slow'")
        writer.write(batch(worker, 2, counts("other", reads=1)))
        found, after = pages(reader, after)
        assert found == [("other",)]

    assert "slow" in pages(reader, after)[0][0]


def test_a_redis_transaction_that_came_late_is_named_when_it_is_sent_again(
    redis_server: RedisServer, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    """However late it was, its writer did not hear of it, so it sends the batch again."""
    url = redis_server.create_database()
    writer, reader = open_writer(url), open_reader(url)
    sent = batch(report(), 1, counts("late", reads=1))
    writer.write(sent)
    change_all_at_once(url, time.time() - 3_600)
    after = str(int(time.time() * 1e6))
    assert reader.read_changes(after).thread_ids == ()
    writer.write(sent)

    assert reader.read_changes(after).thread_ids == ("late",)
    assert reader.read_thread("late")[0].reads == 1


def test_a_scan_goes_on_before_the_moment_it_began_at() -> None:
    """Whatever its first page could not see was committed after that, and a page may take long."""
    began = Position.parse("", 100 * LOOK_BACK)
    first = began.page([Change(at, f"k{at}", f"t{at}") for at in (1, 2, 3)], 2)
    assert (first.thread_ids, first.more) == (("t1", "t2"), True)
    resumed = Position.parse(first.after, 200 * LOOK_BACK)
    assert (resumed.at, resumed.key) == (2, "k2")
    last = resumed.page([Change(3, "k3", "t3")], 2)
    assert not last.more
    again = Position.parse(last.after, 300 * LOOK_BACK)
    assert (again.at, again.key) == (99 * LOOK_BACK, "")


def test_a_clock_that_was_set_back_begins_anew() -> None:
    end = Position.parse("", 100 * LOOK_BACK).page([], 1).after

    assert Position.parse(end, 100 * LOOK_BACK - LOOK_BACK // 2).at == 99 * LOOK_BACK
    assert Position.parse(end, 50 * LOOK_BACK).at == 0
