"""Page cursors: they come back as they went, and a wrong one is told."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.errors import BadRequest
from inspector.index.cursor import Cursor, decode_cursor

whole = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(st.sampled_from(["last_at", "-last_at", "thread_id"]), whole | texts, whole)
def test_a_cursor_comes_back_as_it_went(sort: str, value: str | int, row: int) -> None:
    cursor = Cursor(sort, value, row)
    text = cursor.encode()

    assert decode_cursor(text, sort=sort) == cursor
    assert text.replace("-", "").replace("_", "").isalnum()


def test_a_cursor_of_another_sort_is_told() -> None:
    with pytest.raises(BadRequest, match="another sort"):
        decode_cursor(Cursor("-last_at", 1, 1).encode(), sort="last_at")


@given(st.text())
def test_any_other_text_is_told(text: str) -> None:
    with pytest.raises(BadRequest) as told:
        decode_cursor(text, sort="-last_at")

    assert told.value.hint


WRONG: list[object] = [
    None,
    "text",
    {},
    [],
    ["-last_at", 1],
    ["-last_at", 1, 1, 1],
    ["-last_at", None, 1],
    ["-last_at", 1.5, 1],
    ["-last_at", True, 1],
    ["-last_at", 1, True],
    ["-last_at", 1, "1"],
    ["-last_at", 2**63, 1],
    ["-last_at", 1, -(2**63) - 1],
    ["-last_at", "nul \x00", 1],
    ["-last_at", "half \ud800", 1],
    [7, 1, 1],
]


@pytest.mark.parametrize("content", WRONG, ids=repr)
def test_a_cursor_that_no_page_gave_is_told(content: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    with pytest.raises(BadRequest):
        decode_cursor(text, sort="-last_at")


@pytest.mark.parametrize("content", [b"[" * 100_000, b"[1" + b"0" * 10_000 + b"]", b"\xff\xfe", b'["-last_at",NaN,1]'])
def test_hostile_cursors_are_told(content: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_cursor(base64.urlsafe_b64encode(content).decode().rstrip("="), sort="-last_at")
