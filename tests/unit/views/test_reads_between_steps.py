"""Where reads stand between steps: by their time, and never before what they found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from inspector.views.contexts import CheckpointItem, ReadGap, ReadItem
from inspector.views.reads import GAP_LINES, PAGE_LINES, Stretch, put_between

BEGIN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def step(number: int, **changes: Any) -> CheckpointItem:
    """Step N was made N seconds after the beginning."""
    given: dict[str, Any] = {
        "checkpoint_id": f"c{number}",
        "checkpoint_ns": "",
        "parent_checkpoint_id": None,
        "step": number,
        "source": "loop",
        "at": BEGIN + timedelta(seconds=number),
        "turn": 1,
        "hostname": "web-1",
        "node_names": (),
        "next": (),
        "channels_changed": (),
        "size_bytes": 0,
        "seconds": None,
    }
    return CheckpointItem(**{**given, **changes})


def read(seconds: float, found: str = "", host: str = "web-1", elsewhere: str = "") -> ReadItem:
    return ReadItem(BEGIN + timedelta(seconds=seconds), host, bool(found), found or None, elsewhere)


def between(*reads: ReadItem, steps: int = 4, **stretch: Any) -> tuple[ReadGap, ...]:
    """The reads come newest first, as a thread has them."""
    listed = [step(number) for number in reversed(range(steps))]
    given: dict[str, Any] = {"first": 0, "last": steps, "above": "", "truncated": False}
    return put_between(
        sorted(reads, key=lambda one: one.at or BEGIN, reverse=True), Stretch(listed, **{**given, **stretch})
    )


def told(gaps: tuple[ReadGap, ...]) -> dict[str, list[tuple[str, int, str]]]:
    return {gap.under: [(line.hostname, line.count, line.found) for line in gap.lines] for gap in gaps}


def test_a_read_stands_under_the_step_that_came_after_it() -> None:
    gaps = between(read(1.5, "c1"), read(9, "c3", "web-2"), read(-1))

    assert told(gaps) == {
        "": [("web-2", 1, "this state")],
        "c2": [("web-1", 1, "this state")],
        "c0": [("web-1", 1, "nothing")],
    }


def test_a_read_never_stands_before_what_it_found() -> None:
    """Its worker's clock lags by minutes."""
    assert told(between(read(-300, "c2"))) == {"c3": [("web-1", 1, "this state")]}


def test_what_an_older_state_was_found_by_is_named() -> None:
    assert told(between(read(2.5, "c0"))) == {"c3": [("web-1", 1, "step 0")]}
    assert told(between(read(2.5, "1f1e6820-95b9-6ed9"))) == {"c3": [("web-1", 1, "checkpoint 1f1e6820-95b9…")]}


def test_reads_of_one_host_that_found_the_same_are_one_line() -> None:
    gaps = between(*(read(1.1 + number / 10, "c1") for number in range(6)), read(1.9, host="web-2"))

    assert told(gaps) == {"c2": [("web-2", 1, "nothing"), ("web-1", 6, "this state")]}
    assert [(mark.hostname, mark.found, mark.count) for mark in gaps[0].marks] == [
        ("web-1", True, 6),
        ("web-2", False, 1),
    ]


def test_each_gap_is_listed_on_one_page_of_the_list() -> None:
    reads = [read(number + 0.5, f"c{number}") for number in range(6)] + [read(-1)]
    newer = between(*reads, steps=6, first=0, last=3)
    older = between(*reads, steps=6, first=3, last=6)

    assert [gap.under for gap in (*newer, *older)] == ["", "c5", "c4", "c3", "c2", "c1", "c0"]


def test_below_a_cut_nothing_is_claimed() -> None:
    assert told(between(read(-1), truncated=True)) == {}


def test_above_a_stretch_that_begins_below_the_newest_only_its_own_reads_are_listed() -> None:
    """The id above is a UUID of version 6 made on 2026-03-01 at about 09:00:10."""
    ticks = int((BEGIN + timedelta(seconds=10) - datetime(1582, 10, 15, tzinfo=UTC)) / timedelta(microseconds=1)) * 10
    bits = f"{ticks >> 12:012x}6{ticks & 0xFFF:03x}8000000000000000"
    above = str(UUID(bits))

    gaps = between(read(5, "c3"), read(11, "later"), above=above)

    assert told(gaps) == {"": [("web-1", 1, "this state")]}


def test_many_hosts_in_a_gap_are_put_together() -> None:
    (gap,) = between(*(read(1.5, "c1" if number % 2 else "", f"pod-{number}") for number in range(40)))

    assert len(gap.lines) == GAP_LINES
    assert (gap.lines[-1].hosts, gap.lines[-1].count) == (40 - GAP_LINES + 1, 40 - GAP_LINES + 1)
    assert sum(line.count for line in gap.lines) == 40


def test_a_page_with_too_many_lines_has_one_a_gap() -> None:
    reads = [read(number + 0.5, f"c{number}", f"pod-{pod}") for number in range(30) for pod in range(5)]

    gaps = between(*reads, steps=31)

    assert len(reads) > PAGE_LINES
    assert [(len(gap.lines), gap.lines[0].hosts, gap.lines[0].count) for gap in gaps] == [(1, 5, 5)] * 30


def test_steps_that_tell_no_time_are_passed_over() -> None:
    steps = [step(2), step(1, at=None), step(0)]
    gaps = put_between([read(1.5, "c0")], Stretch(steps, 0, 3, "", truncated=False))

    assert told(gaps) == {"c1": [("web-1", 1, "this state")]}
