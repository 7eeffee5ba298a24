"""What a reducer made of what was written, told from what went in and what came out."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.domain.effects import count_written, effect_of
from inspector.domain.value import ABSENT, Tagged


def human(text: str, message_id: str) -> dict[str, Any]:
    return {"type": "human", "content": text, "id": message_id}


ONE, TWO, EDITED = human("one", "1"), human("two", "2"), human("ONE", "1")


@pytest.mark.parametrize(
    ("before", "after", "written", "effect"),
    [
        ("a", "b", ["b"], "replaced"),
        (ABSENT, "b", ["b"], "replaced"),
        ([1], [1, 2], [[2]], "appended"),
        ([1], [1, 2, 3], [[2], [3]], "appended"),
        ([1], [1, 2], [[2, 1, 1]], "took some"),
        ({"a": 1}, {"a": 1, "b": 2}, [{"b": 2}], "merged"),
        ({"a": 1}, {"a": 1, "b": 3}, [{"b": 2}], "other"),
        ("a", "a", ["a"], "same"),
        ("a", "a", ["b"], "same"),
        (1, 3, [2], "other"),
        ([1, 2], [1], [[9]], "other"),
        ([ONE], [ONE, TWO], [[TWO]], "appended"),
        ([ONE], [ONE, TWO], [TWO], "appended"),
        ([ONE], [EDITED, TWO], [[EDITED, TWO]], "replaced"),
        ([ONE, TWO], [EDITED, TWO], [[EDITED]], "took some"),
        ("a", "b", [], ""),
    ],
)
def test_the_effect_is_told_by_both_sides(before: Any, after: Any, written: list[Any], effect: str) -> None:
    assert effect_of(before, after, written) == effect


def test_a_write_counts_its_elements() -> None:
    assert count_written([[1, 2], 3, Tagged("builtins.tuple", {"items": [4, 5]}), ONE]) == 6
