"""A refresh that has nothing new to tell is answered with the bar alone; any news, with the page."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from langgraph.graph import START, StateGraph
from langgraph.graph.message import MessagesState

from inspector.demo.repertoire import PlayedStore
from inspector.index.connections import get_reader
from inspector.models import StoreEntry, StoreTally, ThreadEntry
from inspector.views import still
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.pages.kinds import Shop


@pytest.fixture(autouse=True)
def all_of_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still, "SECONDS_TOLD", -3_600)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The time at which tags are made and looked at."""
    told = SimpleNamespace(now=1_000_000.0)
    monkeypatch.setattr(still, "time", SimpleNamespace(time=lambda: told.now))
    return told


@pytest.fixture
def thread_id(scenario_store: PlayedStore) -> str:
    return scenario_store.find("resume", "sync").threads[0].thread_id


@pytest.fixture(params=["list", "narrowed list", "orphans", "thread"])
def asked(request: pytest.FixtureRequest, thread_id: str) -> dict[str, Any]:
    """A page, and what it is asked for."""
    pages: dict[str, dict[str, Any]] = {
        "list": {"path": "/threads/"},
        "narrowed list": {"path": "/threads/", "state": "complete"},
        "orphans": {"path": "/orphans/"},
        "thread": {"path": "/thread/", "id": thread_id},
    }
    return pages[request.param]


def tag_of(response: HttpResponse) -> str:
    found = re.search(r'data-tag="([^"]+)"', response.content.decode())
    return found[1] if found else ""


def again(pages: Browser, tag: str, path: str, **parameters: Any) -> HttpResponse:
    response = pages.get(path, {"HX-Request": "true", "X-Shown": tag}, **parameters)
    assert response.status_code == 200
    return response


def is_bar_alone(response: HttpResponse) -> bool:
    html = response.content.decode()
    assert 'id="lag"' in html
    assert response["Cache-Control"] == "no-store"
    assert (response.get("HX-Reswap") == "none") == ("data-live" not in html)
    return "data-live" not in html


def test_what_would_come_out_the_same_is_not_sent_again(pages: Browser, asked: dict[str, Any]) -> None:
    whole, part = pages.get(**asked), pages.part(**asked)
    assert tag_of(whole)
    assert is_bar_alone(again(pages, tag_of(whole), **asked))
    assert is_bar_alone(again(pages, tag_of(part), **asked))


def test_after_half_a_minute_the_page_comes_anew(pages: Browser, clock: Any, asked: dict[str, Any]) -> None:
    tag = tag_of(pages.part(**asked))
    clock.now += still.HOLDS - 1
    assert is_bar_alone(again(pages, tag, **asked))
    clock.now += 1
    assert not is_bar_alone(again(pages, tag, **asked))
    clock.now -= 2 * still.HOLDS  # a clock that was set back proves nothing
    assert not is_bar_alone(again(pages, tag, **asked))


@pytest.mark.parametrize("sent", ["", "-", "9-", "x-1", "٣-1", "99999999999999999999999999999999999999999999999999-0"])
def test_a_tag_that_was_never_given_brings_the_page(pages: Browser, asked: dict[str, Any], sent: str) -> None:
    assert not is_bar_alone(again(pages, sent, **asked))


def test_another_address_brings_its_own_page(pages: Browser) -> None:
    tag = tag_of(pages.part("/threads/"))
    assert not is_bar_alone(again(pages, tag, "/threads/", state="complete"))
    assert not is_bar_alone(again(pages, tag, "/threads/", sort="turns"))
    assert not is_bar_alone(again(pages, tag, "/orphans/"))


@pytest.mark.parametrize(
    "change",
    [{"name": "bob"}, {"role": "shape"}, {"stores": frozenset({"scenarios"})}, {"auditor": True}, {"via": "oidc"}],
)
def test_a_tag_is_of_one_viewer_and_of_what_they_may_see(change: dict[str, Any], rf: Any) -> None:
    ann = {"name": "ann", "via": "password", "role": "content", "stores": None, "auditor": False}
    mine, theirs = (rf.get("/threads/"), rf.get("/threads/"))
    mine.viewer, theirs.viewer = SimpleNamespace(**ann), SimpleNamespace(**{**ann, **change})
    tag = still.make_tag(mine, "the same")
    mine.META["HTTP_X_SHOWN"] = theirs.META["HTTP_X_SHOWN"] = tag
    assert still.is_shown(mine, still.make_tag(mine, "the same"))
    assert not still.is_shown(theirs, still.make_tag(theirs, "the same"))


def test_a_row_that_changed_brings_the_list(pages: Browser) -> None:
    tag = tag_of(pages.part("/threads/"))
    tally = StoreTally.objects.get()
    tally.interrupted += 1
    tally.save()
    assert not is_bar_alone(again(pages, tag, "/threads/"))


def test_another_store_s_rows_do_not_bring_it(pages: Browser) -> None:
    tag = tag_of(pages.part("/threads/"))
    other = StoreEntry.objects.create(name="other")
    StoreTally.objects.create(store=other, threads=7)
    assert is_bar_alone(again(pages, tag, "/threads/"))


@pytest.mark.parametrize("trouble", [{"error": "It broke."}, {"synced_at": None}, {"ledger_error": "Gone."}])
def test_beside_trouble_the_list_always_comes_whole(
    pages: Browser, monkeypatch: pytest.MonkeyPatch, trouble: dict[str, Any]
) -> None:
    monkeypatch.setattr(still, "SECONDS_TOLD", 60)  # as it is: what is told of trouble moves by the second
    ThreadEntry.objects.update(last_at="2026-01-01T00:00Z")
    assert tag_of(pages.part("/threads/"))
    StoreEntry.objects.update(**trouble)
    assert tag_of(pages.part("/threads/")) == ""


def test_a_thread_that_is_told_by_the_second_always_comes_whole(
    pages: Browser, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    monkeypatch.setattr(still, "SECONDS_TOLD", 86_400 * 365 * 10)  # as if each were that young
    assert tag_of(pages.part(**asked)) == ""


@pytest.mark.parametrize("parameters", [{"q": "resume"}, {"flag": "never-stored"}, {"flag": "missed-reads"}])
def test_what_asks_elsewhere_or_lists_absent_threads_has_no_tag(pages: Browser, parameters: dict[str, str]) -> None:
    assert tag_of(pages.part("/threads/", **parameters)) == ""


def test_data_holds_no_tag(pages: Browser, asked: dict[str, Any]) -> None:
    assert "tag" not in pages.data(**asked)


def test_a_new_step_brings_a_thread_in_every_layout(shop: Shop) -> None:
    graph: Any = StateGraph(MessagesState)
    graph.add_node("answer", lambda state: {"messages": [("ai", "Here.")]})
    graph.add_edge(START, "answer")
    config: Any = {"configurable": {"thread_id": "kept"}}
    with shop.open_saver() as saver:
        graph.compile(checkpointer=saver).invoke({"messages": [("user", "Where?")]}, config)
    sync(get_reader())
    tag = tag_of(shop.browser.part("/thread/", id="kept"))
    assert is_bar_alone(again(shop.browser, tag, "/thread/", id="kept"))
    with shop.open_saver() as saver:
        graph.compile(checkpointer=saver).invoke({"messages": [("user", "And now?")]}, config)
    news = again(shop.browser, tag, "/thread/", id="kept")
    assert not is_bar_alone(news)
    assert "And now?" in news.content.decode()
