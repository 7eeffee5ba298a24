"""A context as data: what JSON cannot say is said in words, and what only the page needs stays out."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.domain.value import ABSENT, Omitted, Tagged
from inspector.views.contexts.base import Tree, page_only
from inspector.views.page import as_data


@dataclass(frozen=True)
class Inner:
    at: datetime | None
    link: str = page_only(default="/furniture/")


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner
    items: tuple[Inner, ...] = ()
    furniture: Inner = page_only(default=None)


def test_what_only_the_page_needs_stays_out_at_any_depth() -> None:
    inner = Inner(None)

    assert as_data(Outer("a", inner, (inner,), inner)) == {"name": "a", "inner": {"at": None}, "items": [{"at": None}]}


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 22, 9, 30, tzinfo=UTC), "2026-11-22T09:30:00Z"),
        (datetime(2026, 11, 22, 9, 30, 0, 120, tzinfo=UTC), "2026-11-22T09:30:00.000120Z"),
        (datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=2))), "2026-11-22T07:30:00Z"),
    ],
)
def test_times_are_iso_8601_in_utc(at: datetime, text: str) -> None:
    assert as_data(Inner(at)) == {"at": text}


@pytest.mark.parametrize(
    ("tree", "data"),
    [
        (Tree(ABSENT), None),
        (Tree(None), None),
        (Tree([Tagged("a.B", {"$x": 1})]), [{"$type": "a.B", "$$x": 1}]),
        (Tree(Omitted("size", 3)), {"$omitted": 3, "reason": "size"}),
        (Tree(2**60), {"$type": "int", "value": str(2**60)}),
    ],
)
def test_value_trees_take_their_own_form(tree: Tree, data: Any) -> None:
    assert as_data({"channel": tree}) == {"channel": data}


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_numbers_that_json_has_no_word_for_are_told(odd: float) -> None:
    """Metadata is JSON already, and `1e999` is JSON that Python reads as infinity."""
    assert as_data({"metadata": {"score": odd}}) == {"metadata": {"score": {"$type": "float", "value": str(odd)}}}


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(timezones=st.just(UTC)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            | st.builds(Tree, st.text() | st.floats())
        ),
        max_leaves=8,
    )
)
def test_everything_comes_out_as_strict_json(value: Any) -> None:
    json.dumps(as_data(value), allow_nan=False)
