"""The newest threads of a host, young ones among them."""

from __future__ import annotations

import math
import random
from itertools import product
from statistics import mean

import pytest

from inspector.alerts.chance import at_most, chance_of_few
from inspector.alerts.window import window_of
from tests.unit.alerts.made import NOW, drawn, thread, window


def test_a_window_is_full_when_its_threads_tell_as_much_as_so_many_old_ones() -> None:
    threads = [thread(number) for number in range(100)]
    assert len(window_of(threads, lambda _: 0.5, 20).threads) == 40
    assert window_of(threads, lambda _: 0.5, 20).decided == 20


def test_threads_that_tell_nothing_and_old_ones_that_were_judged_are_left_out() -> None:
    threads = [thread(number) for number in range(100)]
    found = window_of(threads, lambda one: 0.0 if one.thread_id == "thread-3" else 1.0, 50, after=threads[10].first_at)
    assert [one.thread_id for one in found.threads] == [f"thread-{number}" for number in range(10) if number != 3]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_young_threads_do_not_make_the_share_seem_larger_or_smaller(share: float) -> None:
    dice = random.Random(3)
    weights = [dice.random() for _ in range(60)]
    assert mean(drawn(dice, share, weights).share for _ in range(3_000)) == pytest.approx(share, abs=0.03)


def test_the_chance_is_the_one_of_all_cases_counted() -> None:
    chances = [0.1, 0.5, 0.7, 0.9]
    expected = sum(
        math.prod(chance if went else 1 - chance for chance, went in zip(chances, case, strict=True))
        for case in product([True, False], repeat=4)
        if sum(case) <= 2
    )
    assert chance_of_few(2, chances) == pytest.approx(expected)
    assert chance_of_few(4, chances) == pytest.approx(1)
    assert chance_of_few(0, []) == 1


def test_few_threads_leave_room_for_a_larger_share() -> None:
    assert at_most(0, 50) == pytest.approx(0.074, abs=0.002)
    assert at_most(200, 1_000) == pytest.approx(0.227, abs=0.002)
    assert at_most(5, 5) == pytest.approx(1)
    assert at_most(0, 0) == 1


def test_it_counts_from_where_threads_are_left_one_after_the_other() -> None:
    """Fifteen, and before these three in ten, as always."""
    before = [thread(number, went_on=number % 10 not in (1, 4, 7)) for number in range(15, 40)]
    threads = [*(thread(number) for number in range(15)), *before]
    found = window_of(threads, lambda _: 1.0, 40)
    assert found.since(0.3) == threads[14].first_at


def test_nothing_is_left_where_more_went_on_than_were_expected_to() -> None:
    found = window_of([thread(number, went_on=True, ago=60) for number in range(30)], lambda _: 0.1, 40)
    assert found.left == 0
    assert found.share == 0


def test_orphans_are_those_that_nobody_went_on_with() -> None:
    assert len(window(3, 2).orphans) == 3
    assert window(3, 2).orphans[0].first_at == NOW
