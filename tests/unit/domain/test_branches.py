"""How checkpoints hang together: which ones two runs made at once, and which ones somebody made on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from inspector.domain.branches import GRACE, SOON, find_branches
from inspector.domain.coordinates import time_of

_GREGORIAN = datetime(1582, 10, 15, tzinfo=UTC)
BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    checkpoint_id: str
    parent_checkpoint_id: str | None
    source: str = "loop"
    turn: int = 1

    @property
    def at(self) -> datetime | None:
        return time_of(self.checkpoint_id)


def at(seconds: float) -> str:
    """An id that was made so many seconds after the beginning."""
    ticks = int((BEGIN - _GREGORIAN).total_seconds()) * 10_000_000 + round(seconds * 10_000_000)
    text = f"{ticks:015x}"
    return f"{text[:8]}-{text[8:12]}-6{text[12:]}-8000-000000000000"


def siblings(after: float, source: str) -> bool:
    """Whether a run that leaves the same parent `after` the other one's last checkpoint is its sibling."""
    second = at(3 + after)
    steps = [
        Step(at(0), None),
        Step(at(1), at(0), "input", 2),
        Step(at(3), at(1), "loop", 2),
        Step(second, at(0), source, 3),
    ]
    found = find_branches(sorted(steps, key=lambda step: step.checkpoint_id))
    assert found.siblings in (frozenset(), {at(1), second})
    assert (second in found.forks) == (second not in found.siblings)
    return second in found.siblings


@pytest.mark.parametrize(
    ("after", "source", "wanted"),
    [
        (-1.0, "input", True),
        (GRACE / 2, "input", True),
        (GRACE + 1, "input", False),
        (300.0, "input", False),
        (SOON - 1, "loop", True),
        (SOON + 1, "loop", False),
    ],
)
def test_an_input_at_an_old_checkpoint_is_a_fork_and_a_run_beside_another_a_sibling(
    after: float, source: str, wanted: bool
) -> None:
    assert siblings(after, source) is wanted


def test_later_turns_of_a_branch_are_no_part_of_the_run_that_began_it() -> None:
    # Durability "exit" leaves a single step of the loop of every turn.
    turns = [Step(at(0), None, turn=1), Step(at(60), at(0), turn=2), Step(at(120), at(60), turn=3)]
    later = Step(at(90), at(0), turn=4)
    found = find_branches(sorted([*turns, later], key=lambda step: step.checkpoint_id))
    assert found.siblings == frozenset()
    assert found.forks == {later.checkpoint_id}


def test_where_a_clock_lags_nothing_is_told_about_runs_at_once() -> None:
    # Both children are made by one worker, whose clock is behind that of their parent's.
    steps = [Step(at(1), at(5), "input", 2), Step(at(2), at(5), "input", 3), Step(at(5), None)]
    assert find_branches(steps).siblings == frozenset()
