"""What the index remembers of findings: since when, seen until when, mended when; on both kinds of index."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime

import pytest
from django.db import OperationalError, close_old_connections, connection

from inspector.doctor.finding import Evidence, Link, Verdict
from inspector.doctor.record import PATIENCE_MS, Diagnosis, ProblemCounts, Recorded, count_problems, load, record
from inspector.models import FindingEntry, StoreEntry
from tests.integration.doctor.made import DAY, GOOD, HOUR, MINUTE, NOW, SECOND, UNTOLD, bad, finding_of

Look = Callable[[Verdict, datetime], Recorded]


@pytest.fixture
def entry(either_index: str) -> StoreEntry:
    return StoreEntry.objects.create(name="store")


@pytest.fixture
def look(entry: StoreEntry) -> Iterator[Look]:
    """One rule is asked at some time; gives what is told of it then. What was loaded anew says the same."""

    def at(verdict: Verdict, when: datetime) -> Recorded:
        (told,) = record(entry, [finding_of("a", verdict)], when).recorded
        assert load(entry, when) == Diagnosis((told,), when)
        return told

    return at


def times(one: Recorded) -> tuple[datetime | None, datetime | None, datetime | None, str]:
    return one.since, one.seen_at, one.fixed_at, one.was


def test_a_problem_has_a_since_and_is_seen_again(look: Look) -> None:
    assert times(look(bad("web-1"), NOW)) == (NOW, NOW, None, "")
    assert times(look(bad("web-1"), NOW + HOUR)) == (NOW, NOW + HOUR, None, "")


def test_what_was_never_wrong_has_no_times(look: Look) -> None:
    assert times(look(GOOD, NOW)) == (None, None, None, "")
    assert times(look(UNTOLD, NOW + HOUR)) == (None, None, None, "")


def test_a_mended_problem_is_told_for_a_day(look: Look) -> None:
    look(bad("web-1", title="web-1 is wrong"), NOW)
    mended = NOW + HOUR
    assert times(look(GOOD, mended)) == (NOW, NOW, mended, "web-1 is wrong")
    assert times(look(GOOD, mended + DAY)) == (NOW, NOW, mended, "web-1 is wrong")
    assert times(look(GOOD, mended + DAY + SECOND)) == (None, None, None, "")


def test_a_problem_that_cannot_be_told_for_a_while_is_the_same_one_after(look: Look) -> None:
    look(bad("web-1", title="web-1 is wrong"), NOW)
    assert times(look(UNTOLD, NOW + HOUR)) == (NOW, NOW, None, "web-1 is wrong")
    assert times(look(UNTOLD, NOW + 2 * DAY)) == (None, None, None, "")
    assert times(look(bad("web-1"), NOW + 3 * DAY)) == (NOW, NOW + 3 * DAY, None, "")


def test_what_cannot_be_told_is_not_mended(look: Look) -> None:
    look(bad("web-1"), NOW)
    look(UNTOLD, NOW + HOUR)
    assert look(GOOD, NOW + 2 * HOUR).fixed_at == NOW + 2 * HOUR


def test_a_problem_that_comes_and_goes_is_one(look: Look) -> None:
    look(bad("web-1"), NOW)
    look(GOOD, NOW + MINUTE)
    assert times(look(bad("web-1"), NOW + 2 * MINUTE)) == (NOW, NOW + 2 * MINUTE, None, "")


def test_a_problem_that_is_back_much_later_is_a_new_one(look: Look) -> None:
    look(bad("web-1"), NOW)
    look(GOOD, NOW + HOUR)
    back = NOW + 2 * HOUR
    assert times(look(bad("web-1"), back)) == (back, back, None, "")


def test_mended_means_since_it_was_first_seen_so(look: Look) -> None:
    look(bad("web-1"), NOW)
    look(GOOD, NOW + HOUR)
    assert look(UNTOLD, NOW + 2 * HOUR).fixed_at == NOW + HOUR
    assert look(GOOD, NOW + 3 * HOUR).fixed_at == NOW + HOUR


@pytest.mark.parametrize("why", [{"muted": True}, {"explained_by": ("other",)}])
def test_what_is_muted_or_explained_is_not_called_mended(entry: StoreEntry, why: dict[str, object]) -> None:
    record(entry, [finding_of("a", bad("web-1"))], NOW)
    (told,) = record(entry, [finding_of("a", bad("web-1"), status="ok", **why)], NOW + HOUR).recorded
    assert times(told) == (None, None, None, "")


def test_all_that_a_finding_says_comes_back(entry: StoreEntry) -> None:
    lines = (
        Evidence("one", Link("thread", {"id": "a b"}), NOW),
        Evidence("two", Link("stores")),
        Evidence("three"),
    )
    finding = finding_of("a", bad("web-1", evidence=lines, thread_ids=("t 1", "t 2")), cause=True)
    record(entry, [finding], NOW)
    assert [one.finding for one in load(entry, NOW).recorded] == [finding]


def test_problems_are_counted(entry: StoreEntry) -> None:
    findings = [
        finding_of("a", bad("web-1")),
        finding_of("b", bad(), status="warning"),
        finding_of("c", UNTOLD),
        finding_of("d", GOOD),
    ]
    record(entry, findings, NOW)
    assert count_problems(entry) == ProblemCounts(1, 1)
    record(entry, [finding_of("a", GOOD)], NOW + HOUR)
    assert count_problems(entry).all == 0
    assert FindingEntry.objects.count() == 1


def test_rows_that_another_version_wrote_are_left_out_and_replaced(entry: StoreEntry) -> None:
    record(entry, [finding_of("a", bad("web-1")), finding_of("b", bad()), finding_of("c", GOOD)], NOW)
    FindingEntry.objects.filter(rule="a").update(finding={"rule": "a", "said": "otherwise"})
    odd = FindingEntry.objects.get(rule="b")
    odd.finding["status"] = "info"
    odd.save()
    assert [one.finding.rule for one in load(entry, NOW).recorded] == ["c"]
    told = record(entry, [finding_of("a", bad("web-1"))], NOW + HOUR).recorded
    assert [one.since for one in told] == [NOW]  # its times are columns, which every version has
    assert [one.finding.rule for one in load(entry, NOW).recorded] == ["a"]


def test_a_store_that_the_index_does_not_know_is_diagnosed_and_not_remembered(either_index: str) -> None:
    unknown_store = StoreEntry(pk=0, name="store")
    diagnosis = record(unknown_store, [finding_of("a", bad("web-1"))], NOW)
    assert [one.finding.rule for one in diagnosis.problems] == ["a"]
    assert not FindingEntry.objects.exists()


def test_a_look_that_began_earlier_and_ends_later_replaces_nothing(entry: StoreEntry) -> None:
    record(entry, [finding_of("a", bad("web-1"))], NOW + SECOND)
    record(entry, [finding_of("a", GOOD)], NOW)
    assert count_problems(entry).all == 1
    assert StoreEntry.objects.get().diagnosed_at == NOW + SECOND


def test_a_clock_that_ran_far_ahead_does_not_stop_the_others(entry: StoreEntry) -> None:
    record(entry, [finding_of("a", bad("web-1"))], NOW + DAY)
    record(entry, [finding_of("a", GOOD)], NOW)
    assert count_problems(entry).all == 0


def test_many_who_record_at_once_neither_lock_each_other_out_nor_write_twice(entry: StoreEntry) -> None:
    slugs = [f"rule-{number}" for number in range(30)]
    begin, failures = threading.Barrier(4), []

    def record_often(turn: int) -> None:
        own = StoreEntry.objects.get(pk=entry.pk)
        ordered = slugs if turn % 2 else slugs[::-1]  # as of two versions, whose rules come in another order
        try:
            begin.wait(30)
            for number in range(8):
                findings = [finding_of(slug, bad(f"web-{turn}") if (number + turn) % 2 else GOOD) for slug in ordered]
                record(own, findings, NOW + number * SECOND)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=record_often, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert failures == []
    assert sorted(FindingEntry.objects.values_list("rule", flat=True)) == sorted(slugs)
    assert StoreEntry.objects.get().diagnosed_at == NOW + 7 * SECOND


def test_what_is_found_while_the_index_is_locked_is_told_and_not_kept(
    index: str, caplog: pytest.LogCaptureFixture
) -> None:
    entry = StoreEntry.objects.create(name="store")
    record(entry, [finding_of("a", bad("web-1"))], NOW)
    connection.cursor().execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with caplog.at_level("ERROR", "inspector.doctor.record"):
            (told,) = record(entry, [finding_of("a", bad("web-1"))], NOW + HOUR).recorded
        other.execute("ROLLBACK")
    assert times(told) == (NOW, NOW + HOUR, None, "")
    held = load(StoreEntry.objects.get(), NOW + HOUR)
    assert (held.at, held.recorded[0].seen_at) == (NOW, NOW)


def test_a_locked_index_is_waited_for_briefly_and_for_the_usual_time_again_after_that(
    index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = StoreEntry.objects.create(name="store")
    usual, during = _patience(), []

    def write(*given: object) -> None:
        during.append(_patience())
        raise OperationalError("database is locked")

    monkeypatch.setattr("inspector.doctor.record._write", write)
    record(entry, [finding_of("a", GOOD)], NOW)
    assert during == [PATIENCE_MS]
    assert _patience() == usual > PATIENCE_MS


def _patience() -> int:
    """Milliseconds."""
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
