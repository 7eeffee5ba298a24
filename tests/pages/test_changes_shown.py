"""What changed at a step, from a graph of LangGraph's to the page: writes, results, pictures and what stayed."""

from __future__ import annotations

import base64
import operator
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph

from inspector.index.connections import close_readers
from inspector.models import Opened
from tests.pages.browse import Browser, address
from tests.unit.domain.pictures import SVG, png

PNG = png()
BLOCK: Any = {
    "type": "image_url",
    "image_url": {"url": "data:image/png;base64," + base64.b64encode(png(seed=1)).decode()},
}


class State(MessagesState):
    notes: Annotated[list[str], operator.add]
    kept: Annotated[list[int], lambda old, new: [*old, *new[:1]]]
    locale: str
    picture: bytes
    drawing: str


def agent(state: State) -> dict[str, Any]:
    turn = len(state["messages"])
    call: Any = {"name": "look", "args": {"order": 8841}, "id": f"call-{turn}", "type": "tool_call"}
    parts: list[Any] = [{"type": "text", "text": "Let me look."}, BLOCK]
    answer = AIMessage(parts, id=f"ai-{turn}", tool_calls=[call])
    return {
        "messages": [answer],
        "notes": [f"note {turn}"],
        "kept": [turn, turn, turn],
        "locale": "en",
        "picture": PNG,
        "drawing": SVG,
    }


def tools(state: State) -> dict[str, Any]:
    asking: Any = state["messages"][-1]
    call_id = asking.tool_calls[0]["id"]
    return {"messages": [ToolMessage("shipped", tool_call_id=call_id, name="look", id=f"r-{call_id}")]}


@pytest.fixture
def shop(show_stores: Any, tmp_path: Path) -> Iterator[Browser]:
    path = tmp_path / "shop.db"
    graph = StateGraph(State)
    graph.add_node("agent", agent)
    graph.add_node("tools", tools)
    graph.add_edge(START, "agent")
    graph.add_edge("agent", "tools")
    with SqliteSaver.from_conn_string(str(path)) as saver:
        compiled: Any = graph.compile(checkpointer=saver)
        for thread_id, durability in (("kept", "sync"), ("exit", "exit")):
            config: Any = {"configurable": {"thread_id": thread_id}}
            for number in range(2):
                question = HumanMessage(f"Question {number}", id=f"h-{number}")
                compiled.invoke({"messages": [question]}, config, durability=durability)
    yield show_stores(shop=f"sqlite:///{path}")
    close_readers()


def steps(shop: Browser, thread_id: str) -> dict[int, str]:
    data = shop.data("/thread/", id=thread_id)
    return {item["step"]: item["checkpoint_id"] for item in data["checkpoints"]}


def changes(shop: Browser, step: int) -> dict[str, Any]:
    found = shop.data("/thread/", id="kept", checkpoint=steps(shop, "kept")[step])["selected"]
    return {**{change["channel"]: change for change in found["changes"]}, "": found}


def page(shop: Browser, step: int) -> str:
    return shop.get("/thread/", id="kept", checkpoint=steps(shop, "kept")[step]).content.decode()


def test_each_change_has_what_the_node_wrote_and_what_became_of_it(shop: Browser) -> None:
    found = changes(shop, 5)
    assert {name: found[name]["effect"] for name in ("notes", "kept", "messages")} == {
        "notes": "appended",
        "kept": "took some",
        "messages": "appended",
    }
    (written,) = found["notes"]["written"]
    assert (written["node_name"], written["value"]) == ("agent", ["note 4"])
    assert [item["channel"] for item in found[""]["rewritten"]] == ["drawing", "locale", "picture"]
    assert found[""]["writes_known"]


def test_the_page_tells_the_reducers_work_in_a_sentence(shop: Browser) -> None:
    html = page(shop, 5)
    assert "</b> wrote 3 elements; the channel holds 2 (1 added)." in html
    assert "3 channels were written and hold the same value" in html


def test_a_run_that_stores_no_writes_says_so_once(shop: Browser) -> None:
    html = shop.get("/thread/", id="exit").content.decode()
    assert html.count("What each node wrote is not stored here") == 1
    assert not shop.data("/thread/", id="exit")["selected"]["writes_known"]


def test_unchanged_messages_are_folded_in_their_place(shop: Browser) -> None:
    html = page(shop, 5)
    fold, context, added = (html.index(text) for text in ("3 unchanged messages", "Question 1", "+1"))
    assert added < fold < context
    assert "No result yet." in html


def test_a_result_is_shown_under_its_call(shop: Browser) -> None:
    card = page(shop, 6).split("<article")[-2]
    assert 'data-role="ai" data-kind="same"' in card
    assert 'class="answers"' in card
    assert "shipped" in page(shop, 6).split('class="answers"')[1]


def test_one_message_with_hundreds_of_calls_leaves_every_page_light(show_stores: Any, tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    ids = [f"toolu_{number:024}" for number in range(200)]
    calls: Any = [{"name": "look", "args": {"order": one}, "id": one, "type": "tool_call"} for one in ids]
    asking = {"messages": [AIMessage("I look.", id=str(uuid4()), tool_calls=calls)]}
    results = {"messages": [ToolMessage(f"shipped {one}", tool_call_id=one, id=str(uuid4())) for one in ids]}
    graph = StateGraph(MessagesState).add_sequence([("agent", lambda _: asking), ("tools", lambda _: results)])
    with SqliteSaver.from_conn_string(str(path)) as saver:
        compiled: Any = graph.add_edge(START, "agent").compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "calls"}}
        compiled.invoke({"messages": [HumanMessage("Look.")]}, config, durability="exit")
    browser: Browser = show_stores(calls=f"sqlite:///{path}")
    for more in ({}, {"tab": "state"}, {"tab": "state", "unfold": "messages"}):
        html = browser.get("/thread/", id="calls", **more).content
        assert b"shipped toolu_" in html
        assert len(html) < 150_000
    close_readers()


def pictures(shop: Browser, step: int) -> list[str]:
    document = shop.document("/thread/", id="kept", checkpoint=steps(shop, "kept")[step])
    return [link.attributes["href"] or "" for link in document.all("a") if "data-preview" in link.attributes]


def test_a_picture_comes_by_its_address_and_can_do_nothing(shop: Browser) -> None:
    addresses = pictures(shop, 1)
    assert len(addresses) == 2
    bodies = set()
    for one in addresses:
        response = shop.ask("get", one)
        assert response["Content-Type"] == "image/png"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Content-Disposition"] == "inline"
        assert response["Cache-Control"] == "no-store"
        bodies.add(response.content)
    assert bodies == {PNG, png(seed=1)}
    assert Opened.objects.filter(page="thread-image", thread_id="kept").count() == 1  # of a moment ago


@pytest.mark.parametrize(
    "more",
    [
        {"channel": "drawing", "image": f"t{len(SVG):x}-{SVG[:160].encode().hex()}"},
        {"channel": "picture", "image": "b1-00"},
        {"channel": "no such", "image": "b1-00"},
        {"checkpoint": "no such"},
        {"id": "no such"},
    ],
)
def test_what_is_no_picture_is_not_found(shop: Browser, more: dict[str, str]) -> None:
    given = {"id": "kept", "checkpoint": steps(shop, "kept")[1], **more}
    response = shop.ask("get", address("/thread/image/", **given))
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
