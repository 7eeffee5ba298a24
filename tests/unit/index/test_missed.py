"""Which threads count as asked for in vain. That the database says the same is proved beside the other flags."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inspector.index.entries import UNSTORED
from inspector.index.missed import NOTHING, has_missed, rank_missed, tell
from inspector.index.workers import own, sum_up
from inspector.ledger.base import Counted
from inspector.models import UNKNOWN_TIME, ThreadEntry
from inspector.probe.ledger_schema import Place

STORED_AT = 1_000.0
LONG_AFTER = datetime(2026, 11, 22, tzinfo=UTC)
HERE = Place(0, "PostgresSaver", "postgres", ("here",), "here")
MEMORY = Place(1, "InMemorySaver", "memory", ("memory:1",), "this process's memory")


def _counted(place: Place, *, at: float, reads: int, misses: int, missed_at: float | None, put: int = 0) -> Counted:
    last = missed_at or at
    return Counted("one", "1", "web-1", place, reads, misses, put, 0, at, last, last, missed_at)


#: A new thread's first read, and the checkpoints that its process put after it.
FIRST = _counted(HERE, at=STORED_AT - 1, reads=1, misses=1, missed_at=STORED_AT - 1, put=3)
AWAY = replace(FIRST, place=MEMORY, worker_id="2", hostname="web-4")
LATER = _counted(HERE, at=STORED_AT + 9, reads=1, misses=1, missed_at=STORED_AT + 9)
SOON = _counted(HERE, at=STORED_AT - 0.5, reads=1, misses=1, missed_at=STORED_AT - 0.5)


def _entry(*rows: Counted, stored: bool = True, random_id: bool = False, first_at: float = STORED_AT) -> ThreadEntry:
    sums = sum_up(own(rows, {"here"}, set()))
    values = UNSTORED if not stored else {"state": "complete", "random_id": random_id}
    first = datetime.fromtimestamp(first_at, UTC) if stored else sums.first_at
    entry = ThreadEntry(**values, first_at=first, last_at=sums.last_at)
    tell(entry, sums)
    return entry


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(_entry(FIRST), id="one turn, its only read the first one"),
        pytest.param(_entry(replace(FIRST, reads=4)), id="found ever after"),
        pytest.param(_entry(replace(FIRST, misses=0, last_miss_at=None)), id="always found"),
        pytest.param(_entry(replace(FIRST, reads=4), first_at=0.0), id="found, and its beginning is not known"),
        pytest.param(_entry(AWAY, stored=False), id="one turn in a worker's memory"),
        pytest.param(_entry(replace(AWAY, reads=5), stored=False), id="found in a worker's memory ever after"),
    ],
)
def test_the_first_read_of_a_new_thread_is_no_fault(entry: ThreadEntry) -> None:
    assert not has_missed(entry, LONG_AFTER)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(_entry(replace(FIRST, reads=9), LATER), id="missed after the first checkpoint"),
        pytest.param(_entry(replace(FIRST, reads=2, misses=2)), id="several reads and none found it"),
        pytest.param(_entry(replace(AWAY, reads=5), SOON), id="asked for after another put it elsewhere"),
        pytest.param(_entry(replace(AWAY, reads=5), SOON, stored=False), id="the same, and stored nowhere else"),
        pytest.param(_entry(replace(FIRST, reads=5), LATER, stored=False), id="asked for after it was deleted"),
    ],
)
def test_reads_that_should_have_found_something_are_told_at_once(entry: ThreadEntry) -> None:
    assert has_missed(entry, entry.last_at)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(_entry(FIRST, random_id=True), id="a random id whose only read missed"),
        pytest.param(_entry(replace(FIRST, reads=2, misses=2), random_id=True), id="a random id that was never found"),
        pytest.param(_entry(SOON, stored=False), id="asked for once, and nobody wrote"),
    ],
)
def test_what_a_new_conversation_looks_like_is_told_when_nothing_came_of_it(entry: ThreadEntry) -> None:
    """The ids of new conversations are random, too, and a run may write its checkpoints only when it ends."""
    assert not has_missed(entry, entry.last_at)
    assert has_missed(entry, entry.last_at + timedelta(microseconds=1))


def test_an_unknown_beginning_makes_no_miss_late() -> None:
    entry = _entry(replace(FIRST, reads=2))
    entry.first_at = UNKNOWN_TIME
    assert rank_missed(entry) == NOTHING
