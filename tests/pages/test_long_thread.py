"""A thread of more steps than a page lists: paged from both ends, numbered right, counted by the index."""

from __future__ import annotations

from typing import Any, TypedDict
from urllib.parse import parse_qs

import pytest
from langgraph.graph import START, StateGraph
from langgraph.graph.message import MessagesState

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.index.connections import get_reader
from inspector.index.passes import run_pass
from inspector.models import ThreadEntry
from inspector.views import standing
from tests.pages.browse import Browser, Document


class Held(TypedDict, total=False):
    asked: str
    held: Any


TURNS = 50  #: of a real graph, three checkpoints each
STEPS = 3 * TURNS
#: Larger than what is loaded unasked, and than what is loaded at all.
LARGE, HUGE = 400_000, 20_000_000


@pytest.fixture(scope="module")
def long_store(postgres: EmbeddedPostgres) -> str:
    url = postgres.create_database()
    with open_saver(url) as saver:
        inner = StateGraph(MessagesState).add_node("look", lambda state: {}).add_edge(START, "look").compile()
        for thread_id, node, turns in (("long", lambda state: {}, TURNS), ("deep", inner, 60)):
            graph: Any = StateGraph(MessagesState).add_node("talk", node).add_edge(START, "talk")
            compiled = graph.compile(checkpointer=saver)
            for number in range(turns):
                compiled.invoke(
                    {"messages": [("user", f"Question {number}")]}, {"configurable": {"thread_id": thread_id}}
                )
        for thread_id, size in (("large", LARGE), ("huge", HUGE)):
            for name, value in (("text", "x" * size), ("list", ["x" * size])):
                config: Any = {"configurable": {"thread_id": f"{thread_id}-{name}"}}
                typed: Any = StateGraph(Held).add_node("say", lambda state, value=value: {"held": value})
                typed.add_edge(START, "say").compile(checkpointer=saver).invoke({"asked": "x"}, config)
    return url


@pytest.fixture
def long_pages(show_stores: Any, long_store: str) -> Browser:
    browser: Browser = show_stores(long=long_store)
    run_pass(get_reader())
    return browser


def link(document: Document, page: str) -> dict[str, str]:
    """The parameters of the link to another page of steps."""
    (found,) = [item for item in document.all("a") if item.attributes.get("data-page") == page]
    return {name: values[0] for name, values in parse_qs(found.attributes["href"].lstrip("?")).items()}


def pages_there(document: Document) -> set[str]:
    return {item.attributes["data-page"] for item in document.all("a") if "data-page" in item.attributes}


def listed(document: Document) -> list[str]:
    """Ids of the steps in the list, newest first."""
    (nav,) = [item for item in document.all("nav") if item.attributes.get("id") == "steps"]
    start = document.elements.index(nav)
    hrefs = [item.attributes["href"] for item in document.elements[start:] if "data-source" in item.attributes]
    return [parse_qs(href.lstrip("?"))["checkpoint"][0] for href in hrefs]


def turns_of(document: Document) -> list[str]:
    return [item.text.split(" ·")[0] for item in document.all("h3") if item.text.startswith("Turn ")]


def test_the_list_of_steps_is_paged_from_the_newest_to_the_oldest(long_pages: Browser) -> None:
    stored = [item["checkpoint_id"] for item in long_pages.data("/thread/", id="long")["checkpoints"]]
    assert len(stored) == STEPS
    document = long_pages.document("/thread/", id="long")
    found, seen = listed(document), [listed(document)]
    while "older" in pages_there(document):
        document = long_pages.document("/thread/", **link(document, "older"))
        seen.append(listed(document))
        found += seen[-1]
    assert found == stored
    assert [len(page) for page in seen] == [60, 60, 30]
    assert pages_there(document) == {"newer", "newest"}
    assert listed(long_pages.document("/thread/", **link(document, "newest"))) == stored[:60]


def test_the_oldest_steps_are_one_link_away_and_lead_forward(long_pages: Browser) -> None:
    stored = [item["checkpoint_id"] for item in long_pages.data("/thread/", id="long")["checkpoints"]]
    document = long_pages.document("/thread/", **link(long_pages.document("/thread/", id="long"), "oldest"))
    assert listed(document) == stored[-60:]
    assert turns_of(document) == [f"Turn {number}" for number in range(20, 0, -1)]
    (selected,) = [item for item in document.all("section") if item.attributes.get("id") == "selected"]
    assert selected.attributes["data-checkpoint"] == stored[-1]
    document = long_pages.document("/thread/", **link(document, "newer"))
    assert listed(document) == stored[-120:-60]
    assert turns_of(document) == [f"Turn {number}" for number in range(40, 20, -1)]
    (place,) = [item for item in document.all("p") if item.attributes.get("id") == "steps-place"]
    assert place.text == "31 to 90 of 150, newest first"


def test_a_step_keeps_its_page_and_is_found_without_one(long_pages: Browser) -> None:
    stored = [item["checkpoint_id"] for item in long_pages.data("/thread/", id="long")["checkpoints"]]
    document = long_pages.document("/thread/", id="long", checkpoint=stored[100])
    steps = listed(document)
    assert stored[100] in steps[20:40]
    (nav,) = [item for item in document.all("nav") if item.attributes.get("id") == "steps"]
    start = document.elements.index(nav)
    hrefs = [item.attributes["href"] for item in document.elements[start:] if "data-source" in item.attributes]
    for href in (hrefs[0], hrefs[-1]):
        again = {name: values[0] for name, values in parse_qs(href.lstrip("?")).items()}
        assert listed(long_pages.document("/thread/", **again)) == steps


