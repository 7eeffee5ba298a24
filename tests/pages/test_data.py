"""Each page's JSON, field by field as the interface names them, and the states in it as LangGraph has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode.serde import decode_value
from inspector.demo.repertoire import PlayedStore
from inspector.domain.value import Absent, to_json
from inspector.index.queries import FLAGS, STATES
from tests.pages.browse import Browser

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")

# Copied from the interface. A field may be added to a page; none of these may go, or mean something else.
FIELDS = {
    "threads": "store threads next total total_is_exact index",
    "thread item": "thread_id turns turns_is_lower_bound checkpoints writes namespaces first_at last_at state flags "
    "owner workers metadata",
    "worker": "hostname writes reads misses",
    "thread": "thread checkpoints selected reads reads_truncated reads_error worker_errors",
    "checkpoint": "checkpoint_id checkpoint_ns parent_checkpoint_id step source at turn hostname node_names next "
    "channels_changed size_bytes",
    "selected": "checkpoint_id against changes state writes tasks interrupts metadata",
    "change": "channel kind version_before version_after entries",
    "message entry": "kind message_id role before after",
    "value entry": "kind path before after",
    "orphans": "rate baseline series hosts groups",
    "workers": "store ledger workers hosts unwatched_hosts truncated error hint",
    "stores": "stores",
    "error": "error hint",
}


def check(name: str, found: dict[str, Any]) -> None:
    assert set(FIELDS[name].split()) <= set(found), name


def first_of(store: PlayedStore, slug: str) -> str:
    return store.find(slug, "sync").threads[0].thread_id


def whole_thread(pages: Browser, thread_id: str, **query: Any) -> dict[str, Any]:
    data: dict[str, Any] = pages.data("/thread/", id=thread_id, **query)
    return data


def test_the_list_of_threads(pages: Browser) -> None:
    page = pages.data("/threads/", limit=500)

    check("threads", page)
    assert page["store"] == "scenarios"
    assert page["total_is_exact"] is True
    assert page["index"]["building"] is False
    assert TIME.fullmatch(page["index"]["synced_at"])
    for row in page["threads"]:
        check_thread(row)


def check_thread(row: dict[str, Any]) -> None:
    check("thread item", row)
    assert isinstance(row["thread_id"], str)
    for name in ("turns", "checkpoints", "writes", "namespaces"):
        assert type(row[name]) is int
        assert row[name] >= 0
    assert type(row["turns_is_lower_bound"]) is bool
    assert TIME.fullmatch(row["first_at"])
    assert TIME.fullmatch(row["last_at"])
    assert row["first_at"] <= row["last_at"]
    assert row["state"] in STATES
    assert set(row["flags"]) <= set(FLAGS)
    assert isinstance(row["owner"], str)
    assert isinstance(row["metadata"], dict)
    assert sum(worker["writes"] for worker in row["workers"]) == row["checkpoints"]
    for worker in row["workers"]:
        check("worker", worker)
        assert worker["reads"] is None  # no probe reported: not known is not 0
        assert worker["misses"] is None


def test_a_thread(pages: Browser, scenario_store: PlayedStore) -> None:
    for played in scenario_store.played:
        if played.durability != "sync":
            continue
        page = whole_thread(pages, played.threads[0].thread_id)
        check("thread", page)
        check_thread(page["thread"])
        assert page["thread"]["turns"] == played.threads[0].turns
        for step in page["checkpoints"]:
            check_checkpoint(step)
        ids = [step["checkpoint_id"] for step in page["checkpoints"]]
        assert ids == sorted(ids, reverse=True)
        check_selected(page["selected"])
        assert page["selected"]["checkpoint_id"] == ids[0]


def check_checkpoint(step: dict[str, Any]) -> None:
    check("checkpoint", step)
    assert step["parent_checkpoint_id"] is None or isinstance(step["parent_checkpoint_id"], str)
    assert type(step["step"]) is int
    assert step["source"] in {"input", "loop", "update", "fork"}
    assert TIME.fullmatch(step["at"])
    assert type(step["turn"]) is int
    assert type(step["size_bytes"]) is int
    assert step["size_bytes"] > 0
    for name in ("node_names", "next", "channels_changed"):
        assert all(isinstance(item, str) for item in step[name])


def check_selected(selected: dict[str, Any]) -> None:
    check("selected", selected)
    assert isinstance(selected["state"], dict)
    for change in selected["changes"]:
        check("change", change)
        assert change["kind"] in {"added", "removed", "changed"}
        assert (change["version_before"] is None) == (change["kind"] == "added")
        for entry in change["entries"]:
            check("message entry" if change["form"] == "messages" else "value entry", entry)
            assert entry["kind"] in {"added", "removed", "changed"}
            assert "path" not in entry or entry["path"] == "" or entry["path"].startswith("/")
    for write in selected["writes"]:
        assert {"task_id", "channel", "value"} <= set(write)
    for task in selected["tasks"]:
        assert {"name", "task_id", "error", "interrupts"} <= set(task)
    for interrupt in selected["interrupts"]:
        assert {"interrupt_id", "value"} <= set(interrupt)


def test_the_orphans(pages: Browser) -> None:
    page = pages.data("/orphans/", limit=500)

    check("orphans", page)
    assert 0 < page["rate"] < 1
    assert page["baseline"] is None  # nothing was begun in the week before: no rate, not 0
    for bar in page["series"]:
        assert TIME.fullmatch(bar["at"])
        assert bar["orphans"] <= bar["threads"]
    assert {host["hostname"] for host in page["hosts"]} >= {"", "web-2"}
    for row in page["threads"]:
        check_thread(row)
        assert "orphan" in row["flags"]


def test_the_workers_of_a_store_without_a_ledger(pages: Browser) -> None:
    page = pages.data("/workers/")

    check("workers", page)
    assert (page["store"], page["workers"], page["hosts"], page["error"]) == ("scenarios", [], [], "")


def test_the_stores(pages: Browser, scenario_store: PlayedStore) -> None:
    page = pages.data("/stores/")

    check("stores", page)
    (store,) = page["stores"]
    assert store["name"] == "scenarios"
    assert store["server"].startswith("PostgreSQL ")
    assert (store["schema"], store["error"], store["hint"]) == ("public", "", "")
    assert store["read_only_session"] is True
    assert store["could_write"] == ["anything: the login is a superuser"]
    assert {table["name"] for table in store["tables"]} >= {"checkpoints", "checkpoint_blobs", "checkpoint_writes"}
    assert store["index"]["threads"] == pages.data("/threads/")["total"]


def test_an_error(pages: Browser) -> None:
    assert list(pages.data("/thread/", status=404, id="no such thread")) == ["error", "hint"]


@pytest.mark.parametrize("tab", ["changes", "state", "writes", "metadata"])
def test_data_holds_the_selected_checkpoint_in_full_whatever_the_tab(
    pages: Browser, scenario_store: PlayedStore, tab: str
) -> None:
    thread_id = first_of(scenario_store, "unanswered-interrupt")
    plain = whole_thread(pages, thread_id)["selected"]

    assert plain["state"]
    assert plain["writes"]
    assert plain["tasks"]
    assert plain["interrupts"]
    assert plain["metadata"]["source"] == "loop"
    assert whole_thread(pages, thread_id, tab=tab)["selected"] == plain


def test_a_step_of_a_conversation_adds_its_message(pages: Browser) -> None:
    selected = whole_thread(pages, "two-hosts-sync-alone")["selected"]
    (change,) = [change for change in selected["changes"] if change["channel"] == "messages"]
    (entry,) = change["entries"]

    assert (entry["kind"], entry["role"], entry["before"]) == ("added", "ai", None)
    assert entry["after"]["$type"] == "langchain_core.messages.ai.AIMessage"
    assert entry["after"]["type"] == "ai"
    assert entry["after"]["id"] == entry["message_id"]
    assert selected["against"] == whole_thread(pages, "two-hosts-sync-alone")["checkpoints"][1]["checkpoint_id"]


def test_other_values_change_by_path(pages: Browser, scenario_store: PlayedStore) -> None:
    thread_id = first_of(scenario_store, "structured-state")
    steps = [step["checkpoint_id"] for step in whole_thread(pages, thread_id)["checkpoints"]]
    changes = [
        change
        for step in steps
        for change in whole_thread(pages, thread_id, checkpoint=step)["selected"]["changes"]
        if change["form"] == "tree"
    ]
    entries = [entry for change in changes for entry in change["entries"]]

    assert {entry["kind"] for entry in entries} >= {"added", "changed"}
    assert any(entry["path"].count("/") > 1 for entry in entries)


def test_a_checkpoint_can_be_compared_with_any_other_of_its_thread(pages: Browser) -> None:
    steps = whole_thread(pages, "two-hosts-sync-shared")["checkpoints"]
    oldest, newest = steps[-1]["checkpoint_id"], steps[0]["checkpoint_id"]

    ahead = whole_thread(pages, "two-hosts-sync-shared", checkpoint=newest, against=oldest)["selected"]
    same = whole_thread(pages, "two-hosts-sync-shared", checkpoint=newest, against=newest)["selected"]

    assert ahead["against"] == oldest
    (messages,) = [change for change in ahead["changes"] if change["channel"] == "messages"]
    assert {entry["kind"] for entry in messages["entries"]} == {"added"}
    assert len(messages["entries"]) == len(ahead["state"]["messages"])
    assert same["changes"] == []


def test_a_subgraph_has_checkpoints_of_its_own(pages: Browser, scenario_store: PlayedStore) -> None:
    thread_id = first_of(scenario_store, "subgraph-persistent")
    page = whole_thread(pages, thread_id)
    inner = [item["checkpoint_ns"] for item in page["namespaces"] if item["checkpoint_ns"]]

    assert inner
    steps = whole_thread(pages, thread_id, ns=inner[0])["checkpoints"]
    assert steps
    assert {step["checkpoint_ns"] for step in steps} == {inner[0]}


def test_a_rebuilt_value_says_so_beside_it_and_never_inside(pages: Browser) -> None:
    page = whole_thread(pages, "delta-channel-sync-long")
    rebuilt = {item["channel"] for item in page["selected"]["channels"] if item["rebuilt"]}

    assert "rebuilt-values" in page["thread"]["flags"]
    assert page["selected"]["flags"] == ["rebuilt-values"]
    assert rebuilt
    assert "rebuilt" not in str(page["selected"]["state"])


SERDE = JsonPlusSerializer()


def states(store: PlayedStore) -> Iterator[tuple[str, Any]]:
    """Threads and their newest state as LangGraph has it, of scenarios whose state is all stored."""
    for slug in ("two-hosts", "typed-values", "tool-agent", "parallel-send", "delta-channel", "message-edits"):
        for durability in ("sync", "async", "exit"):
            played = store.find(slug, durability)
            for thread in played.threads:
                snapshot = played.graph.get_state({"configurable": {"thread_id": thread.thread_id}})
                yield thread.thread_id, snapshot.values


def test_states_equal_those_of_langgraph(pages: Browser, scenario_store: PlayedStore) -> None:
    compared = 0
    for thread_id, values in states(scenario_store):
        shown = whole_thread(pages, thread_id)["selected"]["state"]
        for channel, value in values.items():
            expected = decode_value(*SERDE.dumps_typed(value)).value
            assert not isinstance(expected, Absent)
            if channel in shown or value:  # a reducer's empty beginning is in the graph's code alone
                assert shown[channel] == to_json(expected), (thread_id, channel)
                compared += 1
        assert set(shown) <= set(values)
    assert compared > 40
