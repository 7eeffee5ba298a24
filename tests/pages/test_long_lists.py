"""What lists of a large store say of themselves: where their pages lead, what was not looked at, how far it is read."""

from __future__ import annotations

import pytest

from inspector.models import StoreEntry, ThreadEntry
from tests.pages.browse import Browser


def test_a_list_says_by_its_order_where_its_pages_lead(pages: Browser) -> None:
    for sort, words in (("-last_at", ["Older →", "← Newest"]), ("turns", ["Next page →", "← First page"])):
        page = pages.data("/threads/", sort=sort, limit="3")
        first = pages.document("/threads/", sort=sort, limit="3")
        second = pages.document("/threads/", sort=sort, limit="3", after=page["next"])
        links = [{item.text for item in document.all("a")} for document in (first, second)]
        assert words[0] in links[0] & links[1]
        assert words[1] in links[1] - links[0]


def test_a_search_that_gave_up_before_it_found_anything_says_so(
    pages: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.paging.BUDGET", 4)
    monkeypatch.setattr("inspector.index.counts.MOST", 4)
    page = pages.data("/threads/", q="~")
    assert (page["total"], page["total_is_exact"], page["cut"] > 0, bool(page["next"])) == (0, False, True, True)
    text = pages.document("/threads/", q="~").elements[0].text
    assert "no match found so far" in text
    assert "at least 0" not in text


@pytest.fixture
def half_built(pages: Browser) -> Browser:
    """A first build under way: rows and tallies are there, and what a pass writes down at its end is behind."""
    StoreEntry.objects.update(
        synced_at=None, threads=1, checkpoints=1, walk_after="m", walk_done=500, walk_total=1_000, walk_seconds=60
    )
    return pages


def test_while_the_index_is_built_every_page_says_how_far_it_is(half_built: Browser) -> None:
    threads = ThreadEntry.objects.count()
    for path in ("/threads/", "/orphans/"):
        page = half_built.data(path)
        assert page["index"]["building"] is True
        assert page["index"]["threads"] == threads >= page["total"] > 1
        (notice,) = [
            item for item in half_built.document(path).all("div") if item.attributes.get("id") == "index-notice"
        ]
        assert f"{threads} threads so far: lists and numbers are of these" in notice.text
        assert "500 of about 1,000 checkpoints read, about 1 min left" in notice.text
    (told,) = [item.text for item in half_built.document("/stores/").all("dd") if "building the index" in item.text]
    assert f"{threads} threads so far" in told
    assert "not read yet" not in told
    filtered = half_built.document("/threads/", since="30d").elements[0].text
    assert "of 1 thread" not in filtered
