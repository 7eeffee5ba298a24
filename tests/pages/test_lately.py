"""Refreshes of many pages read the bar's numbers once; whoever opens a page reads them as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from inspector.models import FindingEntry, StoreEntry
from inspector.views import lately
from tests.pages.browse import Browser


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    lately._kept.clear()


def told(pages: Browser, *, refreshed: bool) -> str:
    """How many problems the bar tells."""
    headers = {"HX-Request": "true"} | ({"X-Refresh": "1"} if refreshed else {})
    html = pages.get("/threads/", headers).content.decode()
    return html.partition('id="problem-count"')[2].partition(" found")[0].rpartition('"')[2]


def find_a_problem(rule: str) -> None:
    FindingEntry.objects.create(store=StoreEntry.objects.get(), rule=rule, status="warning", finding={})


def test_a_refresh_tells_what_was_read_a_moment_ago_and_a_visit_what_is(pages: Browser) -> None:
    find_a_problem("one")
    assert told(pages, refreshed=True) == "1 problem"
    find_a_problem("two")
    assert told(pages, refreshed=True) == "1 problem"
    assert told(pages, refreshed=False) == "2 problems"


@pytest.mark.parametrize("what", ["synced_at", "diagnosed_at", "judged_at"])
def test_after_a_pass_or_a_diagnosis_a_refresh_tells_what_is(pages: Browser, what: str) -> None:
    find_a_problem("one")
    assert told(pages, refreshed=True) == "1 problem"
    find_a_problem("two")
    StoreEntry.objects.update(**{what: timezone.now() + timedelta(seconds=1)})
    assert told(pages, refreshed=True) == "2 problems"


def test_nothing_is_kept_for_long(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    find_a_problem("one")
    assert told(pages, refreshed=True) == "1 problem"
    find_a_problem("two")
    monkeypatch.setattr(lately, "KEPT_FOR", -1.0)  # as if that time had gone by
    assert told(pages, refreshed=True) == "2 problems"


def test_no_more_stores_are_kept_than_there_is_room_for(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "_STORES", 2)
    for number in range(5):
        store = StoreEntry.objects.create(name=f"store-{number}")
        lately.numbers_lately(store, lately.Moment(timezone.now(), 1.0))
        assert len(lately._kept) <= 2
