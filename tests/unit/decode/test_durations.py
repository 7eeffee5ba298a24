"""Durations as text: another ISO 8601 reader gets the same duration back."""

from __future__ import annotations

import datetime as dt

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from inspector.decode.times import iso_duration

READER = TypeAdapter(dt.timedelta)


@given(st.timedeltas(dt.timedelta(days=-999_999_998)))
@example(dt.timedelta(days=365))
@example(dt.timedelta(microseconds=-1))
def test_a_duration_reads_back(delta: dt.timedelta) -> None:
    assert READER.validate_python(iso_duration(delta)) == delta
