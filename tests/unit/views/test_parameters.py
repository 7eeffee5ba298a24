"""Query parameters as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.errors import BadRequest
from inspector.views.parameters import read_choice, read_limit, read_optional, read_text, read_time


def request(**query: str) -> HttpRequest:
    return RequestFactory().get("/", query)


def test_a_text_comes_as_it_was_sent() -> None:
    assert read_text(request(q="  a\tb\n%_\\ "), "q") == "  a\tb\n%_\\ "
    assert read_text(request(), "q") == ""
    assert read_text(request(), "q", "x") == "x"


def test_the_empty_text_is_a_value_where_absence_is_another() -> None:
    assert read_optional(request(), "host") is None
    assert read_optional(request(host=""), "host") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T09:30", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("2026-11-22 09:30:00", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("2026-11-22T09:30:00Z", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("2026-11-22T09:30:00+02:00", datetime(2026, 11, 22, 7, 30, tzinfo=UTC)),
        ("2026-11-22T09:30:00 02:00", datetime(2026, 11, 22, 7, 30, tzinfo=UTC)),  # a + that nobody encoded
        ("2026-11-22 09:30:00+02:00", datetime(2026, 11, 22, 7, 30, tzinfo=UTC)),
        ("2026-11-22 09:30:00 02:00", datetime(2026, 11, 22, 7, 30, tzinfo=UTC)),
        (" 2026-11-22 ", datetime(2026, 11, 22, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_people_and_programs_write_it(text: str, expected: datetime) -> None:
    assert read_time(request(since=text), "since") == expected


@pytest.mark.parametrize(
    ("text", "age"), [("30m", timedelta(minutes=30)), ("24h", timedelta(hours=24)), ("7d", timedelta(days=7))]
)
def test_an_age_is_as_good_as_a_time(text: str, age: timedelta) -> None:
    read = read_time(request(since=text), "since")

    assert read is not None
    assert timedelta(0) <= timezone.now() - age - read < timedelta(seconds=5)


def test_no_time_is_none() -> None:
    assert read_time(request(since=""), "since") is None
    assert read_time(request(), "since") is None


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_value_or_told(text: str) -> None:
    for read in (
        lambda asked: read_text(asked, "x"),
        read_limit,
        lambda asked: read_time(asked, "x"),
        lambda asked: read_choice(asked, "x", ("a", "b"), "a"),
    ):
        asked: Any = HttpRequest()
        asked.GET = {"x": text, "limit": text}
        try:
            read(asked)
        except BadRequest as error:
            assert error.hint  # noqa: PT017


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("500", 500), ("007", 7), ("", 50)])
def test_a_limit_is_a_whole_number_within_bounds(text: str, limit: int) -> None:
    assert read_limit(request(limit=text)) == limit


def test_a_wrong_choice_is_told_with_the_right_ones_and_never_at_length() -> None:
    with pytest.raises(BadRequest) as told:
        read_choice(request(tab="x" * 5_000), "tab", ("changes", "state"), "changes")

    assert "changes, state" in told.value.hint
    assert len(told.value.message) < 100
