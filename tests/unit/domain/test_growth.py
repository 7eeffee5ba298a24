"""How channels grow, over sizes that are known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from inspector.domain.growth import (
    ChannelGrowth,
    Held,
    StepWeight,
    Written,
    even_pace,
    pace,
    sum_stored,
    weigh_channels,
)


def weight(number: int, channels: Mapping[str, Held], *, turn: int = 0, **more: frozenset[str]) -> StepWeight:
    parent = f"{number - 1}" if number else None
    return StepWeight(f"{number}", parent, number, turn or number, 10, channels, **more)


def channel(name: str, *steps: StepWeight, **written: Written) -> ChannelGrowth:
    return next(one for one in weigh_channels(steps, steps[-1], written) if one.channel == name)


def test_a_version_that_steps_share_is_stored_once() -> None:
    held = Held("1", 100, apart=True)
    steps = [weight(0, {"a": held}), weight(1, {"a": held}), weight(2, {"a": Held("2", 150, apart=True)})]
    found = channel("a", *steps)
    assert (found.kept, found.versions, found.stored_bytes, found.size_bytes) == ("version", 2, 250, 150)
    assert (found.jump, found.jump_id, found.jump_step) == (50, "2", 2)


def test_a_value_in_the_document_is_stored_by_every_step() -> None:
    held = Held("1", 100, apart=False)
    found = channel("a", weight(0, {"a": held}), weight(1, {"a": held}), weight(2, {"a": held}))
    assert (found.kept, found.versions, found.stored_bytes) == ("step", 1, 300)
    assert (found.jump, found.jump_id, found.jump_step) == (0, "", None)


def test_what_is_kept_as_changes_takes_its_snapshots_and_its_writes() -> None:
    changes = frozenset({"a"})
    snapshot = {"a": Held("1", 100, apart=True)}
    steps = (weight(0, {}, changes=changes), weight(1, snapshot), weight(2, {}, changes=changes))
    found = channel("a", *steps, a=Written(3, 60))
    assert (found.kept, found.size_bytes, found.stored_bytes, found.per_turn) == ("changes", 0, 160, None)
    assert (found.jump, found.jump_id) == (0, "")  # from no value to a snapshot, nothing grew


def test_a_jump_is_from_a_step_to_its_child_and_not_to_what_is_stored_next() -> None:
    branch = StepWeight("9", "0", 9, 9, 10, {"a": Held("9", 40, apart=True)})
    grown = weight(1, {"a": Held("2", 500, apart=True)})
    found = channel("a", weight(0, {"a": Held("1", 10, apart=True)}), branch, grown)
    assert (found.jump, found.jump_id) == (490, "1")


def test_the_heaviest_channel_comes_first_and_langgraphs_own_last() -> None:
    sizes = {"__start__": 900, "b": 10, "a": 300, "c": 10}
    step = weight(0, {name: Held("1", size, apart=True) for name, size in sizes.items()})
    found = weigh_channels([step], step, {})
    assert [one.channel for one in found] == ["a", "b", "c", "__start__"]
    assert sum(one.share for one in found) == pytest.approx(1 - 10 / step.total_bytes)
    assert sum_stored([step], found) == step.total_bytes


def test_sizes_now_are_those_of_the_checkpoint_that_langgraph_goes_on_from() -> None:
    old, new = weight(0, {"a": Held("1", 70, apart=True)}), weight(1, {"a": Held("2", 90, apart=True)})
    (found,) = weigh_channels([old, new], old, {})
    assert (found.size_bytes, found.share) == (70, 70 / 80)


def test_a_pace_needs_two_turns_and_is_that_of_their_ends() -> None:
    assert pace({}) is None
    assert pace({4: 100}) is None
    assert pace({4: 100, 6: 400, 5: 10}) == 150


def test_an_even_pace_needs_points_on_a_rising_line() -> None:
    even = {turn: 1_000 * turn + (turn % 2) * 50 for turn in range(1, 9)}
    assert even_pace(even) == pytest.approx(1_000, rel=0.02)
    assert even_pace({turn: 1_000 * turn for turn in range(1, 5)}) is None  # too few
    assert even_pace(dict.fromkeys(range(1, 9), 1_000)) is None  # does not grow
    assert even_pace({turn: 10_000 - 1_000 * turn for turn in range(1, 9)}) is None
    assert even_pace({1: 10, 2: 9_000, 3: 20, 4: 8_000, 5: 10, 6: 9_500}) is None  # no line
