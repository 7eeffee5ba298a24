"""Calls of subgraphs in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from inspector.tags.call_scale import lay_out
from inspector.tags.calls import axis_ends, path


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["a"], "a"),
        (["a", "b", "c", "d"], "a > b > c > d"),
        (["a", "b", "c", "d", "e"], "a > … > e"),
        (["a", "b", "c", "d", "e", "1"], "a > … > e > call 2"),
    ],
)
def test_of_a_long_way_both_ends_are_named(names: list[str], wanted: str) -> None:
    assert path(names) == f"<bdi>{wanted}</bdi>".replace(" > ", " \u203a ")


def test_the_ends_of_the_axis_are_told_by_the_clock_or_by_the_time_between() -> None:
    begin = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
    assert timezone.now().date() != begin.date()
    soon, late = begin + timedelta(milliseconds=97), begin + timedelta(minutes=2)
    assert axis_ends(lay_out([(begin, soon)])) == ("2026-03-01 09:00:00", "97 ms later")
    assert axis_ends(lay_out([(begin, soon), (soon, late)])) == ("2026-03-01 09:00:00", "2026-03-01 09:02:00")
