"""The page of time and size on every thread of every scenario, subgraphs too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from inspector.demo.repertoire import PlayedStore
from tests.pages.browse import Browser


def thread_ids(store: PlayedStore) -> list[str]:
    return sorted({thread.thread_id for played in store.played for thread in played.threads})


def every_page(pages: Browser, store: PlayedStore) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The data of each namespace: of time and size, and of the thread's own page."""
    for thread_id in thread_ids(store):
        namespaces = pages.data("/thread/", id=thread_id)["namespaces"]
        for namespace in [item["checkpoint_ns"] for item in namespaces][:4]:
            where = {"id": thread_id, "ns": namespace}
            yield pages.data("/thread/size/", **where), pages.data("/thread/", **where)


@pytest.mark.thorough
def test_every_step_is_weighed_and_timed_once(pages: Browser, scenario_store: PlayedStore) -> None:
    seen = 0
    for found, thread in every_page(pages, scenario_store):
        seen += 1
        weighed = {one["checkpoint_id"]: one["total_bytes"] for one in found["sizes"]}
        assert weighed == {one["checkpoint_id"]: one["size_bytes"] for one in thread["checkpoints"]}
        timed = [step["checkpoint_id"] for turn in found["turns"] for step in turn["steps"]]
        assert sorted(timed) == sorted(weighed)
        assert [one["checkpoint_id"] for one in found["sizes"]] == timed
        stored = found["stored"]
        channels = sum(one["stored_bytes"] for one in found["channels"])
        assert stored["total_bytes"] == stored["documents_bytes"] + channels
        assert all(node["total"] >= node["slowest"] >= node["median"] >= 0 for node in found["nodes"])
    assert seen > len(thread_ids(scenario_store))


@pytest.mark.parametrize("durability", ["sync", "exit"])
def test_every_page_of_a_scenario_is_drawn(pages: Browser, scenario_store: PlayedStore, durability: str) -> None:
    chosen = [played for played in scenario_store.played if played.durability == durability]
    for thread_id in [thread.thread_id for played in chosen for thread in played.threads]:
        response = pages.get("/thread/size/", id=thread_id)
        assert response.status_code == 200
        assert b'id="channels"' in response.content


def test_a_channel_that_is_kept_as_changes_says_so(pages: Browser) -> None:
    data = pages.data("/thread/size/", id="delta-channel-sync-long")
    kept = [one for one in data["channels"] if one["kept"] == "changes"]
    assert kept
    assert all(one["line"] is None and one["per_turn"] is None and one["stored_bytes"] > 0 for one in kept)
    text = pages.get("/thread/size/", id="delta-channel-sync-long").content.decode()
    assert "kept as changes" in text


def test_a_subgraphs_turns_are_calls_and_lead_to_its_own_steps(pages: Browser) -> None:
    namespaces = pages.data("/thread/", id="research-sync-report")["namespaces"]
    name = next(item["checkpoint_ns"] for item in namespaces if item["checkpoint_ns"])
    document = pages.document("/thread/size/", id="research-sync-report", ns=name)
    (rows,) = [table for table in document.all("table") if table.attributes.get("class") == "turn-rows"]
    assert "Call" in rows.text
    assert "Turn" not in rows.text
    steps = [item.attributes["href"] for item in document.all("a") if "checkpoint=" in item.attributes.get("href", "")]
    assert steps
    assert all("ns=" in link for link in steps)
