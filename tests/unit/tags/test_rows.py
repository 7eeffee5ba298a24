"""Rows that are kept: nobody gets one that says something else than their own thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inspector.tags import rows
from inspector.tags.rows import thread_cells
from inspector.views.contexts import AlsoIn, Bar, ThreadItem, WorkerCount

AT = datetime(2026, 3, 1, 9, 31, tzinfo=UTC)
BAR = Bar("threads", "main", ("main", "other"), "", None, 0, kind="postgres")
ITEM = ThreadItem(
    thread_id="customer-1",
    turns=2,
    turns_is_lower_bound=False,
    checkpoints=7,
    writes=9,
    namespaces=1,
    first_at=AT,
    last_at=AT,
    state="complete",
    flags=("several-hosts",),
    owner="ann",
    workers=(WorkerCount("web-1", 7, None, None),),
    metadata={"user_id": "ann", "graph_id": "chat"},
)
#: What may differ between two threads, or between what two people may see of one.
OTHERS = [
    (replace(ITEM, thread_id="customer-2"), BAR),
    (replace(ITEM, turns=3), BAR),
    (replace(ITEM, turns_is_lower_bound=True), BAR),
    (replace(ITEM, checkpoints=8), BAR),
    (replace(ITEM, state="failed"), BAR),
    (replace(ITEM, flags=("siblings",)), BAR),
    (replace(ITEM, owner="bob"), BAR),
    (replace(ITEM, metadata={"tenant": "ann", "graph_id": "chat"}), BAR),
    (replace(ITEM, workers=(WorkerCount("web-2", 7, None, None),)), BAR),
    (ITEM, replace(BAR, store="other")),
    (replace(ITEM, owner="", metadata={}), BAR),
]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    rows._kept.clear()


def test_a_row_that_is_kept_is_the_one_that_was_made() -> None:
    made = thread_cells(ITEM, BAR)
    assert len(rows._kept) == 1
    assert thread_cells(replace(ITEM, metadata=dict(ITEM.metadata)), replace(BAR, orphans=5)) is made
    assert "customer-1" in made
    assert "web-1" in made


@pytest.mark.parametrize(("other", "bar"), OTHERS)
def test_what_differs_in_anything_has_a_row_of_its_own(other: ThreadItem, bar: Bar) -> None:
    kept = thread_cells(ITEM, BAR)
    row = thread_cells(other, bar)
    assert row != kept
    rows._kept.clear()
    assert thread_cells(other, bar) == row


def test_a_row_that_tells_how_long_ago_something_was_is_not_kept() -> None:
    assert "also in other" in thread_cells(replace(ITEM, also_in=(AlsoIn("other", 3, AT),)), BAR)
    assert not rows._kept


def test_no_more_rows_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "KEPT", 3)
    for number in range(10):
        assert f"thread-{number}<" in thread_cells(replace(ITEM, thread_id=f"thread-{number}"), BAR)
        assert len(rows._kept) <= 3
