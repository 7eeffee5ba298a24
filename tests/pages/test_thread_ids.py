"""Thread ids that are legal and unkind: listed, found and opened exactly, as data and as HTML that a parser reads."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from inspector.demo.plays.hostile_thread_ids import HOSTILE
from inspector.demo.repertoire import PlayedStore
from tests.pages.browse import Browser, Document

ENDING = "hostile-thread-ids-sync-"
IDS = [*(f"{start} {ENDING}" for start in HOSTILE), f"CASE {ENDING}", f"case {ENDING}", ""]
EACH_ID = pytest.mark.parametrize("thread_id", IDS, ids=range(len(IDS)))


def ids_of(page: dict[str, Any]) -> list[str]:
    return [row["thread_id"] for row in page["threads"]]


def linked_ids(document: Document) -> set[str]:
    """The ids that a page's links to threads lead to, decoded as a server does."""
    links = (urlsplit(element.attributes.get("href", "")) for element in document.all("a"))
    queries = (parse_qs(link.query, keep_blank_values=True) for link in links if link.path == "/thread/")
    return {query["id"][0] for query in queries}


def longest(store: PlayedStore) -> str:
    return max((thread.thread_id for thread in store.find("hostile-thread-ids", "sync").threads), key=len)


def test_these_are_the_ids_that_the_scenario_played(scenario_store: PlayedStore) -> None:
    played = {thread.thread_id for thread in scenario_store.find("hostile-thread-ids", "sync").threads}

    assert played == {*IDS, longest(scenario_store)}
    assert len(longest(scenario_store)) == 2_000


def test_all_are_listed_as_data(pages: Browser, scenario_store: PlayedStore) -> None:
    assert {*IDS, longest(scenario_store)} <= set(ids_of(pages.data("/threads/", limit=500)))


def test_all_are_listed_on_the_page_and_its_links_lead_to_them(pages: Browser, scenario_store: PlayedStore) -> None:
    listed = linked_ids(pages.document("/threads/", limit=500))

    assert {*IDS, longest(scenario_store)} <= listed
    assert listed == set(ids_of(pages.data("/threads/", limit=500)))


def test_the_links_of_a_page_open_what_they_name(pages: Browser) -> None:
    document = pages.document("/threads/", q=ENDING, limit=500)
    links = {
        element.attributes["href"]
        for element in document.all("a")
        if element.attributes.get("href", "").startswith("/thread/")
    }

    assert len(links) >= len(HOSTILE)
    for link in links:
        (asked,) = parse_qs(urlsplit(link).query, keep_blank_values=True)["id"]
        response = pages.ask("GET", link + "&format=json")
        assert response.status_code == 200
        assert response.json()["thread"]["thread_id"] == asked  # type: ignore[attr-defined]


@EACH_ID
def test_each_is_found_by_its_exact_id(pages: Browser, thread_id: str) -> None:
    if thread_id:
        assert ids_of(pages.data("/threads/", q=thread_id)) == [thread_id]
        assert linked_ids(pages.document("/threads/", q=thread_id)) == {thread_id}


@EACH_ID
def test_each_is_found_by_its_exact_id_before_the_index_has_met_it(unindexed: Browser, thread_id: str) -> None:
    if thread_id:
        page = unindexed.data("/threads/", q=thread_id)
        assert (ids_of(page), page["not_indexed"]) == ([thread_id], True)


@EACH_ID
def test_each_is_opened_and_shown_exactly(pages: Browser, thread_id: str) -> None:
    page = pages.data("/thread/", id=thread_id)
    document = pages.document("/thread/", id=thread_id)

    assert page["thread"]["thread_id"] == thread_id
    assert page["thread"]["turns"] == (2 if thread_id.startswith("case") else 1)
    assert thread_id in linked_ids(document)
    if thread_id.isascii() and thread_id.isprintable() and "  " not in thread_id:  # the others are spelled out
        assert thread_id in next(document.all("h1")).text


def test_the_longest_is_found_and_opened(pages: Browser, scenario_store: PlayedStore) -> None:
    thread_id = longest(scenario_store)

    assert ids_of(pages.data("/threads/", q=thread_id)) == [thread_id]
    assert pages.data("/thread/", id=thread_id)["thread"]["thread_id"] == thread_id
    assert thread_id in linked_ids(pages.document("/thread/", id=thread_id))
    assert pages.get("/", q=thread_id).status_code == 302


def test_markup_in_an_id_is_text_and_never_an_element(pages: Browser) -> None:
    for document in (
        pages.document("/threads/", q="<script>"),
        pages.document("/thread/", id=f"<script>alert(1)</script><b>&amp; {ENDING}"),
        pages.document("/threads/", q='"><script>alert(1)</script>'),
        pages.document("/thread/", status=404, id='"><img src=x onerror=alert(1)>'),
    ):
        assert all(element.text == "" for element in document.all("script"))
        assert not [element for element in document.all("img") if element.attributes["src"] == "x"]
        assert not [name for element in document.elements for name in element.attributes if name.startswith("on")]


def test_template_code_in_an_id_is_not_run(pages: Browser) -> None:
    text = pages.document("/threads/", q="{{ template }}").elements[0].text

    assert "{{ template }} {% tag %}" in text


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("CASE host", {f"CASE {ENDING}"}),
        ("case host", {f"case {ENDING}"}),
        ("Case host", set()),
        ("100%", {f"{HOSTILE[5]} {ENDING}"}),
        ("0%_w", {f"{HOSTILE[5]} {ENDING}"}),
        ("100_", set()),
        ("%wild", set()),
        ("_wild*card?[a-z]", {f"{HOSTILE[5]} {ENDING}"}),
        ("wild.card", set()),
        ("back\\slash", {f"{HOSTILE[6]} {ENDING}"}),
        ("back\\\\slash", set()),
        ("\\u0000", {f"{HOSTILE[6]} {ENDING}"}),
        ("  spaces", {f"{HOSTILE[7]} {ENDING}"}),
        ("line two\ttabbed\r\n", {f"{HOSTILE[1]} {ENDING}"}),
        ("\u00e9", {f"{HOSTILE[9]} {ENDING}"}),
        ("'; drop", {f"{HOSTILE[10]} {ENDING}"}),
    ],
)
def test_a_search_takes_every_character_as_it_is(pages: Browser, part: str, expected: set[str]) -> None:
    found = ids_of(pages.data("/threads/", q=part, limit=500))

    assert {thread_id for thread_id in found if thread_id.endswith(ENDING)} == expected
    assert all(part in thread_id for thread_id in found)


def test_the_search_field_holds_what_was_searched(pages: Browser) -> None:
    for text in ('it\'s "quoted" `here`', "<b>&amp;", " spaces "):
        fields = pages.document("/threads/", q=text).all("input")
        assert [field.attributes["value"] for field in fields if field.attributes.get("name") == "q"] == [text]
