"""What counts as work of a store, by a clock of the test's own."""

from __future__ import annotations

from contextlib import suppress

import pytest

from inspector.stores import work
from inspector.stores.work import Steady, Work, asking, measured


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(work, "time", clock)
    return clock


def answer(clock: Clock, seconds: float, *, remote: bool = True) -> None:
    with asking(remote=remote):
        clock.now += seconds


def test_the_way_is_no_work(clock: Clock) -> None:
    with measured(Work()) as spent:
        answer(clock, 0.3)
        answer(clock, 0.3)
        answer(clock, 1.3)
    assert spent.seconds == pytest.approx(1.0)


def test_what_is_here_has_no_way(clock: Clock) -> None:
    with measured(Work()) as spent:
        answer(clock, 0.3, remote=False)
    assert spent.seconds == pytest.approx(0.3)


def test_what_happens_between_two_answers_is_no_work(clock: Clock) -> None:
    with measured(Work()) as spent:
        clock.now += 60
    assert not spent.seconds


def test_an_answer_that_fails_took_its_time_too(clock: Clock) -> None:
    with measured(Work()) as spent:
        answer(clock, 0.1)
        with suppress(RuntimeError), asking():
            clock.now += 2.1
            raise RuntimeError
    assert spent.seconds == pytest.approx(2.0)


def test_a_part_counts_for_itself_and_in_the_whole(clock: Clock) -> None:
    with measured(Work()) as whole:
        answer(clock, 0.1)
        with measured(Work()) as part:
            answer(clock, 0.2)
            answer(clock, 1.2)
        answer(clock, 0.1)
    assert part.seconds == pytest.approx(1.0)
    assert whole.seconds == pytest.approx(1.2)


def test_a_pass_that_was_held_up_once_counts_as_the_one_before_it() -> None:
    steady = Steady()
    assert [steady.part(seconds) for seconds in (3.0, 3.0, 60.0, 3.0)] == [3.0, 3.0, 3.0, 3.0]


def test_work_that_stays_counts_whole() -> None:
    steady = Steady()
    assert [steady.part(seconds) for seconds in (1.0, 60.0, 60.0)] == [1.0, 1.0, 60.0]
