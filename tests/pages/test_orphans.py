"""The page of orphans: how their share stands, whose they are, and what it says where there is little to say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from inspector.models import AlertEntry, StoreEntry, ThreadEntry
from tests.integration.index.samples import count
from tests.pages.browse import Browser, Document, Element


def one(page: Document, **attributes: str) -> Element:
    found = [element for element in page.elements if attributes.items() <= element.attributes.items()]
    assert len(found) == 1, attributes
    return found[0]


def has(page: Document, name: str) -> bool:
    return any(element.attributes.get("id") == name for element in page.elements)


def mute(pages: Browser, pattern: str) -> None:
    fields = {"what": "id", "pattern": pattern, "reason": "by a test", "end": "7d"}
    assert pages.client.post("/orphans/mutes/add/", fields, headers={"host": "localhost"}).status_code == 303


def age(days: float) -> StoreEntry:
    """All threads began and ended so much earlier."""
    store = StoreEntry.objects.get(name="scenarios")
    back = timedelta(days=days)
    ThreadEntry.every.filter(store=store).update(first_at=F("first_at") - back, last_at=F("last_at") - back)
    return count(store)


def test_parts_add_up_to_the_whole(pages: Browser) -> None:
    page = pages.data("/orphans/", window="7d")
    fields = {"threads", "orphans", "undecided", "decided", "muted", "random_ids", "rate", "before", "rose_at"}
    for kind, name in (("hosts", "hostname"), ("graphs", "graph"), ("shapes", "shape")):
        parts = page[kind]
        assert parts
        assert all(fields | {name, "fell_at", "rose_before"} <= set(part) for part in parts)
        if kind != "hosts":  # a thread may have several
            assert sum(part["threads"] for part in parts) == page["current"]["threads"]
            assert sum(part["orphans"] for part in parts) == page["current"]["orphans"]
    assert {shape["shape"] for shape in page["shapes"]} >= {"", "uuid4"}
    assert (page["more_hosts"], page["more_graphs"]) == (0, 0)


@pytest.mark.parametrize("kind", ["host", "graph", "shape"])
def test_each_part_leads_to_its_orphans(pages: Browser, kind: str) -> None:
    key = "hostname" if kind == "host" else kind
    parts = pages.data("/orphans/", window="7d")[f"{kind}s"]
    html = pages.get("/orphans/", window="7d").content.decode()
    links = [
        element.attributes["href"]
        for element in Document(html).all("a")
        if f"&{kind}=" in element.attributes.get("href", "")
    ]
    assert len(parts) > 1
    for part in parts:
        name = part[key] or "(unnamed)"
        assert f"/threads/?flag=orphan&{kind}={name}&since=7d" in links
        listed = pages.data("/threads/", flag="orphan", since="7d", limit=1, **{kind: name})
        assert listed["total"] == part["orphans"]


def test_the_first_sentence_is_what_the_chart_is_called(pages: Browser) -> None:
    page, data = pages.document("/orphans/"), pages.data("/orphans/")
    current = data["current"]
    assert data["headline"].startswith(
        f"{round(100 * data['rate'])} % of {current['decided']} threads begun in the last"
    )
    assert one(page, id="headline").text == data["headline"]
    figure = next(page.all("figure"))
    assert (figure.attributes["role"], figure.attributes["aria-label"]) == ("group", data["headline"])
    rows = [element for element in page.all("caption") if element.text.startswith("Threads begun and orphans")]
    assert len(rows) == 1


def test_the_sub_navigation_says_where_one_is(pages: Browser) -> None:
    page = pages.document("/orphans/")
    here = [element for element in page.all("a") if element.attributes.get("aria-current") == "page"]
    assert [element.text for element in here][-1] == "Overview"


def test_muted_orphans_count_and_every_total_says_how_many_they_are(pages: Browser) -> None:
    before = pages.data("/orphans/")
    muted = next(row["thread_id"] for row in before["threads"] if row["thread_id"].replace("-", "").isalnum())
    mute(pages, muted)
    after = pages.data("/orphans/")
    assert after["rate"] == before["rate"]
    assert (after["muted"], after["current"]["muted"], sum(bar["muted"] for bar in after["series"])) == (1, 1, 1)
    assert sum(part["muted"] for part in after["graphs"]) == sum(part["muted"] for part in after["shapes"]) == 1
    assert (after["total"], after["muted_left_out"]) == (before["total"] - 1, 1)
    assert "1 of them is muted." in after["headline"]
    assert [row["thread_id"] for row in pages.data("/orphans/", muted="only")["threads"]] == [muted]
    assert pages.data("/orphans/", muted="show")["total"] == before["total"]
    page = pages.document("/orphans/")
    assert "1 more is muted and not listed." in one(page, id="left-out").text
    assert any("muted=only" in element.attributes.get("href", "") for element in page.all("a"))


def test_when_all_are_muted_the_page_says_so_and_how_to_see_them(pages: Browser) -> None:
    mute(pages, "*")
    page = pages.document("/orphans/")
    assert "No orphans but muted ones" in one(page, id="empty").text
    assert "All of them are muted." in one(page, id="headline").text
    assert any(element.text.startswith("List them") for element in page.all("a"))
    assert not has(pages.document("/orphans/", muted="show"), "empty")


def test_a_list_is_narrowed_and_says_when_nothing_is_left(pages: Browser) -> None:
    data = pages.data("/orphans/", shape="uuid4", limit=500)
    assert 0 < data["total"] < pages.data("/orphans/")["total"]
    assert data["rate"] == pages.data("/orphans/")["rate"]  # of the list alone
    assert "No orphan is left of this choice" in one(pages.document("/orphans/", host="nobody"), id="empty").text
    assert "No orphan is left of this choice" in one(pages.document("/orphans/", muted="only"), id="empty").text


def test_a_narrowed_list_and_its_older_pages_are_not_below_figures_of_all(pages: Browser) -> None:
    first = pages.document("/orphans/", limit=1)
    assert has(first, "headline")
    older = pages.document("/orphans/", limit=1, after=pages.data("/orphans/", limit=1)["next"])
    for page in (older, pages.document("/orphans/", shape="uuid4"), pages.document("/orphans/", muted="only")):
        assert not has(page, "headline")
        assert not has(page, "groups")
    assert has(older, "list")


def test_what_a_list_is_narrowed_by_can_be_taken_off(pages: Browser) -> None:
    host = next(part["hostname"] for part in pages.data("/orphans/")["hosts"] if part["hostname"])
    page = pages.document("/orphans/", host=host, muted="show")
    off = {element.attributes["href"] for element in page.all("a") if "chip" in element.attributes.get("class", "")}
    assert off == {f"?host={host}", "?muted=show"}


def test_rows_do_not_repeat_of_each_what_all_of_them_are(pages: Browser) -> None:
    shown = {element.attributes.get("data-flag") for element in pages.document("/orphans/").all("span")}
    assert "random-id" in shown
    assert not shown & {"one-turn", "orphan"}


def test_a_window_without_threads_leads_to_one_with_some(pages: Browser) -> None:
    age(days=3)
    data, page = pages.data("/orphans/"), pages.document("/orphans/")
    assert data["current"]["threads"] == 0
    assert data["headline"] == ""
    quiet = one(page, id="quiet").text
    assert "No thread began in the last 24 hours" in quiet
    assert "3 days ago" in quiet
    wider = [element for element in page.all("a") if element.text == "Look at the last 7 days"]
    assert [element.attributes["href"] for element in wider] == ["?window=7d"]
    assert pages.data("/orphans/", window="7d")["current"]["threads"] > 0


def test_where_the_newest_thread_is_older_than_every_window_all_threads_are_shown(pages: Browser) -> None:
    age(days=60)
    quiet = one(pages.document("/orphans/", window="30d"), id="quiet").text
    assert "Look at all threads" in quiet


def test_alerts_that_began_or_ended_in_the_window_are_marked(pages: Browser) -> None:
    store, now = StoreEntry.objects.get(name="scenarios"), timezone.now()

    def alert(hostname: str, fired: float, ended: float | None) -> None:
        hours = {"fired_at": now - timedelta(hours=fired), "since": now - timedelta(hours=fired)}
        told: dict[str, Any] = {"threads": 60, "orphans": 50, "expected": 0.05, "basis": "host"}
        end = None if ended is None else now - timedelta(hours=ended)
        AlertEntry.objects.create(store=store, hostname=hostname, ended_at=end, **hours, **told)

    alert("web-1", 30, 20)
    alert("web-2", 5, None)
    alert("web-3", 50, 40)
    marks = [mark for mark in pages.data("/orphans/")["marks"] if mark["kind"] in ("fired", "ended")]
    assert [(mark["kind"], mark["hostname"]) for mark in marks] == [("ended", "web-1"), ("fired", "web-2")]
    assert "alert: web-2" in pages.get("/orphans/").content.decode()
