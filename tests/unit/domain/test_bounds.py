"""Values that were not read to their end, and answers that have no room for a whole one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inspector.domain.bounds import Allowance, is_whole
from inspector.domain.value import ABSENT, Binary, CutText, Omitted, Pairs, Tagged, to_json


@pytest.mark.parametrize("cut", [CutText("a", 9), Omitted("budget", 3), Omitted("depth", 1), Binary(b"a", 2)])
def test_a_value_is_not_whole_where_a_part_is_missing_for_its_size(cut: Any) -> None:
    assert is_whole(["a", {"b": [1, Binary(b"a", 1)]}, ABSENT])
    for value in (cut, [cut], {"a": cut}, Tagged("a.B", {"c": [cut]}), Pairs(((1, cut),))):
        assert not is_whole(value)


@pytest.mark.parametrize("reason", ["pickle", "encrypted", "not stored"])
def test_what_nobody_can_show_is_another_matter(reason: str) -> None:
    assert is_whole([Omitted(reason, 40)])


@pytest.mark.parametrize(
    "value",
    [
        "x" * 5_000,
        ["y" * 40] * 200,
        {f"key {n}": {"text": "z" * 30} for n in range(200)},
        Tagged("pkg.Thing", {"items": list(range(900)), "text": "x" * 900}),
        Pairs(tuple((n, "x" * 30) for n in range(200))),
    ],
)
def test_a_value_without_room_is_cut_to_it_and_marked(value: Any) -> None:
    room = Allowance(1_000)
    shorter = room.shorten(value)
    assert room.spent
    assert not is_whole(shorter)
    assert len(json.dumps(to_json(shorter))) < 2_500


def test_what_fits_is_left_as_it_is_and_takes_its_room() -> None:
    room = Allowance(1_000)
    value: Any = {"a": ["b" * 100]}
    assert room.shorten(value) is value
    assert not room.spent
    assert 700 < room.left < 900
    assert room.shorten(ABSENT) is ABSENT
