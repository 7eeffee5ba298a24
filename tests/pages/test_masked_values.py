"""Secrets planted in every kind of value, in a real store of each kind: none of them leaves a reader or a page."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any

import pytest
from django.conf import settings
from django.test import override_settings
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.graph import START, StateGraph
from langgraph.graph.message import MessagesState
from langgraph.types import interrupt

from inspector.index.connections import close_readers, get_reader
from inspector.models import ThreadEntry
from inspector.secret import Secret
from inspector.stores.differences import POSTGRES
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.pages.kinds import Shop
from tests.unit.domain.pictures import png

#: Each canary is in a secret of another form.
TOKEN = "ghp_CANARYone0123456789abcdefghijABCDEFGHIJ"
URL = "postgresql://app:CANARYtwo@db.example/app"
KEYED = "CANARYthree"
MAIL = "CANARYfour@example.com"
CANARY = "CANARY"
RULES = "email\nNOTE=path:report/note\nkey:ssn"


def add_lines(held: list[str], writes: list[list[str]]) -> list[str]:
    return [*held, *(line for write in writes for line in write)]


class State(MessagesState):
    report: dict[str, Any]
    log: Annotated[list[str], DeltaChannel(add_lines, snapshot_frequency=3)]


def work(state: State) -> dict[str, Any]:
    turn = len(state["messages"])
    call = {"name": "login", "args": {"user": "ada", "password": KEYED}, "id": f"call-{turn}"}
    messages: list[AnyMessage] = [
        AIMessage(f"I use {TOKEN} for it.", tool_calls=[call], id=f"answer-{turn}"),
        ToolMessage(json.dumps({"access_token": KEYED, "url": URL}), tool_call_id=f"call-{turn}", id=f"tool-{turn}"),
    ]
    nested = {"deep": [{"api_key": KEYED, "ssn": KEYED, "plain": "kept"}], MAIL: [MAIL], "note": f"{CANARY} note"}
    return {"messages": messages, "report": nested, "log": [f"turn {turn} by {MAIL}"]}


def ask(state: State) -> dict[str, Any]:
    if "fail" in str(state["messages"][0].content):
        raise RuntimeError(f"no way to {URL}")
    return {"report": {"answer": interrupt({"question": f"May I use {TOKEN}?", "secret": KEYED})}}


def play(shop: Shop, thread_id: str, first: str, turns: int = 2) -> None:
    graph: Any = StateGraph(State).add_node(work).add_node(ask).add_edge(START, "work").add_edge("work", "ask")
    config = {"configurable": {"thread_id": thread_id, "user_id": MAIL, "db_password": KEYED}, "metadata": {"via": URL}}
    with shop.open_saver() as saver:
        compiled = graph.compile(checkpointer=saver)
        for _ in range(turns):
            with suppress(RuntimeError):
                compiled.invoke({"messages": [HumanMessage(f"{first}, I am {MAIL}")]}, config)
        assert CANARY in str(saver.get_tuple(config))


@pytest.fixture
def masked(shop: Shop) -> Iterator[Shop]:
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, masks=Secret(RULES))):
        play(shop, "asks", "hello")
        play(shop, "fails", "please fail")
        sync(get_reader())
        yield shop
        close_readers()


def addresses(browser: Browser, thread_id: str) -> Iterator[tuple[str, dict[str, str]]]:
    steps = browser.data("/thread/", id=thread_id)["checkpoints"]
    for step in steps:
        for tab in ("changes", "state", "writes", "metadata"):
            yield "/thread/", {"id": thread_id, "checkpoint": step["checkpoint_id"], "tab": tab}
        for channel in ("messages", "report", "log"):
            yield "/thread/value/", {"id": thread_id, "checkpoint": step["checkpoint_id"], "channel": channel}
        for form in ("json", "markdown", "python"):
            yield "/thread/download/", {"id": thread_id, "checkpoint": step["checkpoint_id"], "as": form}
    yield "/thread/compare/", {"id": thread_id, "with_id": "asks"}
    for channel in ("messages", "report", "log"):
        yield "/thread/channel/", {"id": thread_id, "channel": channel}
    for message in ("answer-1", "tool-1"):
        yield "/thread/message/", {"id": thread_id, "message": message}
    for words in ("hello", "turn", "use"):
        yield "/thread/find/", {"id": thread_id, "q": words}
    for path in ("/threads/", "/orphans/", "/orphans/conversations/", "/doctor/", "/workers/", "/stores/"):
        yield path, {}


@pytest.mark.one_in(3)
def test_no_secret_leaves_by_any_page(masked: Shop) -> None:
    seen = 0
    for thread_id in ("asks", "fails"):
        for path, query in addresses(masked.browser, thread_id):
            for form in ({}, {"format": "json"}):
                if "as" in query and form:
                    continue
                response: Any = masked.browser.get(path, **query, **form)
                content = response.getvalue() if response.streaming else response.content
                assert response.status_code in (200, 404), (path, query)
                assert CANARY.encode() not in content, (path, query, form)
                seen += response.status_code == 200
    assert seen > 50


def test_what_is_masked_says_by_what_and_the_rest_stays(masked: Shop) -> None:
    selected = masked.browser.data("/thread/", id="asks")["selected"]
    data = json.dumps(selected)
    for label in ("github-token", "secret-key", "email", "json-secret", "key-3", "NOTE", "url-password"):
        assert f"[masked {label} ~" in data, label
    assert "kept" in data
    assert "answer-1" in data
    owners = set(ThreadEntry.objects.values_list("owner", flat=True))
    # Not every saver copies a run's `configurable` into the metadata.
    assert {owner.partition(" ~")[0] for owner in owners if owner} <= {"[masked email"}
    assert all(owners) or masked.place.layout != POSTGRES


def test_neither_searching_for_a_secret_nor_for_a_part_of_it_finds_it(masked: Shop) -> None:
    for words in (TOKEN, "CANARYtwo", KEYED, "canary", MAIL):
        found = masked.browser.data("/thread/find/", id="asks", q=words)
        assert found["hits"] == []
    assert masked.browser.data("/thread/find/", id="asks", q="kept")["hits"] != []


def test_what_is_not_read_of_a_masked_value_does_not_tell_what_it_holds(sqlite_shop: Shop) -> None:
    """Letter by letter, a secret could be read from that: bytes that hold the words were decoded, others were not."""

    def keep(state: State) -> dict[str, Any]:
        return {"report": {"raw": f"I use {TOKEN} for it".encode(), "plain": "kept"}}

    graph: Any = StateGraph(State).add_node("keep", keep).add_edge(START, "keep")
    with sqlite_shop.open_saver() as saver:
        config = {"configurable": {"thread_id": "bytes"}}
        graph.compile(checkpointer=saver).invoke({"messages": [HumanMessage("hello")]}, config)
    right, wrong, plain = (
        sqlite_shop.browser.data("/thread/find/", id="bytes", q=words) for words in (TOKEN[:12], "ghp_CANARYno", "kept")
    )
    assert (right["hits"], right["unread"]) == (wrong["hits"], wrong["unread"]) == ([], [])
    assert plain["hits"]
    assert plain["unread"], "what is shown to hold the words may say that more of it was not read"


def test_rows_of_the_index_pass_rules_that_are_newer_than_they_are(sqlite_shop: Shop) -> None:
    play(sqlite_shop, "early", "hello")
    sync(get_reader())
    ThreadEntry.objects.update(owner=MAIL, metadata={"user_id": MAIL, "via": URL})  # as without a mask for them
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, masks=Secret(RULES))):
        close_readers()
        browser = sqlite_shop.browser
        (row,) = browser.data("/threads/")["threads"]
        assert row["owner"].startswith("[masked email ~")
        for path, query in (("/threads/", {}), ("/threads/", {"download": "csv"}), ("/threads/", {"q": "early"})):
            response: Any = browser.get(path, **query)
            content = response.getvalue() if response.streaming else response.content
            assert b"early" in content
            assert CANARY.encode() not in content, (path, query)
        assert MAIL in set(ThreadEntry.objects.values_list("owner", flat=True)), "what is shown is not saved"
        close_readers()


def test_two_secrets_that_are_masked_alike_still_differ(sqlite_shop: Shop) -> None:
    class Held(MessagesState):
        account: dict[str, Any]
        same: dict[str, Any]

    def rotate(state: Held) -> dict[str, Any]:
        number = len(state["messages"])
        account = {"password": f"{KEYED}{number}", "rows": [{"number": row, "text": "row " * 9} for row in range(200)]}
        return {"account": account, "same": {"password": KEYED, "n": number}}

    graph: Any = StateGraph(Held).add_node(rotate).add_edge(START, "rotate")
    with sqlite_shop.open_saver() as saver:
        for words in ("one", "two"):
            graph.compile(checkpointer=saver).invoke(
                {"messages": [HumanMessage(words)]}, {"configurable": {"thread_id": "rotates"}}
            )
    found = sqlite_shop.browser.get("/thread/", id="rotates", tab="changes", format="json").content.decode()
    changes = json.dumps(json.loads(found)["selected"]["changes"])
    assert CANARY not in found
    assert changes.count("[masked secret-key ~") >= 2, "what it was and what it is"
    assert '"same"' in changes
    account = next(one for one in json.loads(found)["selected"]["changes"] if one["channel"] == "account")
    assert [entry["path"] for entry in account["entries"]] == ["/password"], "what is the same is not told"


def test_a_path_hides_the_pictures_of_a_channel(sqlite_shop: Shop) -> None:
    class Drawn(MessagesState):
        picture: bytes

    graph: Any = StateGraph(Drawn).add_node("draw", lambda state: {"picture": png()}).add_edge(START, "draw")
    with sqlite_shop.open_saver() as saver:
        config = {"configurable": {"thread_id": "draws"}}
        graph.compile(checkpointer=saver).invoke({"messages": [HumanMessage("draw")]}, config)
    step = sqlite_shop.browser.data("/thread/", id="draws")["checkpoints"][0]["checkpoint_id"]
    page = sqlite_shop.browser.document("/thread/", id="draws", checkpoint=step, tab="state")
    (address,) = [link.attributes["href"] for link in page.all("a") if "data-preview" in link.attributes]
    assert sqlite_shop.browser.ask("GET", address).status_code == 200

    close_readers()
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, masks=Secret("path:picture"))):
        assert sqlite_shop.browser.ask("GET", address).status_code == 404
        close_readers()
