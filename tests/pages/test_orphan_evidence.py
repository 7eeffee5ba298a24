"""Why an orphan is taken for a lost conversation or not: in its row, on its own page, and as data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inspector.models import ThreadEntry
from inspector.orphans.evidence import VERDICTS
from tests.pages.browse import Browser


def rows_of(pages: Browser) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pages.data("/orphans/", limit=500)["threads"]
    assert rows
    return rows


def test_each_orphan_has_a_verdict_and_its_evidence_as_data(pages: Browser) -> None:
    for row in rows_of(pages):
        assert row["verdict"] in VERDICTS
        assert row["evidence"]
        for piece in row["evidence"]:
            assert set(piece) == {"slug", "weight", "text"}
            assert -3 <= piece["weight"] <= 3
            assert piece["text"].endswith(".")


def test_the_evidence_of_a_row_is_folded_away_and_its_strongest_piece_is_not(pages: Browser) -> None:
    row = rows_of(pages)[0]
    document = pages.document("/orphans/")

    folded = [element for element in document.all("details") if element.attributes.get("class") == "why"]
    summaries = [element.text for element in document.all("summary")]

    assert len(folded) == len(rows_of(pages)[:25])
    assert not any("open" in element.attributes for element in folded)
    assert all(piece["text"] in folded[0].text for piece in row["evidence"])
    assert any(piece["text"] in summary for piece in row["evidence"] for summary in summaries)


def test_the_list_of_all_threads_says_nothing_of_it(pages: Browser) -> None:
    assert b'class="why"' not in pages.get("/threads/", flag="orphan").content
    assert "verdict" not in pages.data("/threads/", flag="orphan")["threads"][0]


def test_the_page_of_an_orphan_asks_whether_it_is_a_lost_conversation(pages: Browser) -> None:
    row = rows_of(pages)[0]
    document = pages.document("/thread/", id=row["thread_id"])
    data = pages.data("/thread/", id=row["thread_id"])["assessment"]

    (panel,) = (element for element in document.all("section") if element.attributes.get("id") == "lost")
    links = [element.attributes.get("href", "") for element in document.all("a")]

    assert (data["verdict"], data["evidence"]) == (row["verdict"], row["evidence"])
    assert data["total"] == sum(piece["weight"] for piece in row["evidence"])
    assert all(piece["text"] in panel.text for piece in row["evidence"])
    assert any(link.startswith("/orphans/?") and "group=" in link for link in links)


def test_the_page_of_a_conversation_does_not(pages: Browser) -> None:
    row = next(row for row in pages.data("/threads/", limit=500)["threads"] if row["turns"] > 1)

    assert pages.data("/thread/", id=row["thread_id"])["assessment"] is None
    assert b'id="lost"' not in pages.get("/thread/", id=row["thread_id"]).content


@pytest.mark.parametrize(
    ("changed", "slug"),
    [({"muted": True}, "muted"), ({"state": "failed"}, "state"), ({"reads": 4, "misses": 4, "missed": 2}, "reads")],
)
def test_what_a_thread_went_through_is_part_of_the_evidence(pages: Browser, changed: dict[str, Any], slug: str) -> None:
    thread_id = rows_of(pages)[0]["thread_id"]
    ThreadEntry.objects.filter(thread_id=thread_id).update(**changed)

    assert slug in {piece["slug"] for piece in pages.data("/thread/", id=thread_id)["assessment"]["evidence"]}


def test_a_thread_that_was_resumed_after_long_is_said_to_have_been_come_back_to(pages: Browser) -> None:
    thread_id = rows_of(pages)[0]["thread_id"]
    entry = ThreadEntry.objects.get(thread_id=thread_id)
    ThreadEntry.objects.filter(pk=entry.pk).update(first_at=entry.last_at - timedelta(hours=3))

    (piece,) = (
        piece for piece in pages.data("/thread/", id=thread_id)["assessment"]["evidence"] if piece["slug"] == "course"
    )

    assert piece["text"].startswith("3 h lie between its first and its last checkpoint")
    assert piece["weight"] == -2
