"""When a message is tried again, and when it is given up."""

from __future__ import annotations

from inspector.alerts.backoff import ATTEMPTS, PAUSES, REFUSALS, pause_after


def test_pauses_grow_to_an_hour_and_stay_there() -> None:
    for attempts, meant in [(1, 5), (2, 30), (3, 120), (4, 600), (5, 3600), (6, 3600), (ATTEMPTS - 1, 3600)]:
        pause = pause_after(attempts)
        assert pause is not None
        assert 0.8 * meant <= pause <= 1.2 * meant


def test_two_that_fail_together_do_not_come_back_together() -> None:
    assert len({pause_after(1) for _ in range(20)}) > 1


def test_it_is_given_up_after_about_a_day() -> None:
    assert pause_after(ATTEMPTS) is None
    quick = len(PAUSES) - 1
    assert 23 * 3600 < sum(PAUSES[:quick]) + (ATTEMPTS - quick - 1) * PAUSES[-1] < 25 * 3600


def test_a_refusal_is_given_up_sooner() -> None:
    assert pause_after(REFUSALS - 1, lasting=True) is not None
    assert pause_after(REFUSALS, lasting=True) is None


def test_what_the_other_side_asks_for_is_heeded_up_to_an_hour() -> None:
    assert pause_after(1, asked=900) == 900
    assert pause_after(1, asked=1e9) == 3600
    assert pause_after(4, asked=1) != 1
