"""The picture of a thread: the whole of a short one, of a long one the steps around the page's and a strip above."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from langgraph.graph import START, StateGraph
from langgraph.graph.message import MessagesState

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.errors import ReadTooLong
from inspector.index.connections import get_reader
from inspector.index.passes import run_pass
from inspector.reader.reader import Reader
from inspector.views.picture import AROUND, WHOLE
from tests.pages.browse import Browser, Document

#: Turns of a real graph, three checkpoints each.
SHORT, LONG = 30, 70
HOSTS = tuple(f"web-{number}" for number in range(12))


@pytest.fixture(scope="module")
def drawn_store(postgres: EmbeddedPostgres) -> str:
    url = postgres.create_database()
    with open_saver(url) as saver:
        inner = StateGraph(MessagesState).add_node("look", lambda state: {}).add_edge(START, "look")
        kept = inner.compile(checkpointer=True)
        for thread_id, node, turns in (
            ("short", lambda state: {}, SHORT),
            ("long", lambda state: {}, LONG),
            ("calls", kept, 3),
        ):
            graph: Any = StateGraph(MessagesState).add_node("talk", node).add_edge(START, "talk")
            compiled = graph.compile(checkpointer=saver)
            for number in range(turns):
                config: Any = {
                    "configurable": {"thread_id": thread_id},
                    "metadata": {"worker_hostname": HOSTS[number % len(HOSTS)]},
                }
                compiled.invoke({"messages": [("user", f"Question {number}")]}, config)
    return url


@pytest.fixture
def pages(show_stores: Any, drawn_store: str) -> Browser:
    browser: Browser = show_stores(drawn=drawn_store)
    run_pass(get_reader())
    return browser


def part(document: Document, name: str, end: str) -> list[dict[str, list[str]]]:
    """Where the links between two elements lead, by the ids of those."""
    ids = [item.attributes.get("id") for item in document.elements]
    if name not in ids:
        return []
    inside = document.elements[ids.index(name) : ids.index(end)]
    return [parse_qs(item.attributes["href"].lstrip("?")) for item in inside if item.tag == "a"]


def dots(document: Document) -> list[str]:
    return [query["checkpoint"][0] for query in part(document, "lanes", "lanes-caption")]


def strip(document: Document) -> list[str]:
    return [query["checkpoint"][0] for query in part(document, "overview", "lanes")]


def stored(pages: Browser, thread_id: str) -> list[str]:
    """Ids, oldest first."""
    return [item["checkpoint_id"] for item in pages.data("/thread/", id=thread_id)["checkpoints"]][::-1]


def test_a_short_thread_is_drawn_whole_also_where_its_list_has_pages(pages: Browser) -> None:
    document = pages.document("/thread/", id="short")
    everything = stored(pages, "short")
    assert 60 < len(everything) <= WHOLE
    assert dots(document) == everything
    assert strip(document) == []


def test_a_long_thread_is_drawn_around_its_page_and_as_a_strip(pages: Browser) -> None:
    everything = stored(pages, "long")
    assert len(everything) > WHOLE
    newest = pages.document("/thread/", id="long")
    assert dots(newest) == everything[-60 - AROUND :]
    links = strip(newest)
    assert links[0] == everything[0]
    assert 30 < len(links) <= 48

    middle = everything[len(everything) // 2]
    document = pages.document("/thread/", id="long", checkpoint=middle)
    assert middle in dots(document)
    assert len(dots(document)) == 60 + 2 * AROUND
    assert strip(document) == links


def test_every_part_of_the_strip_leads_to_the_step_with_which_it_begins(pages: Browser) -> None:
    for checkpoint_id in strip(pages.document("/thread/", id="long"))[::9]:
        document = pages.document("/thread/", id="long", checkpoint=checkpoint_id)
        (selected,) = [item for item in document.elements if item.attributes.get("id") == "selected"]
        assert selected.attributes["data-checkpoint"] == checkpoint_id
        assert checkpoint_id in dots(document)


def test_hosts_that_are_too_many_share_a_lane_and_are_told(pages: Browser) -> None:
    document = pages.document("/thread/", id="short")
    assert "4 more hosts" in [item.text for item in document.all("text")]
    (told,) = [item.text for item in document.all("p") if item.attributes.get("id") == "lanes-told"]
    assert told.startswith(f"Of {3 * SHORT} checkpoints here, hosts wrote: web-0 9, ")
    assert "and 4 more hosts" in told


def test_a_subgraph_has_the_same_picture_of_its_calls(pages: Browser) -> None:
    document = pages.document("/thread/", id="calls", ns="talk")
    assert len(dots(document)) == 9
    texts = [item.text for item in document.all("text")]
    assert "call 1" in texts
    assert not [text for text in texts if text.startswith("turn")]


def test_a_refresh_reads_no_outline_again(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pages.document("/thread/", id="long")
    store = get_reader().store
    asked: list[str] = []
    whole = type(store).read_outline

    def count(self: Any, *given: Any, **named: Any) -> Any:
        asked.append(named["after"])
        return whole(self, *given, **named)

    monkeypatch.setattr(type(store), "read_outline", count)
    assert dots(pages.document("/thread/", id="long")) == dots(first)
    assert asked == []


def test_a_page_whose_outline_cannot_be_read_draws_its_own_steps_and_says_so(
    pages: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Reader, *_: Any) -> Any:
        raise ReadTooLong("The store took too long.", "")

    monkeypatch.setattr(Reader, "read_outline", fail)
    document = pages.document("/thread/", id="long")
    assert len(dots(document)) == 60
    (note,) = [item.text for item in document.all("p") if item.attributes.get("id") == "overview-told"]
    assert note == "Only the steps of this page are drawn: The store took too long."
