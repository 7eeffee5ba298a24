"""Where a share of orphans rose: found where it did, and nowhere else."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from inspector.index.orphans.rise import Counted, Point, Rise, find_rise

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEEDS = range(60)


def busy(hour: float) -> int:
    """Threads begun in an hour of the day: 10 at midnight, 70 at noon."""
    return round(10 + 30 * (1 - math.cos(2 * math.pi * hour / 24)))


def cycle(hour: float) -> float:
    """A share of orphans that is 10 % at midnight and 45 % at noon, every day."""
    return 0.1 + 0.175 * (1 - math.cos(2 * math.pi * hour / 24))


def calm(hour: float) -> float:
    return 0.04


def bars(chance: random.Random, share: Callable[[float], float], *, many: int = 24, hours: int = 1) -> list[Point]:
    """Bars of so many hours; the share is of the hours since the first one began."""
    points = []
    for place in range(many):
        middle = hours * (place + 0.5)
        points.append(Point(BEGIN + place * hours * HOUR, counted(chance, hours * busy(middle), share(middle))))
    return points


def counted(chance: random.Random, threads: int, share: float) -> Counted:
    return Counted(threads, sum(chance.random() < share for _ in range(threads)))


def week(chance: random.Random, share: Callable[[float], float]) -> dict[int, Counted]:
    return {hour: counted(chance, 7 * busy(hour + 0.5), share(hour + 0.5)) for hour in range(24)}


def find(
    points: list[Point], known: dict[int, Counted], *, until: datetime | None = None, hours: int = 1
) -> Rise | None:
    """With all bars old enough to tell, unless `until` says otherwise."""
    judged = until or points[-1].at + hours * HOUR
    return find_rise(points, known, judged_until=judged, hours=hours)


def at(hour: int) -> datetime:
    return BEGIN + hour * HOUR


@pytest.mark.parametrize("seed", SEEDS)
def test_a_daily_cycle_is_no_rise(seed: int) -> None:
    chance = random.Random(seed)
    assert find(bars(chance, cycle), week(chance, cycle)) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_daily_cycle_is_no_rise_where_nothing_is_known_of_the_week_before(seed: int) -> None:
    chance = random.Random(seed)
    assert find(bars(chance, lambda hour: cycle(hour % 24), many=168), {}) is None
    assert find(bars(chance, lambda hour: cycle(hour % 24), many=120, hours=6), {}, hours=6) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_small_numbers_are_no_rise(seed: int) -> None:
    chance = random.Random(seed)
    few = [Point(at(hour), counted(chance, 1, 0.5)) for hour in range(24)]
    assert find(few, {hour: counted(chance, 2, 0.3) for hour in range(24)}) is None


@pytest.mark.parametrize("known", [True, False], ids=["with the week before", "without"])
def test_a_step_is_found_where_it_is(known: bool) -> None:
    chance = random.Random(1)
    points = bars(chance, lambda hour: 0.6 if hour > 14 else calm(hour))
    found = find(points, week(chance, calm) if known else {})
    assert found is not None
    assert (found.at, found.until, found.earlier) == (at(14), None, False)
    assert found.before == pytest.approx(0.04, abs=0.04)
    assert found.after == pytest.approx(0.6, abs=0.06)


def test_a_step_above_a_daily_cycle_is_found_where_it_is() -> None:
    chance = random.Random(2)
    found = find(bars(chance, lambda hour: 0.9 if hour > 100 else cycle(hour % 24), many=168), {})
    assert found is not None
    assert (found.at, found.until) == (at(100), None)


def test_a_rise_of_a_few_points_is_not_told() -> None:
    chance = random.Random(3)
    assert find(bars(chance, lambda hour: 0.13 if hour > 14 else calm(hour)), week(chance, calm)) is None


def test_a_spike_that_ended_says_when() -> None:
    chance = random.Random(4)
    found = find(bars(chance, lambda hour: 0.7 if 14 < hour < 16 else calm(hour)), week(chance, calm))
    assert found is not None
    assert (found.at, found.until) == (at(14), at(16))


def test_bars_too_young_to_judge_do_not_end_a_rise() -> None:
    """Of their threads, only those that went on are known: none of them is an orphan yet."""
    chance = random.Random(5)
    points = bars(chance, lambda hour: 0.0 if hour > 22 else 0.7 if hour > 14 else calm(hour))
    judged, all_judged = find(points, week(chance, calm), until=at(22)), find(points, week(chance, calm))
    assert judged is not None
    assert all_judged is not None
    assert (judged.at, judged.until) == (at(14), None)
    assert (all_judged.at, all_judged.until) == (at(14), at(22))


def test_hours_in_which_nothing_begins_do_not_end_a_rise() -> None:
    chance = random.Random(6)
    points = bars(chance, lambda hour: 0.7 if hour > 14 else calm(hour))
    quiet = [Point(point.at, Counted() if point.at >= at(20) else point.counted) for point in points]
    found = find(quiet, week(chance, calm))
    assert found is not None
    assert (found.at, found.until) == (at(14), None)


def test_a_rise_that_covers_all_bars_is_told_by_the_week_before_and_only_by_it() -> None:
    chance = random.Random(7)
    points = bars(chance, lambda hour: 0.6)
    found = find(points, week(chance, calm))
    assert found is not None
    assert (found.at, found.until, found.earlier) == (at(0), None, True)
    assert find(points, {}) is None


def test_too_few_threads_before_a_rise_do_not_say_that_it_began_after_them() -> None:
    chance = random.Random(9)
    points = [Point(at(place), Counted(2, 0) if place == 0 else Counted(30, 20)) for place in range(12)]
    found = find(points, week(chance, calm))
    assert found is not None
    assert (found.at, found.earlier) == (at(0), True)


def test_minutes_are_bars_as_well() -> None:
    chance = random.Random(8)
    minutes = [
        Point(BEGIN + timedelta(minutes=minute), counted(chance, 5, 0.9 if minute >= 20 else 0.05))
        for minute in range(61)
    ]
    found = find_rise(minutes, week(chance, calm), judged_until=BEGIN + timedelta(minutes=31))
    assert found is not None
    assert found.at == BEGIN + timedelta(minutes=20)


def test_nothing_is_no_rise() -> None:
    assert find_rise([], {}, judged_until=BEGIN) is None
    assert find([Point(at(hour), Counted()) for hour in range(24)], {}) is None
    assert find([Point(at(0), Counted(100, 90))], {}) is None
