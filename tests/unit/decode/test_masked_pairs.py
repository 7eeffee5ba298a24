"""Two values decoded together are masked as each is by itself, and share what they shared."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode import Sight, see_pair, see_value
from inspector.decode.sight import Masks
from inspector.domain.deferred import Deferred, resolved

SERDE = JsonPlusSerializer()
SECRET = "redis://:hunter2@cache.example"
SIGHTS = [
    Sight(masks=Masks.of(rules, b"salt" * 8), channel="state") for rules in ("", "email\npath:state/*/text\nkey:n*")
]


def row(number: int, text: str = "") -> dict[str, Any]:
    return {"number": number, "text": text or f"row {number} " * 9, "tags": ["a", number], "password": str(number)}


def check(old: Any, new: Any) -> None:
    stored = [SERDE.dumps_typed(value) for value in (old, new)]
    for sight in SIGHTS:
        pair = see_pair(*stored, sight=sight)
        for one, (tag, blob) in zip(pair, stored, strict=True):
            assert resolved(one.value) == see_value(tag, blob, sight=sight).value
        assert "hunter2" not in str([resolved(one.value) for one in pair])


@given(st.lists(st.sampled_from(["x", SECRET, "mail ada@example.com"]), max_size=8), st.integers(0, 8), st.booleans())
def test_a_pair_is_what_each_is_by_itself(texts: list[str], at: int, gone: bool) -> None:
    rows = [row(number, text) for number, text in enumerate(texts)]
    check(rows, rows[:at] if gone else [*rows[:at], row(99), *rows[at:]])


@pytest.mark.parametrize("at", [0, 1, 700, 1_400, 1_999])
@pytest.mark.parametrize("side", ["old", "new", "both"])
def test_a_secret_is_found_wherever_it_is_in_two_large_values(at: int, side: str) -> None:
    """The rows are without keys that look secret: nothing but the secret itself leads there."""
    plain = [{"number": number, "text": f"row {number} " * 20} for number in range(2_000)]
    held = [*plain[:at], {"number": at, "text": SECRET}, *plain[at + 1 :]]
    check(
        plain if side == "new" else held, plain if side == "old" else [*held, {"number": 1}] if side == "both" else held
    )


def test_what_both_share_is_one_object_still_with_a_hit_and_without() -> None:
    rows = [{"number": number, "text": f"row {number} " * 20} for number in range(100)]
    for more in ("nothing", SECRET):
        old, new = (SERDE.dumps_typed({"rows": rows, "more": f"{more}{n}"}) for n in (1, 2))
        first, second = (one.value for one in see_pair(old, new, sight=SIGHTS[0]))
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        assert type(first["rows"]) is Deferred
        assert first["rows"] is second["rows"]
        assert first["more"] != second["more"]