def test_a_page_whose_steps_are_gone_is_the_oldest_one(long_pages: Browser) -> None:
    """An address that somebody kept, of a thread that was pruned since."""
    stored = [item["checkpoint_id"] for item in long_pages.data("/thread/", id="long")["checkpoints"]]
    for before in (stored[-1], "0"):
        document = long_pages.document("/thread/", id="long", before=before)
        assert listed(document) == stored[-60:]
        assert pages_there(document) == {"newer", "newest"}
        data = long_pages.data("/thread/", id="long", before=before)
        assert (data["checkpoints"], data["newer"], data["older"], data["before"]) == ([], STEPS, 0, "")
        around = long_pages.data("/thread/", id="long", before=before, checkpoint=stored[3])
        assert stored[3] in [item["checkpoint_id"] for item in around["checkpoints"]]
    assert stored[3] in listed(long_pages.document("/thread/", id="long", before="0", checkpoint=stored[3]))


def test_data_follows_the_same_pages(long_pages: Browser) -> None:
    whole = long_pages.data("/thread/", id="long")
    assert (whole["truncated"], whole["before"], whole["after"], whole["newer"], whole["older"]) == (
        False, "", "", 0, 0,
    )  # fmt: skip
    ids = [item["checkpoint_id"] for item in whole["checkpoints"]]
    part = long_pages.data("/thread/", id="long", before=ids[9])
    assert part["checkpoints"] == whole["checkpoints"][10:]
    assert (part["after"], part["newer"], part["older"]) == (ids[10], 10, 0)
    assert long_pages.data("/thread/", id="long", after=ids[10])["checkpoints"] == whole["checkpoints"]
    for wrong in ({"before": "x", "after": "y"}, {"before": "x", "end": "oldest"}, {"end": "middle"}, {"count": "x"}):
        assert "error" in long_pages.data("/thread/", id="long", status=400, **wrong)


def test_a_thread_that_is_too_long_to_count_shows_the_index_and_when_it_counted(
    long_pages: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = long_pages.data("/thread/", id="long")
    assert exact["counted_at"] is None
    monkeypatch.setattr(standing, "COUNTED", 10)
    known = long_pages.data("/thread/", id="long")
    assert known["counted_at"]
    assert known["thread"] == exact["thread"]
    assert any(item.attributes.get("id") == "counted" for item in long_pages.document("/thread/", id="long").all("p"))
    ThreadEntry.objects.filter(thread_id="long").update(turns=7, checkpoints=1, state="failed", last_checkpoint_id="")
    stale = long_pages.data("/thread/", id="long")["thread"]
    assert (stale["turns"], stale["checkpoints"], stale["state"]) == (7, STEPS, "complete")
    assert stale["last_at"] == exact["thread"]["last_at"]
    counted = long_pages.data("/thread/", id="long", count="now")
    assert (counted["counted_at"], counted["thread"]) == (None, exact["thread"])


def test_a_long_thread_that_the_index_does_not_know_is_counted(
    long_pages: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = long_pages.data("/thread/", id="long")
    monkeypatch.setattr(standing, "COUNTED", 10)
    ThreadEntry.every.filter(thread_id="long").delete()
    found = long_pages.data("/thread/", id="long")
    assert (found["counted_at"], found["thread"]) == (None, exact["thread"])


def test_of_many_subgraphs_the_newest_are_linked_and_the_others_can_be_found(long_pages: Browser) -> None:
    assert names_of(long_pages.document("/thread/", id="deep")) == ["root", *(f"talk {n}" for n in range(37, 61))]
    older = long_pages.document("/thread/", id="deep", graphs=3)
    assert names_of(older) == ["root", *(f"talk {n}" for n in range(1, 13))]
    assert names_of(long_pages.document("/thread/", id="deep", graphs=9)) == names_of(older)
    assert names_of(long_pages.document("/thread/", id="deep", graph="TALK 17")) == ["root", "talk 17"]
    assert names_of(long_pages.document("/thread/", id="deep", graph="no such")) == ["root"]


def names_of(document: Document) -> list[str]:
    return [" ".join(item.text.split()) for item in document.all("a") if item.attributes.get("class") == "graph"]


@pytest.mark.parametrize("kind", ["text", "list"])
def test_a_large_value_is_told_by_its_size_and_loaded_when_asked_for(long_pages: Browser, kind: str) -> None:
    (before,) = [one for one in channels(long_pages, f"large-{kind}") if one["channel"] == "held"]
    assert (before["loaded"], before["size_bytes"] >= LARGE) == (False, True)
    (after,) = [one for one in channels(long_pages, f"large-{kind}", load="held") if one["channel"] == "held"]
    assert after["loaded"]
    assert "xxx" in str(after["value"])


@pytest.mark.parametrize("kind", ["text", "list"])
def test_a_value_that_is_larger_than_a_page_reads_is_never_fetched_and_says_so(long_pages: Browser, kind: str) -> None:
    (held,) = [one for one in channels(long_pages, f"huge-{kind}", load="held") if one["channel"] == "held"]
    assert (held["loaded"], held["size_bytes"] >= HUGE) == (False, True)
    document = long_pages.document("/thread/", id=f"huge-{kind}", tab="state")
    (told,) = [item.text for item in document.all("p") if item.attributes.get("class") == "unloaded"]
    assert "more than a page reads of one value" in told
    assert len(long_pages.data("/thread/", id=f"huge-{kind}")["checkpoints"]) == 3


def channels(browser: Browser, thread_id: str, **more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.data("/thread/", id=thread_id, tab="state", **more)["selected"]["channels"]
    return found
