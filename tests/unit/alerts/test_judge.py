"""When an alert begins and when it ends, by figures alone."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from inspector.alerts.expected import Expected
from inspector.alerts.judge import CHANCE, Limits, Silence, fires, is_fixed, is_quiet, others_now
from inspector.alerts.window import Window
from tests.unit.alerts.made import drawn, window

LIMITS = Limits()
USUAL = Expected(0.2, "host")


def test_a_host_that_leaves_all_of_its_threads_fires() -> None:
    assert fires(window(20, 0), USUAL, LIMITS)


@pytest.mark.parametrize(
    ("left", "gone", "expected"),
    [
        (19, 0, 0.2),  # too few
        (19, 21, 0.05),  # less than half
        (38, 2, 0.75),  # hardly more than usual
        (13, 7, 0.35),  # as may happen by chance
    ],
)
def test_whatever_is_not_sure_does_not_fire(left: int, gone: int, expected: float) -> None:
    assert not fires(window(left, gone), Expected(expected, "host"), LIMITS)


def test_each_limit_is_the_one_that_is_set() -> None:
    found = window(30, 10)
    assert fires(found, USUAL, Limits(share=0.75, rise=0.55, threads=40))
    assert not fires(found, USUAL, Limits(share=0.76, rise=0.55, threads=40))
    assert not fires(found, USUAL, Limits(share=0.75, rise=0.56, threads=40))
    assert not fires(found, USUAL, Limits(share=0.75, rise=0.55, threads=41))


def test_without_any_past_the_share_has_to_be_surely_above_the_limit() -> None:
    nothing = Expected()
    assert fires(window(40, 0), nothing, LIMITS)
    assert not fires(window(26, 14), nothing, LIMITS)
    assert not fires(window(20, 0), nothing, LIMITS)  # one in a million


@pytest.mark.parametrize(
    ("expected", "threads"), [(0.2, 20), (0.44, 20), (0.5, 24), (0.58, 30), (0.66, 40), (0.74, 80)]
)
def test_the_more_are_left_on_good_days_the_more_threads_it_takes(expected: float, threads: int) -> None:
    usual = Expected(expected, "host")
    assert min(size for size in LIMITS.sizes if fires(window(int(size), 0), usual, LIMITS)) == threads


def test_no_window_is_smaller_than_the_one_that_is_set() -> None:
    assert Limits(threads=5).sizes == (5, 24, 30, 40, 80)
    assert Limits(threads=35).sizes == (35, 40, 80)
    assert Limits(threads=100).sizes == (100,)


def test_what_hosts_that_forget_took_from_others_is_not_held_against_these() -> None:
    """Half of all turns go to a host that forgets: so every second conversation of two turns is cut."""
    cut = window(46, 34)
    assert fires(cut, Expected(0.1, "host"), LIMITS)
    assert not fires(cut, Expected(0.1, "host"), LIMITS, harm=0.5)
    assert fires(window(40, 0), Expected(0.1, "host"), LIMITS, harm=0.5)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("weight", [0.3, 1.0])
def test_no_window_of_a_sound_host_fires(share: float, weight: float) -> None:
    dice = random.Random(7)
    windows = [drawn(dice, share, [weight] * 70) for _ in range(2_000)]
    assert not any(fires(one, Expected(share, "host"), LIMITS) for one in windows)


def test_young_threads_of_which_none_goes_on_fire_as_soon_as_they_are_enough() -> None:
    """Each tells half as much as an old one, so twice as many are needed, and these are few enough."""
    assert not fires(drawn(random.Random(1), 1.0, [0.5] * 39), USUAL, LIMITS)
    assert fires(drawn(random.Random(1), 1.0, [0.5] * 40), USUAL, LIMITS)


def test_the_chance_of_what_fires_is_below_the_limit() -> None:
    assert window(20, 0).chance(0.44) < CHANCE < window(20, 0).chance(0.45)


def test_an_alert_ends_when_a_full_window_is_sound() -> None:
    assert is_fixed(window(10, 30), 0.2, LIMITS, fired_with=0.2)
    assert not is_fixed(window(9, 30), 0.2, LIMITS, fired_with=0.2)


@pytest.mark.parametrize("left", range(14, 19))
def test_between_beginning_and_end_nothing_happens(left: int) -> None:
    found = window(left, 40 - left)
    assert not fires(found, USUAL, LIMITS)
    assert not is_fixed(found, 0.2, LIMITS, fired_with=0.2)


def test_what_is_usual_at_this_hour_ends_an_alert_as_well() -> None:
    assert not is_fixed(window(20, 20), 0.2, LIMITS, fired_with=0.2)
    assert is_fixed(window(20, 20), 0.4, LIMITS, fired_with=0.2)


@pytest.mark.parametrize(
    ("hours", "others", "part", "quiet"),
    [
        (0.2, 10_000, 0.5, False),  # a restart
        (0.3, 40, 0.5, True),  # its half of the traffic went to somebody else
        (0.3, 40, 0.1, False),
        (3.0, 0, 0.5, False),  # nobody begins anything
        (5.9, 25, 0.01, False),
        (6.1, 25, 0.01, True),
        (23.0, 0, 1.0, False),  # a night
        (24.1, 0, 1.0, True),
    ],
)
def test_a_host_is_gone_when_the_others_say_so(hours: float, others: int, part: float, quiet: bool) -> None:
    assert is_quiet(Silence(timedelta(hours=hours), others, part)) == quiet


def test_other_hosts_count_where_they_are_enough() -> None:
    assert others_now([window(2, 8), window(1, 4)]) is None
    found = others_now([window(8, 32), window(8, 32), Window()])
    assert found is not None
    assert found.basis == "others"
    assert 0.2 < found.share < 0.32
