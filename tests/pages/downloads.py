"""Threads to be downloaded, and what their downloads hold."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, StateGraph
from langgraph.graph.message import MessagesState

from tests.pages.browse import Browser
from tests.pages.kinds import Shop

DOWNLOAD = "/thread/download/"
HOSTILE = 'a"b\'; raise SystemExit(1)\n# \u202e../..\\x "👩🏽‍💻"'


class State(MessagesState):
    order: dict[str, Any]


def talk(shop: Shop, thread_id: str, *remarks: str) -> None:
    def answer(state: State) -> dict[str, Any]:
        number = len(state["messages"])
        return {"messages": [AIMessage(f"Answer {number}")], "order": {"id": number, "note": "teapot"}}

    with shop.open_saver() as saver:
        graph: Any = StateGraph(State).add_node("answer", answer).add_edge(START, "answer")
        for remark in remarks:
            config = {"configurable": {"thread_id": thread_id, "api_key": "sk-1"}}
            graph.compile(checkpointer=saver).invoke({"messages": [HumanMessage(remark)]}, config)


def body(response: HttpResponse) -> bytes:
    assert response.status_code == 200, response.content[:300]
    content: Any = response.getvalue()  # type: ignore[attr-defined]
    assert isinstance(content, bytes)
    return content


def whole(browser: Browser, thread_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body(browser.get(DOWNLOAD, id=thread_id, **{"as": "json"})))
    return found


def markdown(shop: Shop, **given: str) -> str:
    return body(shop.browser.get(DOWNLOAD, id="one", **given, **{"as": "markdown"})).decode()
