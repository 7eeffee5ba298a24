"""What other threads of one owner say of a one-turn thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inspector.orphans.evidence.owner import CROWD, Near, judge_owner

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
PACE = timedelta(minutes=30)


def near(name: str, minutes: float, *, lasts: float = 0, left: bool = True, host: str = "web-3") -> Near:
    first_at = AT + timedelta(minutes=minutes)
    return Near(name, first_at, first_at + timedelta(minutes=lasts), left, {host})


MINE = near("mine", 0)


@pytest.mark.parametrize(
    ("others", "weight", "words"),
    [
        ([], -2, "had no other thread within 30 min"),
        ([near("a", -2)], 2, "another thread of one turn on the same host"),
        ([near("a", -2), near("b", 3)], 3, "2 other threads of one turn on the same host"),
        ([near("a", -2), near("b", 3, left=False)], 0, "went on with another one there, too"),
        ([near("a", -2, host="web-1")], 1, "all on other hosts"),
        ([near("a", -2, host="web-1"), near("b", 2, host="web-2")], 2, "all on other hosts"),
        ([near("a", -5, lasts=10, left=False, host="web-1")], 2, "in the middle of another thread"),
        ([near("a", -5, lasts=10, left=False, host="web-1"), near("b", 1)], 3, "on the same host"),
        ([near("a", 5, lasts=10, left=False, host="web-1")], 1, "on other hosts"),
        ([near("a", 5, lasts=10, left=False)], -1, "that host knows them"),
    ],
)
def test_threads_of_one_owner_follow_each_other_where_a_conversation_was_torn_apart(
    others: list[Near], weight: int, words: str
) -> None:
    said = judge_owner(MINE, others, PACE)

    assert (said.weight, words in said.text) == (weight, True), said


def test_a_team_or_a_machine_is_no_person_whose_threads_tell() -> None:
    said = judge_owner(MINE, [near(str(n), n / 10) for n in range(CROWD + 1)], PACE)

    assert said.weight == 0
    assert "a team or a machine" in said.text


def test_a_thread_is_within_the_pace_from_the_end_of_one_to_the_beginning_of_the_other() -> None:
    long = near("a", -90, lasts=70, left=False)

    assert long.is_within(MINE, PACE)
    assert MINE.is_within(long, PACE)
    assert not near("b", -90, lasts=50).is_within(MINE, PACE)
    assert not near("c", 31).is_within(MINE, PACE)
