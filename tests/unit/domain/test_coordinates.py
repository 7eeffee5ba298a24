"""Checkpoint ids against LangGraph's own `uuid6`, and thread ids by their form."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid1, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.base.id import UUID as LangGraphUUID
from langgraph.checkpoint.base.id import uuid6

from inspector.domain.coordinates import parse_time, step_of, time_of

# LangGraph numbers the steps from -2 (a copied fork) and -1 (an input) upwards; 14 bits hold them.
STEPS = (-2, -1, 0, 1, 2, 25, 4_095, 8_191)


@pytest.mark.parametrize("step", STEPS)
def test_an_id_made_by_langgraph_tells_its_step(step: int) -> None:
    assert step_of(str(uuid6(clock_seq=step))) == step


def test_a_step_beyond_the_bits_tells_what_is_left_of_it_and_never_raises() -> None:
    assert step_of(str(uuid6(clock_seq=2**14 + 3))) == 3


def test_an_id_made_by_langgraph_tells_its_time() -> None:
    before = time.time()
    made = time_of(str(uuid6(clock_seq=1)))
    after = time.time()

    assert made is not None
    assert made.tzinfo is UTC
    # uuid6 never goes back: ids made in quick succession run ahead of the clock by 100 ns each.
    assert before - 0.001 <= made.timestamp() <= after + 0.5


def test_later_ids_sort_later_and_tell_later_times() -> None:
    ids = [str(uuid6(clock_seq=-1)) for _ in range(50)]
    times = [time_of(text) for text in ids]

    assert ids == sorted(ids)
    assert times == sorted(moment for moment in times if moment is not None)


def test_the_time_is_exact_to_the_microsecond() -> None:
    ticks = 0x01B21DD213814000 + 10 * 1_763_800_000_123_456
    whole = LangGraphUUID(int=(ticks >> 12) << 80 | (ticks & 0xFFF) << 64, version=6)

    assert time_of(str(whole)) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=1_763_800_000_123_456)


@pytest.mark.parametrize(
    "text",
    ["", "1", "not an id", str(uuid1()), str(uuid4()), "1ef4f797-8335-6428-8001", "\uff11" * 32, "\ud800", "0" * 32],
    ids=range(9),
)
def test_what_is_no_uuid_version_6_tells_neither_time_nor_step(text: str) -> None:
    assert time_of(text) is None
    assert step_of(text) is None


def test_an_id_from_beyond_the_calendar_tells_no_time() -> None:
    """Sixty bits of ticks reach to the year 5236; nothing a UUID holds may raise."""
    latest = time_of(str(LangGraphUUID(int=2**128 - 1, version=6)))

    assert latest is not None
    assert latest.year == 5236


@given(st.text())
def test_no_text_raises(text: str) -> None:
    time_of(text)
    step_of(text)
    parse_time(text)


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_every_iso_time_is_read_as_utc(moment: datetime) -> None:
    parsed = parse_time(moment.isoformat())
    if parsed is None:  # the shift to UTC leaves the calendar
        assert moment.year in (1, 9999)
    else:
        assert parsed == moment.astimezone(UTC)
        assert parsed.tzinfo is UTC


def test_a_time_without_a_zone_is_utc() -> None:
    assert parse_time("2026-11-22T09:30:00") == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59-23:59"])
def test_a_text_that_is_no_time_is_none(text: str) -> None:
    assert parse_time(text) is None
