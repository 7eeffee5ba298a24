"""`/thread/find/`: what is found where, and how a search goes on."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.graph import START, MessagesState, StateGraph

from inspector.index.connections import close_readers
from inspector.secret import Secret
from inspector.stores.differences import POSTGRES, SQLITE
from tests.pages.browse import Browser, Document
from tests.pages.kinds import Shop, opened_shop

FIND = "/thread/find/"
MARKUP = '<img src=x onerror="alert(1)"> \u202eteapot'


def talk(shop: Shop, thread_id: str, *remarks: str) -> None:
    def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(f"Answer {len(state['messages'])}")]}

    with shop.open_saver() as saver:
        graph: Any = StateGraph(MessagesState).add_node("answer", answer).add_edge(START, "answer")
        for remark in remarks:
            config = {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": "web-1"}}
            graph.compile(checkpointer=saver).invoke({"messages": [HumanMessage(remark)]}, config)


def test_a_hit_says_where_it_is_and_leads_there(shop: Shop) -> None:
    talk(shop, "one", "My teapot broke", "Where is it?")

    data = shop.browser.data(FIND, id="one", q="TEAPOT")
    hit = next(hit for hit in data["hits"] if hit["kind"] == "value")
    assert (hit["channel"], hit["path"], hit["match"]) == ("messages", "messages[0].content", "teapot")
    assert (hit["before"], hit["after"], hit["times"]) == ("My ", " broke", 1)
    if shop.place.layout in (POSTGRES, SQLITE):
        assert (hit["hostname"], hit["turn"], hit["stays"]) == ("web-1", 1, True)
    assert data["next"] == {}
    assert data["looked"][0]["done"] == data["looked"][0]["checkpoints"]
    assert shop.browser.data(FIND, id="one", q="TEAPOT", case="1")["hits"] == []

    page = shop.browser.document(FIND, id="one", q="teapot")
    links = [a for a in page.all("a") if a.text.startswith("Step ")]
    assert links
    assert all(_get(shop.browser, link.attributes["href"]).status_code == 200 for link in links)
    assert [mark.text for mark in page.all("mark")] == ["teapot"] * len(data["hits"])


def test_nothing_found_says_so_and_an_unknown_thread_is_not_found(shop: Shop) -> None:
    talk(shop, "one", "My teapot broke")

    page = shop.browser.document(FIND, id="one", q="coffee")
    assert "It is in no step of this thread." in _text(page)
    assert shop.browser.get(FIND, id="none", q="x").status_code == 404
    assert "What are you looking for?" in _text(shop.browser.document(FIND, id="one"))


def test_what_is_found_is_shown_as_text_and_never_as_markup(sqlite_shop: Shop) -> None:
    talk(sqlite_shop, "one", MARKUP)

    page = sqlite_shop.browser.document(FIND, id="one", q="teapot")
    assert not [image for image in page.all("img") if image.attributes.get("src") == "x"]
    assert "U+202E" in _text(page)
    assert "\u202e" not in _text(page)
    assert [mark.text for mark in sqlite_shop.browser.document(FIND, id="one", q="<img").all("mark")] == ["<img"]


def test_a_search_goes_on_where_it_stopped_until_all_is_told(sqlite_shop: Shop) -> None:
    talk(sqlite_shop, "one", *(f"teapot {number}" for number in range(70)))
    browser = sqlite_shop.browser

    paths, asked, pages = [], {"q": "teapot"}, 0
    while True:
        data = browser.data(FIND, id="one", **asked)
        assert len(data["hits"]) <= 50
        paths += [hit["path"] for hit in data["hits"] if hit["kind"] == "value"]
        pages += 1
        if not data["next"]:
            break
        asked = {"q": "teapot", **data["next"]}
    assert pages > 1
    assert paths == [f"messages[{2 * number}].content" for number in reversed(range(70))]

    first = browser.document(FIND, id="one", q="teapot")
    (part,) = [one for one in first.elements if one.attributes.get("id") == "go-on"]
    (link,) = [a for a in first.all("a") if a.text == "Go on"]
    assert part.attributes["hx-get"] == link.attributes["href"]
    more = Document(_get(browser, part.attributes["hx-get"]).content.decode())
    assert len([one for one in more.elements if one.attributes.get("class") == "part"]) == 1


def test_a_step_with_more_hits_than_a_page_is_told_in_parts(sqlite_shop: Shop) -> None:
    talk(sqlite_shop, "one", "x")
    with sqlite_shop.open_saver() as saver:
        graph: Any = StateGraph(MessagesState).add_node("add", lambda _: {}).add_edge(START, "add")
        many = [HumanMessage(f"teapot {number}") for number in range(180)]
        graph.compile(checkpointer=saver).invoke({"messages": many}, {"configurable": {"thread_id": "one"}})

    found: dict[str, int] = {}
    asked = {"q": "teapot"}
    while asked:
        data = sqlite_shop.browser.data(FIND, id="one", **asked)
        for hit in data["hits"]:
            if hit["kind"] == "value":
                found[hit["path"]] = found.get(hit["path"], 0) + 1
        asked = {"q": "teapot", **data["next"]} if data["next"] else {}
    assert found == {f"messages[{number}].content": 1 for number in range(2, 182)}


def test_subgraphs_are_searched_where_they_are_asked_for(pages: Browser) -> None:
    thread_id = "research-sync-report"
    names = {item["checkpoint_ns"] for item in pages.data("/thread/", id=thread_id)["namespaces"]}

    root = pages.data(FIND, id=thread_id, q="e")
    assert {hit["checkpoint_ns"] for hit in root["hits"]} == {""}
    seen: set[str] = set()
    asked = {"q": "e"}
    while asked:
        data = pages.data(FIND, id=thread_id, all="1", **asked)
        seen |= {hit["checkpoint_ns"] for hit in data["hits"]}
        assert data["graphs"] == len(names)
        asked = {"q": "e", **data["next"]} if data["next"] else {}
    assert data["graphs_done"] == len(names)
    assert seen == names


def test_hits_of_one_step_stand_below_one_heading(sqlite_shop: Shop) -> None:
    talk(sqlite_shop, "one", "My teapot broke", "Another teapot")

    steps = [
        (hit["checkpoint_ns"], hit["checkpoint_id"]) for hit in sqlite_shop.browser.data(FIND, id="one", q="e")["hits"]
    ]
    page = sqlite_shop.browser.document(FIND, id="one", q="e")
    told = [item for item in page.all("h3") if item.text.startswith("Step ")]
    assert 1 < len(told) == len(set(steps)) < len(steps)


ODD = ("x" * 10_000, "\x00", "\x01\x7f\r\n", "(.*)+[", "\\", "   ", "\u0301\u0302", "\u202e", "%00", "\u0130")


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd)[:20])
def test_whatever_is_looked_for_is_answered(sqlite_shop: Shop, odd: str) -> None:
    talk(sqlite_shop, "one", "Hello (.*)+[ \\ cafe\u0301 \u202e \u0130")

    for more in ({}, {"before": "zzz"}, {"before": "\x00"}, {"skip": "5"}):
        assert sqlite_shop.browser.get(FIND, **{"id": "one", "q": odd, **more}).status_code in (200, 400)


@pytest.mark.parametrize(
    "wrong", [{"skip": "x"}, {"within": "no such"}, {"q": "x" * 501}, {"skip": "99999999"}], ids=str
)
def test_a_wrong_address_is_told(sqlite_shop: Shop, wrong: dict[str, str]) -> None:
    talk(sqlite_shop, "one", "hello")

    assert sqlite_shop.browser.get(FIND, **{"id": "one", "q": "hello", **wrong}).status_code == 400


@pytest.mark.parametrize("layout", [POSTGRES, SQLITE])
def test_encrypted_values_are_found_with_the_key_and_said_to_be_closed_without(
    layout: str, request: pytest.FixtureRequest, tmp_path: Path, show_stores: Any, settings: Any
) -> None:
    key = "0123456789abcdef"
    with opened_shop(layout, request, tmp_path, show_stores) as shop:
        with shop.open_saver() as saver:
            saver.serde = EncryptedSerializer.from_pycryptodome_aes(key=key.encode())
            graph: Any = StateGraph(MessagesState).add_node("add", lambda _: {}).add_edge(START, "add")
            config = {"configurable": {"thread_id": "one"}}
            graph.compile(checkpointer=saver).invoke({"messages": [HumanMessage("My teapot")]}, config)

        closed = shop.browser.data(FIND, id="one", q="teapot")
        assert closed["hits"] == []
        assert [one for one in closed["unread"] if "no key" in one["reason"] or "encrypts" in one["reason"]]

        close_readers()
        settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, aes_key=Secret(key))
        assert shop.browser.data(FIND, id="one", q="teapot")["hits"]


def _get(browser: Browser, address: str) -> Any:
    return browser.ask("GET", address if address.startswith("/") else FIND + address)


def _text(page: Document) -> str:
    return next(page.all("main")).text
