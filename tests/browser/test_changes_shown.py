"""What unfolds and what is fetched on the page of changes, by somebody who asks for it and for nobody else."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from playwright.sync_api import expect

from tests.browser.clock import refresh, take_clock
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.unit.domain.pictures import png

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(png()).decode()}}
PATH = "/thread/?id=pictures"


@pytest.fixture(scope="module")
def shown(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    directory: Path = tmp_path_factory.mktemp("changes")

    def answer(state: MessagesState) -> dict[str, Any]:
        parts: list[Any] = [{"type": "text", "text": "Look."}, PICTURE]
        number = len(state["messages"])
        return {"messages": [AIMessage(parts, id=f"a{number}")]}

    graph = StateGraph(MessagesState)
    graph.add_node("answer", answer)
    graph.add_edge(START, "answer")
    with SqliteSaver.from_conn_string(str(directory / "store.db")) as saver:
        compiled: Any = graph.compile(checkpointer=saver)
        for number in range(8):
            question = HumanMessage(f"Question {number}", id=f"q{number}")
            compiled.invoke({"messages": [question]}, {"configurable": {"thread_id": "pictures"}})
    with Dashboard(directory / "data", {"main": f"sqlite:///{directory / 'store.db'}"}) as running:
        running.wait_indexed({"main": 1})
        yield running


def test_a_picture_is_fetched_when_it_is_asked_for_and_stays(shown: Dashboard, open_page: OpenPage) -> None:
    page = open_page(shown)
    take_clock(page)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/thread/image/" in request.url else None)
    page.goto(PATH)
    added = page.locator('.msg[data-kind="added"]')
    expect(added.locator("img")).to_have_count(0)
    assert fetched == []
    added.get_by_role("link", name="Show the picture").press("Enter")
    expect(added.get_by_text("40 × 30 pixels")).to_be_visible()
    refresh(page)
    expect(added.locator("img")).to_have_js_property("naturalWidth", 40)
    assert len(fetched) == 1


def test_unchanged_messages_unfold_where_they_are(shown: Dashboard, open_page: OpenPage) -> None:
    page = open_page(shown)
    page.goto(PATH)
    fold = page.locator("#changes details.stay")
    expect(fold.locator("summary")).to_have_text("14 unchanged messages")
    expect(page.get_by_text("Question 6", exact=True)).to_be_hidden()
    fold.locator("summary").click()
    expect(page.get_by_text("Question 6", exact=True)).to_be_visible()
    fold.get_by_role("link", name="Show more of them").click()
    expect(page).to_have_url(re.compile("unfold=messages"))
    expect(page.locator("#changes details.stay .msg")).to_have_count(14)


def test_without_javascript_the_picture_is_a_link(shown: Dashboard, open_page: OpenPage) -> None:
    page = open_page(shown, java_script_enabled=False)
    page.goto(PATH)
    address = page.locator("#changes a[data-preview]").last.get_attribute("href")
    response = page.request.get(shown.at(address or ""))
    assert response.headers["content-type"] == "image/png"
    assert response.body() == png()
