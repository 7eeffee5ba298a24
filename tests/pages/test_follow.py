"""`/thread/channel/` and `/thread/message/`: one channel, and one message, along a branch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, RemoveMessage

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore, open_saver
from inspector.reader import branch, channel_steps, sightings
from inspector.views import channel as channel_page
from inspector.views import message as message_page
from tests.pages.browse import Browser
from tests.pages.places import chat_in_postgres, chat_in_redis, chat_in_sqlite
from tests.redis_server import RedisServer

CHANNEL, MESSAGE = "/thread/channel/", "/thread/message/"
FORKED, TRIMMED, EMPTIED = (
    "fork-by-update-sync-branched",
    "message-edits-sync-trimmed",
    "message-edits-sync-emptied",
)
NO_ID = "1f000000-0000-6000-8000-000000000000"


def line_of(pages: Browser, thread_id: str, end: str = "") -> list[dict[str, Any]]:
    """The branch that ends at a checkpoint, newest first, by parents."""
    steps = {step["checkpoint_id"]: step for step in pages.data("/thread/", id=thread_id)["checkpoints"]}
    at = end or next(iter(steps))
    found = []
    while at:
        found.append(steps[at])
        at = steps[at]["parent_checkpoint_id"]
    return found


def written(pages: Browser, thread_id: str, channel: str, end: str = "") -> list[str]:
    return [step["checkpoint_id"] for step in line_of(pages, thread_id, end) if channel in step["channels_changed"]]


def listed(page: dict[str, Any]) -> list[str]:
    return [item["step"]["checkpoint_id"] for item in page["steps"]]


def test_a_channel_is_told_by_the_steps_of_its_branch_that_wrote_it(
    pages: Browser, scenario_store: PlayedStore
) -> None:
    for slug in ("structured-state", "fork-by-update", "typed-values", "delta-channel"):
        thread_id = scenario_store.find(slug, "sync").threads[0].thread_id
        names = {name for step in line_of(pages, thread_id) for name in step["channels_changed"]}
        for name in names:
            page = pages.data(CHANNEL, id=thread_id, channel=name)
            back = pages.data(CHANNEL, id=thread_id, channel=name, sort="oldest")
            assert listed(page) == written(pages, thread_id, name), (slug, name)
            assert listed(back) == listed(page)[::-1]
            assert page["whole"]
            told = len(page["steps"]) + sum(item["skipped"] for item in page["steps"]) + page["skipped"]
            assert told == page["length"] == len(line_of(pages, thread_id))


def test_each_change_is_the_one_that_the_step_itself_shows(pages: Browser) -> None:
    page = pages.data(CHANNEL, id=TRIMMED, channel="messages")

    for item in page["steps"]:
        shown = pages.data("/thread/", id=TRIMMED, checkpoint=item["step"]["checkpoint_id"])["selected"]
        (change,) = [one for one in shown["changes"] if one["channel"] == "messages"]
        assert item["change"]["entries"] == change["entries"]
        assert item["step"]["node_names"] == shown_step(pages, item)["node_names"]


def shown_step(pages: Browser, item: dict[str, Any]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = pages.data("/thread/", id=TRIMMED)["checkpoints"]
    return next(step for step in steps if step["checkpoint_id"] == item["step"]["checkpoint_id"])


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_pages_of_changes_continue_where_the_one_before_ended(
    pages: Browser, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    whole = listed(pages.data(CHANNEL, id=TRIMMED, channel="messages", sort=sort))
    monkeypatch.setattr(channel_page, "CHANGES", 2)
    name = {"newest": "before", "oldest": "after"}[sort]
    found: list[str] = []
    query: dict[str, Any] = {}
    while True:
        page = pages.data(CHANNEL, id=TRIMMED, channel="messages", sort=sort, **query)
        found += listed(page)
        if not page["next"]:
            break
        query = {name: page["next"]}

    assert found == whole
    assert len(whole) > 4


def test_a_page_whose_values_are_large_ends_early_and_says_so(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = listed(pages.data(CHANNEL, id=TRIMMED, channel="messages"))
    monkeypatch.setattr(channel_steps, "_BYTES", 5_500)
    page = pages.data(CHANNEL, id=TRIMMED, channel="messages")

    assert page["cut"] == "values"
    assert 0 < len(page["steps"]) < len(whole)
    rest = pages.data(CHANNEL, id=TRIMMED, channel="messages", before=page["next"])
    assert listed(rest)[0] == whole[len(page["steps"])]
    document = pages.document(CHANNEL, id=TRIMMED, channel="messages")
    assert any(element.attributes.get("id") == "cut" for element in document.all("p"))


def test_a_branch_that_leaves_is_named(pages: Browser) -> None:
    page = pages.data(CHANNEL, id=FORKED, channel="messages")
    steps = pages.data("/thread/", id=FORKED)["checkpoints"]
    on_line = {step["checkpoint_id"] for step in line_of(pages, FORKED)}
    others = [
        step["checkpoint_id"]
        for step in steps
        if step["checkpoint_id"] not in on_line and step["parent_checkpoint_id"] in on_line
    ]
    told = [one["checkpoint_id"] for item in page["steps"] for one in item["branches"]] + [
        one["checkpoint_id"] for one in page["branches"]
    ]

    assert told == others
    elsewhere = pages.data(CHANNEL, id=FORKED, channel="messages", through=others[0])
    assert elsewhere["end"] not in on_line
    assert listed(elsewhere) == written(pages, FORKED, "messages", elsewhere["end"])


def test_an_edited_message_is_followed_from_its_input_to_the_end(pages: Browser) -> None:
    page = pages.data(MESSAGE, id=TRIMMED, message="question-1")
    events = page["events"]

    assert [event["kind"] for event in events] == ["arrived", "edited"]
    assert all(event["exactly"] for event in events)
    assert events[0]["brought"]["source"] == "input"
    assert events[0]["brought"]["same_id"]
    assert events[1]["change"]["before"]["content"] == "It is about order 4021."
    assert events[1]["change"]["after"]["content"] == "It is about order 4099."
    assert (page["standing"], page["looked"], page["all_versions"]) == ("there", page["versions"], True)


def test_a_removed_message_says_where_it_went(pages: Browser) -> None:
    page = pages.data(MESSAGE, id=TRIMMED, message="question-0")

    assert [event["kind"] for event in page["events"]] == ["arrived", "removed"]
    assert page["events"][1]["step"]["source"] == "update"
    assert page["standing"] == "removed"
    assert page["message"]["content"] == "Hi, I'm Ada."


def test_every_message_of_every_step_can_be_followed_from_there(pages: Browser, scenario_store: PlayedStore) -> None:
    for slug in ("message-edits", "fork-by-update", "tool-agent", "delta-channel"):
        for thread in scenario_store.find(slug, "sync").threads:
            for step in pages.data("/thread/", id=thread.thread_id)["checkpoints"][::3]:
                state = pages.data("/thread/", id=thread.thread_id, checkpoint=step["checkpoint_id"])["selected"][
                    "state"
                ]
                messages = state.get("messages") or []
                for message in [one for one in messages if isinstance(one, dict) and one.get("id")][-2:]:
                    page = pages.data(
                        MESSAGE, id=thread.thread_id, message=message["id"], through=step["checkpoint_id"]
                    )
                    assert page["events"][0]["kind"] == "arrived"
                    assert page["message_id"] == message["id"]


def test_calls_lead_to_their_results_and_back(pages: Browser) -> None:
    state = pages.data("/thread/", id="tool-agent-sync-orders")["selected"]["state"]["messages"]
    caller = next(message for message in state if message.get("tool_calls"))
    page = pages.data(MESSAGE, id="tool-agent-sync-orders", message=caller["id"])
    results = [call["message_id"] for call in page["calls"]]

    assert [call["call_id"] for call in page["calls"]] == [call["id"] for call in caller["tool_calls"]]
    assert all(results)
    for result in results:
        back = pages.data(MESSAGE, id="tool-agent-sync-orders", message=result)
        assert back["answers"]["message_id"] == caller["id"]


def test_other_namespaces_that_hold_the_message_are_named(pages: Browser, scenario_store: PlayedStore) -> None:
    thread_id = scenario_store.find("subgraph-interrupt", "sync").threads[0].thread_id
    root = pages.data("/thread/", id=thread_id)
    for message in root["selected"]["state"].get("messages", []):
        found = pages.data(MESSAGE, id=thread_id, message=message["id"])
        for held in found["also"]:
            state = pages.data("/thread/", id=thread_id, ns=held["checkpoint_ns"])["selected"]["state"]
            assert message["id"] in [one["id"] for one in state["messages"]]
        assert found["not_looked"] == 0


def test_of_a_long_thread_the_arrival_is_found_though_few_versions_are_read(
    show_stores: Any, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.create_database()
    with open_saver(url) as saver:
        graph: Any = build_chat(saver)
        config = {"configurable": {"thread_id": "long"}}
        for number in range(24):
            graph.invoke({"messages": [HumanMessage(f"Remark {number}", id=f"q-{number}")]}, config)
        graph.update_state(config, {"messages": [RemoveMessage("q-0")]}, as_node="respond")
    browser: Browser = show_stores(main=url)
    monkeypatch.setattr(sightings, "_LOOKS", 12)
    page = browser.data(MESSAGE, id="long", message="q-17")

    assert page["looked"] == 12 < page["versions"]
    assert [(event["kind"], event["exactly"]) for event in page["events"]] == [("arrived", True)]
    document = browser.document(MESSAGE, id="long", message="q-17")
    (standing,) = [element for element in document.all("p") if element.attributes.get("id") == "standing"]
    assert f"12 of {page['versions']} versions" in standing.text
    missing = browser.data(MESSAGE, id="long", message="nix", status=404)
    assert missing["error"].startswith("12 of ")


def test_a_branch_longer_than_what_is_outlined_is_not_told_whole(
    pages: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch, "OUTLINED", 5)
    page = pages.data(CHANNEL, id=TRIMMED, channel="messages")
    assert not page["whole"]
    assert page["length"] == 5
    assert listed(page) == written(pages, TRIMMED, "messages")[: len(listed(page))]
    oldest = line_of(pages, TRIMMED)[-1]["checkpoint_id"]
    found = pages.data(CHANNEL, id=TRIMMED, channel="messages", checkpoint=oldest, status=404)
    assert "newest" in found["error"]
    message = pages.data(MESSAGE, id=TRIMMED, message="question-1")
    assert not message["all_versions"]
    assert not message["events"][0]["exactly"]


@pytest.mark.parametrize("kind", ["postgres", "sqlite", "redis"])
def test_a_store_of_each_kind_tells_the_same(
    show_stores: Any, postgres: EmbeddedPostgres, redis_server: RedisServer, tmp_path: Path, kind: str
) -> None:
    redis_server.flush()
    urls = {
        "postgres": lambda: chat_in_postgres(postgres.create_database(), "t", turns=3),
        "sqlite": lambda: chat_in_sqlite(tmp_path / "file.db", "t", turns=3),
        "redis": lambda: chat_in_redis(redis_server.url, "t", turns=3),
    }
    browser: Browser = show_stores(main=urls[kind]())
    page = browser.data(CHANNEL, id="t", channel="messages")
    messages = browser.data("/thread/", id="t")["selected"]["state"]["messages"]

    assert [item["change"]["count_after"] for item in page["steps"]] == [6, 5, 4, 3, 2, 1]
    for place, message in enumerate(messages):
        found = browser.data(MESSAGE, id="t", message=message["id"])
        (event,) = found["events"]
        assert event["kind"] == "arrived"
        assert event["step"] == page["steps"][::-1][place]["step"]
        assert event["brought"] is not None


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        (CHANNEL, {}, 400, "names no channel"),
        (CHANNEL, {"channel": "nix"}, 404, "No step of this branch wrote"),
        (CHANNEL, {"channel": "messages", "sort": "size"}, 400, "`sort` cannot be"),
        (CHANNEL, {"channel": "messages", "after": NO_ID}, 400, "`after` does not go"),
        (CHANNEL, {"channel": "messages", "before": NO_ID}, 404, "`before` names no checkpoint"),
        (CHANNEL, {"channel": "messages", "checkpoint": NO_ID}, 404, "no such checkpoint"),
        (CHANNEL, {"channel": "messages", "ns": "nowhere"}, 404, "holds no checkpoint"),
        (MESSAGE, {}, 400, "names no message"),
        (MESSAGE, {"message": "nix"}, 404, "No version of this channel"),
        (MESSAGE, {"message": "question-0", "channel": "nix"}, 404, "No step of this branch wrote"),
        (MESSAGE, {"message": "question-0", "through": NO_ID}, 404, "no such checkpoint"),
    ],
)
def test_what_cannot_be_followed_is_told_with_a_hint(
    pages: Browser, path: str, query: dict[str, str], status: int, words: str
) -> None:
    found = pages.data(path, status=status, id=TRIMMED, **query)

    assert words in found["error"]
    assert found["hint"]


def test_a_step_leads_to_its_channels_and_messages(pages: Browser) -> None:
    document = pages.document("/thread/", id=TRIMMED)
    links = [a.attributes.get("href", "") for a in document.all("a")]

    for start in (CHANNEL, MESSAGE):
        found = [link for link in links if link.startswith(start)]
        assert found
        for link in found:
            assert pages.ask("GET", link).status_code == 200, link


def test_ids_are_told_once_on_a_page_of_many_steps(pages: Browser) -> None:
    document = pages.document(CHANNEL, id=TRIMMED, channel="messages")
    ids = [element.attributes["id"] for element in document.elements if element.attributes.get("id")]

    assert len(ids) == len(set(ids))


def test_writes_that_there_was_no_time_for_are_counted(
    pages: Browser, scenario_store: PlayedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    question: dict[str, Any] = {"id": TRIMMED, "message": "question-1"}
    whole = pages.data(MESSAGE, **question)
    assert whole["not_traced"] == 0
    monkeypatch.setattr(message_page, "_BROUGHT", 1)
    page = pages.data(MESSAGE, **question)

    assert page["not_traced"] == len([event for event in whole["events"] if event["kind"] != "moved"]) - 1 > 0
    assert [event["brought"] is not None for event in page["events"]].count(True) == 1
    document = pages.document(MESSAGE, **question)
    assert any(element.attributes.get("id") == "not-traced" for element in document.all("li"))


def test_a_page_that_is_late_reads_what_comes_first_and_names_the_rest(
    show_stores: Any, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser: Browser = show_stores(main=chat_in_postgres(postgres.create_database(), "t", turns=40))
    messages = browser.data("/thread/", id="t")["selected"]["state"]["messages"]
    monkeypatch.setattr(branch.Allowance, "in_time", lambda self: False)
    page = browser.data(MESSAGE, id="t", message=messages[-1]["id"])

    assert (page["looked"], page["all_versions"]) == (1, False)
    assert page["standing"] == "there"
    assert not page["events"][0]["exactly"]
