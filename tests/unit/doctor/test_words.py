"""Words that findings share."""

from __future__ import annotations

from datetime import UTC, datetime

from inspector.doctor.words import at_time


def test_sentences_name_times_to_the_second() -> None:
    assert at_time(datetime(2026, 3, 1, 9, 31, 38, 999_999, tzinfo=UTC)) == "2026-03-01 09:31:38 UTC"
