"""What a page costs: few short reads of the store, however long the thread, and little HTML."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from langgraph.graph import START, StateGraph
from langgraph.graph.message import MessagesState

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, open_saver
from inspector.index.connections import get_reader
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser

HTML = 150_000
STEPS = 500


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement sent to a store from now on, without the pool's empty ones and what opens each transaction."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        if query and "set_config" not in query:
            sent.append(query)
        return execute(self, query, *arguments, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    return sent


@pytest.fixture(scope="module")
def long_store(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A thread of 500 steps by a real graph that calls itself, and one of three."""
    url = postgres.create_database()
    with open_saver(url) as saver:

        def talk(state: MessagesState) -> dict[str, Any]:
            return {"messages": [("ai", f"Remark {len(state['messages'])}, which is neither short nor very long.")]}

        graph = StateGraph(MessagesState)
        graph.add_node("talk", talk)
        graph.add_edge(START, "talk")
        for thread_id, steps in (("long", STEPS), ("short", 3)):
            graph.branches.clear()
            graph.add_conditional_edges(
                "talk", lambda state, steps=steps: "talk" if len(state["messages"]) < steps else "__end__"
            )
            config: Any = {"configurable": {"thread_id": thread_id}, "recursion_limit": STEPS + 5}
            compiled: Any = graph.compile(checkpointer=saver)
            compiled.invoke({"messages": [("user", "Go on.")]}, config, durability="async")
        yield url


@pytest.fixture
def long_pages(show_stores: Any, long_store: str) -> Browser:
    browser: Browser = show_stores(long=long_store)
    sync(get_reader())
    return browser


def cost(statements: list[str], browser: Browser, path: str, **query: Any) -> int:
    browser.get(path, **query)  # the first read of all finds out where the tables are
    statements.clear()
    assert browser.get(path, **query).status_code == 200
    return len(statements)


@pytest.mark.parametrize(
    ("path", "query", "most"),
    [
        ("/threads/", {}, 0),
        ("/threads/", {"flag": "orphan", "sort": "thread_id"}, 0),
        ("/threads/", {"q": "two-hosts-sync-shared"}, 0),
        ("/threads/", {"q": "two-hosts"}, 1),
        ("/orphans/", {}, 0),
        ("/workers/", {}, 1),
        ("/stores/", {}, 3),
        ("/thread/", {"id": "two-hosts-sync-shared"}, 20),
        ("/thread/", {"id": "two-hosts-sync-shared", "tab": "metadata"}, 14),
        ("/thread/", {"id": "two-hosts-sync-shared", "format": "json"}, 20),
    ],
)
def test_a_page_takes_few_reads_of_the_store(
    pages: Browser, statements: list[str], path: str, query: dict[str, Any], most: int
) -> None:
    assert cost(statements, pages, path, **query) <= most, statements


def test_a_diagnosis_that_was_just_made_is_shown_as_it_is(
    pages: Browser, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.doctor.diagnosis.FRESH", timedelta(days=1))
    assert cost(statements, pages, "/doctor/") <= 1, statements  # the ledger is asked who reports


#: Where a page lies, how many inputs come before it, its place, the parent below it, and the oldest checkpoint.
OF_A_CUT = 8


@pytest.mark.parametrize(
    ("query", "more"), [({}, OF_A_CUT), ({"tab": "state"}, OF_A_CUT), ({"format": "json"}, 0)], ids=str
)
def test_a_long_thread_takes_no_more_reads_than_a_short_one_but_for_its_cut(
    long_pages: Browser, statements: list[str], query: dict[str, Any], more: int
) -> None:
    short = cost(statements, long_pages, "/thread/", id="short", **query)
    long = cost(statements, long_pages, "/thread/", id="long", **query)

    assert short <= long <= short + more


# One of them asks for the session of who looks.
@pytest.mark.parametrize(("path", "most"), [("/threads/", 13), ("/orphans/", 29)])
def test_a_list_of_many_asks_the_index_as_often_as_a_list_of_one(pages: Browser, path: str, most: int) -> None:
    counts = []
    for limit in (1, 50, 500):
        with CaptureQueriesContext(connection) as queries:
            pages.get(path, limit=limit)
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2] <= most


@pytest.mark.parametrize("path", ["/threads/", "/orphans/", "/stores/"])
def test_a_page_of_fifty_rows_is_light(pages: Browser, path: str) -> None:
    assert len(pages.get(path).content) < HTML
    assert len(pages.part(path).content) < HTML


@pytest.mark.parametrize("tab", ["changes", "state", "writes", "metadata"])
def test_every_scenarios_thread_is_light(pages: Browser, scenario_store: PlayedStore, tab: str) -> None:
    longest = {
        played.slug: max(played.threads, key=lambda thread: thread.turns).thread_id
        for played in scenario_store.played
        if played.durability == "sync"
    }
    for thread_id in longest.values():
        assert len(pages.get("/thread/", id=thread_id, tab=tab).content) < HTML, thread_id


@pytest.mark.parametrize("tab", ["changes", "state", "writes", "metadata"])
def test_a_thread_of_five_hundred_steps_is_light_at_both_ends(long_pages: Browser, tab: str) -> None:
    page = long_pages.data("/thread/", id="long")
    assert len(page["checkpoints"]) >= STEPS
    assert page["truncated"] is False
    ends = (page["checkpoints"][0]["checkpoint_id"], page["checkpoints"][-1]["checkpoint_id"])

    for checkpoint in ends:
        response = long_pages.get("/thread/", id="long", tab=tab, checkpoint=checkpoint)
        assert response.status_code == 200
        assert len(response.content) < HTML, len(response.content)


def test_the_largest_difference_of_a_long_thread_is_light(long_pages: Browser) -> None:
    page = long_pages.data("/thread/", id="long")
    oldest = page["checkpoints"][-1]["checkpoint_id"]

    assert len(long_pages.get("/thread/", id="long", against=oldest).content) < HTML
