"""Ids as long as people may make them: the pages stay light, and no thread is lost between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.index.connections import get_reader
from inspector.views.weight import address_bytes, hosts_that_fit, rows_that_fit, steps_that_fit
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.pages.test_cost import HTML

THREADS = 55
KINDS = {"plain": "x", "markup": "<&>", "emoji": "🧵", "lines": "a\n"}


@pytest.fixture(scope="module")
def heavy_store(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Fifty-five threads of each kind of id, 2,000 characters long; the first has many steps."""
    url = postgres.create_database()
    graph = StateGraph(MessagesState).add_node("bot", lambda state: {"messages": [("ai", "ok")]}).add_edge(START, "bot")
    with open_saver(url) as saver:
        bot: Any = graph.compile(saver)
        for name, piece in KINDS.items():
            for number in range(THREADS):
                thread_id = f"{name}-{number:02}-{piece * 2_000}"[:2_000]
                config = {"configurable": {"thread_id": thread_id}}
                for _ in range(20 if number == 0 else 1):
                    bot.invoke({"messages": [("user", "hi")]}, config, durability="sync" if number == 0 else "exit")
        yield url


@pytest.mark.parametrize("name", KINDS)
def test_fifty_rows_of_very_long_ids_stay_light_and_none_is_lost(show_stores: Any, heavy_store: str, name: str) -> None:
    browser: Browser = show_stores(heavy=heavy_store)
    sync(get_reader())
    seen: list[str] = []
    after = ""
    while True:
        query = {"q": f"{name}-", "sort": "thread_id", **({"after": after} if after else {})}
        html = browser.get("/threads/", **query).content
        assert len(html) < HTML
        seen += sorted(set(re.findall(rf"{name}-\d\d", html.decode())))
        following = re.search(r'rel="next" href="[^"]*after=([^"&]+)', html.decode())
        if following is None:
            break
        after = following[1]
    assert seen == [f"{name}-{number:02}" for number in range(THREADS)]


@pytest.mark.parametrize("name", ["plain", "lines"])
def test_a_thread_with_a_very_long_id_stays_light(show_stores: Any, heavy_store: str, name: str) -> None:
    browser: Browser = show_stores(heavy=heavy_store)
    response = browser.get("/thread/", id=f"{name}-00-{KINDS[name] * 2_000}"[:2_000])

    assert response.status_code == 200
    assert len(response.content) < HTML


def test_ordinary_ids_take_nothing_from_a_page() -> None:
    ordinary = ["7d0f3a52-9c1e-4b7e-8a55-0c6f1f4f9f11"] * 500

    assert rows_that_fit(ordinary) == 500
    assert steps_that_fit(ordinary[0], 60) == 60


def test_a_page_lists_fewer_steps_the_longer_the_id_is_and_never_none() -> None:
    listed = [steps_that_fit("a" * length, 60) for length in (0, 36, 500, 1_000, 2_000, 4_000, 1_000_000)]

    assert listed == sorted(listed, reverse=True)
    assert listed[:3] == [60, 60, 60]
    assert 4 < listed[4] < listed[3] < 60
    assert listed[-2:] == [4, 4]


def test_one_row_is_shown_however_long_its_id_is() -> None:
    assert rows_that_fit(["<" * 1_000_000]) == 1
    assert address_bytes("<🧵a") == 3 + 4 + 1


def test_the_choice_of_hosts_ends_before_it_outweighs_the_page() -> None:
    pods = [f"orders-worker-{number:04}.eu-central-1.compute.internal" for number in range(500)]

    assert hosts_that_fit(pods) == tuple(pods[: len(hosts_that_fit(pods))])
    assert 50 < len(hosts_that_fit(pods)) < 500
    assert hosts_that_fit(pods[:20]) == tuple(pods[:20])
