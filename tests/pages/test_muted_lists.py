"""Lists and the bar once somebody has muted a thread: it is left out, and every number says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import override_settings

from tests.pages.browse import Browser, Document, Element


@pytest.fixture
def orphans(pages: Browser) -> Iterator[list[str]]:
    """Of threads that are seconds old."""
    with override_settings(INSPECTOR=replace(settings.INSPECTOR, orphan_after=0.001)):
        yield _listed(pages)


def _listed(pages: Browser, **query: str) -> list[str]:
    return [row["thread_id"] for row in pages.data("/threads/", flag="orphan", limit=500, **query)["threads"]]


def _mute(pages: Browser, thread_id: str) -> None:
    fields = {"what": "id", "pattern": thread_id, "reason": "by a test", "end": "7d"}
    assert pages.client.post("/orphans/mutes/add/", fields, headers={"host": "localhost"}).status_code == 303


def _of_id(page: Document, name: str) -> list[Element]:
    return [element for element in page.elements if element.attributes.get("id") == name]


def test_a_muted_thread_leaves_the_lists_of_orphans_at_once_and_no_other(pages: Browser, orphans: list[str]) -> None:
    muted = next(thread_id for thread_id in orphans if thread_id.isalnum() or thread_id.replace("-", "").isalnum())
    every = pages.data("/threads/")["total"]
    _mute(pages, muted)
    told = pages.data("/threads/", flag="orphan")
    assert (told["total"], told["muted"]) == (len(orphans) - 1, 1)
    assert _listed(pages) == [thread_id for thread_id in orphans if thread_id != muted]
    assert _listed(pages, muted="show") == orphans
    assert _listed(pages, muted="only") == [muted]
    plain = pages.data("/threads/")
    assert (plain["total"], plain["muted"]) == (every, 0)
    assert pages.data("/orphans/mutes/")["marking"] is False


def test_the_page_says_what_is_left_out_and_leads_to_it(pages: Browser, orphans: list[str]) -> None:
    assert not _of_id(pages.document("/threads/", flag="orphan"), "left-out")
    _mute(pages, "*")
    page = pages.document("/threads/", flag="orphan")
    (said,) = _of_id(page, "left-out")
    assert f"{len(orphans)} more are muted and not listed." in said.text
    assert "muted=show" in next(link for link in page.all("a") if link.text == "List them, too").attributes["href"]
    (count,) = _of_id(page, "orphan-count")
    assert count.text.strip() == ""
    assert count.attributes["title"] == f"0 orphans, and {len(orphans)} more that are muted"
