"""The list of steps narrowed: those that have what is asked for, no others, and a way back to all."""

from __future__ import annotations

import re
from typing import Any

import pytest

from inspector.demo.repertoire import PlayedStore
from tests.pages.browse import Browser


def listed(pages: Browser, **parameters: Any) -> list[str]:
    """The ids of the steps that the list shows."""
    html = pages.get("/thread/", **parameters).content.decode()
    steps = html.partition('id="steps"')[2].partition("</nav>")[0]
    return re.findall(r'<li><a href="[^"]*checkpoint=([^"&]+)', steps)


@pytest.fixture
def thread_id(scenario_store: PlayedStore) -> str:
    return scenario_store.find("two-hosts", "sync").threads[0].thread_id


@pytest.mark.parametrize(
    ("asked", "field", "value"),
    [
        ({"node": "agent"}, "node_names", ["agent"]),
        ({"source": "input"}, "source", "input"),
        ({"host": "web-2"}, "hostname", "web-2"),
    ],
)
def test_only_steps_that_have_what_is_asked_for_are_listed(
    pages: Browser, thread_id: str, asked: dict[str, str], field: str, value: Any
) -> None:
    checkpoints = pages.data("/thread/", id=thread_id)["checkpoints"]
    wanted = [item["checkpoint_id"] for item in checkpoints if item[field] == value]
    assert 0 < len(wanted) < len(checkpoints)
    assert listed(pages, id=thread_id, **asked) == wanted
    assert listed(pages, id=thread_id) == [item["checkpoint_id"] for item in checkpoints]


def test_what_is_asked_for_together_holds_together_and_data_holds_all(pages: Browser, thread_id: str) -> None:
    asked = {"id": thread_id, "source": "input", "host": "web-2"}
    found = pages.data("/thread/", **asked)["checkpoints"]
    assert len(found) > len(listed(pages, **asked)) == 2
    assert found == pages.data("/thread/", id=thread_id)["checkpoints"]


def test_steps_that_failed_are_found(pages: Browser, scenario_store: PlayedStore) -> None:
    thread_id = scenario_store.find("error", "sync").threads[0].thread_id
    checkpoints = pages.data("/thread/", id=thread_id)["checkpoints"]
    failed = [item["checkpoint_id"] for item in checkpoints if "failed" in item["marks"]]
    assert failed
    assert listed(pages, id=thread_id, mark="failed") == failed


def test_what_no_step_has_lists_none_and_says_so(pages: Browser, thread_id: str) -> None:
    assert listed(pages, id=thread_id, node="<no such>") == []
    document = pages.document("/thread/", id=thread_id, node="<no such>")
    told = next(one.text for one in document.all("p") if one.attributes.get("id") == "narrowed")
    assert re.match(r"0 of \d+ steps: <no such>", told)


def test_a_turn_has_a_link_to_all_that_it_changed(pages: Browser, thread_id: str) -> None:
    document = pages.document("/thread/", id=thread_id)
    link = next(one for one in document.all("a") if one.attributes.get("class") == "whole")
    assert link.text.startswith("changes of turn 4")
    query = dict(part.split("=") for part in link.attributes["href"].lstrip("?").split("&"))
    selected = pages.data("/thread/", **query)["selected"]
    messages = next(change for change in selected["changes"] if change["channel"] == "messages")
    assert messages["entries"][0]["role"] == "human"
    assert len(messages["entries"]) > 1
