"""How soon threads go on, learnt from those that did and those that did not yet."""

from __future__ import annotations

import math
import random

import pytest

from inspector.doctor.evidence.pace import FEW, Pace, guess


def test_the_estimate_is_the_one_of_kaplan_and_meier() -> None:
    """Six events and two threads that were looked at before theirs: by hand."""
    pace = Pace.learn([1, 2, 2, 4, 5, 6], [3, 5.5])
    assert pace is not None
    shares = {age: pace.share(age) for age in (0.5, 1, 2, 3.9, 4, 5, 7)}
    survival = {0.5: 1.0, 1: 7 / 8, 2: 5 / 8, 3.9: 5 / 8, 4: 5 / 8 * 3 / 4, 5: 5 / 8 * 3 / 4 * 2 / 3, 7: 0.0}
    assert shares == pytest.approx({age: 1 - left for age, left in survival.items()})


def test_a_thread_looked_at_when_another_went_on_was_at_risk() -> None:
    pace = Pace.learn([10.0] * 5, [10.0] * 5)
    assert pace is not None
    assert pace.share(10) == pytest.approx(0.5)


@pytest.mark.parametrize("share", [0.4, 0.8, 0.98])
def test_young_threads_do_not_make_it_seem_that_few_go_on(share: float) -> None:
    """Most threads are looked at before their second turn comes; the share at a given age is right all the same."""
    dice = random.Random(1)
    gaps, idle = [], []
    for _ in range(4_000):
        age, gap = dice.uniform(0, 100), dice.expovariate(1 / 40) if dice.random() < share else math.inf
        if gap <= age:
            gaps.append(gap)
        else:
            idle.append(age)
    pace = Pace.learn(gaps, idle)
    assert pace is not None
    assert pace.share(50) == pytest.approx(share * (1 - math.exp(-50 / 40)), abs=0.04)
    assert pace.cautious(50) < pace.share(50)


def test_the_cautious_share_never_falls_with_age() -> None:
    dice = random.Random(2)
    pace = Pace.learn([dice.expovariate(0.1) for _ in range(30)], [dice.uniform(0, 40) for _ in range(60)])
    assert pace is not None
    cautious = [pace.cautious(age) for age in range(60)]
    assert cautious == sorted(cautious)


def test_of_few_threads_nothing_is_learnt() -> None:
    assert Pace.learn([1.0] * (FEW - 1), [1.0] * 1_000) is None


def test_a_guess_is_slow_and_knows_no_thread_of_the_future() -> None:
    assert guess(0) == guess(-5) == 0
    assert guess(600) == pytest.approx(0.075)
    assert guess(10_000_000) == pytest.approx(0.15, abs=0.001)
    assert Pace().share(600) == guess(600)


def test_the_surprise_is_the_chance_of_that_many_in_a_row() -> None:
    pace = Pace.learn([1.0] * 50, [2.0] * 50)
    assert pace is not None
    least = pace.cautious(3)
    assert 0.35 < least < 0.5
    assert pace.surprise([3.0] * 10) == pytest.approx(-10 * math.log(1 - least))
    assert pace.expected([3.0] * 10 + [0.5]) == pytest.approx(5)
