"""What share is to be expected: the most that the past speaks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from inspector.alerts.chance import at_most
from inspector.alerts.expected import Past, hours_between, usual, without
from inspector.index.begun import Sums
from inspector.index.week import Week
from tests.unit.alerts.made import NOW

MIDNIGHT = NOW.replace(hour=0)
NONE = Week({})


def week(sums: Callable[[datetime], Sums], name: str = "") -> Week:
    """Seven days, with this in each hour."""
    hours = [MIDNIGHT - timedelta(hours=number) for number in range(1, 169)]
    return Week({name: {at: sums(at) for at in hours}})


def even(left: int, threads: int = 100) -> Callable[[datetime], Sums]:
    return lambda _: Sums(threads, left)


def test_a_share_that_never_changes_is_expected() -> None:
    assert usual(week(even(20)), "", 12) == pytest.approx(0.2, abs=0.02)


def test_too_few_threads_tell_nothing() -> None:
    assert usual(Week({"": {MIDNIGHT: Sums(49, 10)}}), "", 0) is None
    assert usual(Week({"": {MIDNIGHT: Sums(50, 10)}}), "", 0) is not None
    assert usual(NONE, "", 0) is None


@pytest.mark.parametrize(("hour", "high"), [(2, True), (1, True), (3, True), (23, False), (12, False)])
def test_what_happens_every_night_is_expected_at_night(hour: int, high: bool) -> None:
    found = usual(week(lambda at: Sums(100, 90 if at.hour == 2 else 20)), "", hour)
    assert found is not None
    assert (found > 0.75) == high


def test_one_day_that_was_different_is_remembered_all_the_same() -> None:
    saturday = MIDNIGHT - timedelta(days=6)
    found = usual(week(lambda at: Sums(100, 80 if at.date() == saturday.date() else 20)), "", 12)
    assert found is not None
    assert found > 0.65


def test_an_hour_of_few_threads_says_little() -> None:
    found = usual(week(lambda at: Sums(20, 20 if at == MIDNIGHT - timedelta(hours=12) else 4)), "", 12)
    assert found is not None
    assert found == pytest.approx(0.6, abs=0.02)
    scarce = usual(week(lambda at: Sums(19, 19 if at == MIDNIGHT - timedelta(hours=12) else 4)), "", 12)
    assert scarce is not None
    assert scarce < 0.4


def test_muted_threads_are_nothing_that_is_expected() -> None:
    assert usual(week(lambda _: Sums(100, 60, 0, 50)), "", 12) == usual(week(even(10, 50)), "", 12)


def test_hours_in_which_an_alert_fired_are_left_out() -> None:
    bad = list(hours_between(MIDNIGHT - timedelta(hours=30, minutes=20), MIDNIGHT - timedelta(hours=25)))
    assert len(bad) == 7
    past = week(lambda at: Sums(100, 95 if at in bad else 20))
    found = usual(without(past, bad), "", 18)
    assert found is not None
    assert found < 0.25


def past(**weeks: Week) -> Past:
    return Past(weeks.get("hosts", NONE), weeks.get("store", NONE), weeks.get("graphs", NONE))


CHAT = Counter({"chat": 40})


def test_a_host_is_compared_with_itself() -> None:
    found = past(hosts=week(even(10), "web-1"), store=week(even(40))).expect("web-1", CHAT, 12)
    assert found is not None
    assert found.basis == "host"
    assert found.share < 0.15


def test_a_host_without_a_past_is_compared_with_all() -> None:
    found = past(hosts=week(even(10), "web-1"), store=week(even(40))).expect("web-2", CHAT, 12)
    assert found is not None
    assert found.basis == "store"
    assert found.share == pytest.approx(0.4, abs=0.03)


def test_a_new_host_of_a_graph_whose_threads_always_end_at_once_is_no_surprise() -> None:
    graphs = Week({**week(even(100), "classify").hours, **week(even(20), "chat").hours})
    found = past(store=week(even(30)), graphs=graphs).expect("web-2", Counter({"classify": 30, "chat": 10}), 12)
    assert found is not None
    assert found.basis == "graph"
    assert found.share == pytest.approx((30 * 1 + 10 * 0.22) / 40, abs=0.02)


def test_a_graph_that_nobody_knows_is_taken_to_be_as_all_are() -> None:
    graphs = Week({**week(even(100), "classify").hours, **week(even(20), "chat").hours})
    found = past(store=week(even(30)), graphs=graphs).expect("web-2", Counter({"new": 40}), 12)
    assert found is not None
    assert found.share == pytest.approx(0.3, abs=0.03)


def test_the_only_graph_says_no_more_than_all_threads_do() -> None:
    found = past(hosts=week(even(10), "web-1"), store=week(even(40)), graphs=week(even(40), "chat"))
    expected = found.expect("web-1", CHAT, 12)
    assert expected is not None
    assert expected.basis == "host"


def test_without_any_past_nothing_is_expected() -> None:
    assert past().expect("web-1", CHAT, 12) is None


def test_a_share_of_few_threads_may_be_larger_than_it_looks() -> None:
    found = usual(Week({"": {MIDNIGHT: Sums(50, 10)}}), "", 12)
    assert found == at_most(10, 50)
