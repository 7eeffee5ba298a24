"""Words for people: differences by word, short forms, sizes, counts and times."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.domain.text import (
    Segment,
    ago,
    count_noun,
    diff_words,
    exact_time,
    one_line,
    shorten_middle,
    text_size,
    thousands,
)


def shown(before: str, after: str) -> str:
    marks = {"same": "{}", "removed": "[-{}]", "added": "[+{}]"}
    return "".join(marks[segment.kind].format(segment.text) for segment in diff_words(before, after))


def assert_exact(before: str, after: str) -> None:
    segments = diff_words(before, after)
    assert "".join(s.text for s in segments if s.kind != "added") == before
    assert "".join(s.text for s in segments if s.kind != "removed") == after
    assert all(s.text for s in segments)
    kinds = [s.kind for s in segments]
    assert all(one != other for one, other in itertools.pairwise(kinds))
    assert ("added", "removed") not in set(itertools.pairwise(kinds))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("same", "same", "same"),
        ("", "new", "[+new]"),
        ("old", "", "[-old]"),
        ("the red fox runs", "the brown fox runs", "the [-red][+brown] fox runs"),
        ("one two three four five", "one 2 3 four five", "one [-two three][+2 3] four five"),
        ("arrives on Monday.", "arrives on Thursday.", "arrives on [-Monday][+Thursday]."),
        ("don't do it", "do do it", "[-don't][+do] do it"),
        ("a\nb\nc\n", "a\nx\nc\n", "a\n[-b][+x]\nc\n"),
        ("我喜歡貓和茶", "我喜歡狗和茶", "我喜歡[-貓][+狗]和茶"),
        ("so good 👩‍👩‍👧 yes", "so good 👩‍👩‍👦 yes", "so good [-👩‍👩‍👧][+👩‍👩‍👦] yes"),
        ("from 🇩🇪🇫🇷 now", "from 🇩🇪🇮🇹 now", "from 🇩🇪[-🇫🇷][+🇮🇹] now"),
        ("cafe\u0301 au lait", "cafe au lait", "[-cafe\u0301][+cafe] au lait"),
        ("שלום עולם יפה", "שלום עולם גדול", "שלום עולם [-יפה][+גדול]"),
        ("a , b . c", "x , y . z", "[-a , b . c][+x , y . z]"),
    ],
)
def test_texts_are_compared_by_word(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_the_segments_join_back_to_any_two_texts(before: str, after: str) -> None:
    assert_exact(before, after)


@settings(max_examples=200, deadline=None)
@given(
    st.text("ab \n\r,漢🙂\u0301\u200d\ufe0f", max_size=60),
    st.text("ab \n\r,漢🙂\u0301\u200d\ufe0f", max_size=60),
)
def test_the_segments_join_back_to_two_texts_that_share_much(before: str, after: str) -> None:
    assert_exact(before, after)


def test_a_long_text_is_compared_by_line_and_then_by_word() -> None:
    lines = [f"line {n} says something of its own" for n in range(2_000)]
    before = "\n".join(lines)
    after = "\n".join([*lines[:900], "line 900 says nothing of its own", *lines[901:]])
    assert_exact(before, after)
    assert [s for s in diff_words(before, after) if s.kind != "same"] == [
        Segment("removed", "something"),
        Segment("added", "nothing"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ab " * 100_000, "ba " * 100_000),
        ("x" * 500_000, "y" * 500_000),
        ("a\nb\n" * 50_000, "b\nb\na\n" * 30_000),
        (" " * 100_000, "\n" * 100_000),
    ],
)
def test_huge_texts_do_not_blow_up(before: str, after: str) -> None:
    start = time.perf_counter()
    assert_exact(before, after)
    assert time.perf_counter() - start < 5


def test_the_middle_is_given_up_for_the_ends() -> None:
    assert shorten_middle("conversation-48213", 9) == "conv…8213"
    assert shorten_middle("short", 5) == "short"
    assert [shorten_middle("short", n) for n in (2, 1, 0, -1)] == ["s…", "…", "", ""]


def test_one_line_has_one_space_for_each_white_space() -> None:
    assert one_line(" a\n\n b\t\u2003c ", 20) == "a b c"
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"
    assert one_line("abc", 0) == ""
    assert one_line(" " * 10_000 + "late", 5) == "…"


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(-3, 30))
def test_short_forms_keep_to_their_limit(text: str, limit: int) -> None:
    assert len(one_line(text, limit)) <= max(0, limit)
    assert len(shorten_middle(text, limit)) <= max(0, limit)
    assert len(one_line(text, limit).splitlines()) <= 1


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (18_432, "18.4 kB"),
        (999_949, "999.9 kB"),
        (999_999, "1.0 MB"),
        (5_000_000, "5.0 MB"),
        (2_340_000_000, "2.3 GB"),
        (7 * 10**12, "7.0 TB"),
        (7 * 10**16, "70,000.0 TB"),
        (-2_000, "-2.0 kB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert text_size(size) == text


def test_counts() -> None:
    assert [count_noun(n, "turn") for n in (0, 1, 3, 1_200)] == [
        "0 turns",
        "1 turn",
        "3 turns",
        "1,200 turns",
    ]
    assert count_noun(2, "entry", "entries") == "2 entries"
    assert thousands(1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"),
        (0.4, "now"),
        (4.9, "4 s ago"),
        (59.99, "59 s ago"),
        (60, "1 min ago"),
        (150, "2 min ago"),
        (3_599, "59 min ago"),
        (3 * 3_600, "3 h ago"),
        (86_400, "1 day ago"),
        (5 * 86_400, "5 days ago"),
        (1_500 * 86_400, "1,500 days ago"),
        (-4, "in 4 s"),
        (float("nan"), "at an unknown time"),
        (float("inf"), "at an unknown time"),
    ],
)
def test_times_past(seconds: float, text: str) -> None:
    assert ago(seconds) == text


def test_exact_times_are_in_utc() -> None:
    at = datetime(2026, 3, 1, 9, 31, 38, 123_456)  # noqa: DTZ001 - a time without a zone is one of the cases
    assert exact_time(at) == "2026-03-01 09:31:38.123 UTC"
    assert exact_time(at.replace(tzinfo=UTC)) == "2026-03-01 09:31:38.123 UTC"
    assert exact_time(at.replace(tzinfo=timezone(timedelta(hours=2)))) == "2026-03-01 07:31:38.123 UTC"
    assert exact_time(datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))).startswith("0001-01-01 00:00:00")


def report(lines: int) -> list[str]:
    return [f"Line {n} of a report that goes on for a while and says word {n % 50}.\n" for n in range(lines)]


def check_nothing_lost(before: str, after: str) -> tuple[Segment, ...]:
    segments = diff_words(before, after)
    assert "".join(piece.text for piece in segments if piece.kind != "added") == before
    assert "".join(piece.text for piece in segments if piece.kind != "removed") == after
    return segments


def test_edits_far_apart_in_a_text_of_megabytes_are_found_each() -> None:
    lines = report(40_000)
    edited = [*lines]
    for place in (3, 20_000, 20_001, 39_990):
        edited[place] = edited[place].replace("goes on", "stays")
    del edited[30_000]
    segments = check_nothing_lost("".join(lines), "".join(edited))
    added = [piece.text for piece in segments if piece.kind == "added"]
    assert added == ["stays"] * 4
    removed = [piece.text for piece in segments if piece.kind == "removed"]
    assert sum(map(len, removed)) == 4 * len("goes on") + len(lines[30_000])


def test_large_texts_are_compared_in_bounded_work_whatever_differs() -> None:
    lines = report(40_000)
    whole = "".join(lines)
    for other in (whole.upper(), whole.replace("word", "phrase"), whole.replace("\n", " "), "x" * 2_000_000):
        assert len(check_nothing_lost(whole, other)) < 20_000
    assert len(check_nothing_lost("a\n" * 500_000, "a\nb\n" * 250_000)) < 20_000
