"""Subgraphs below the steps that called them, and what tasks left: as pages of real threads show them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from inspector.demo.repertoire import PlayedStore
from tests.pages.browse import Browser, Document, Element

THREAD = "/thread/"


def thread_of(store: PlayedStore, slug: str, ending: str = "", durability: Any = "sync") -> str:
    ids = [thread.thread_id for thread in store.find(slug, durability).threads]
    return next(thread_id for thread_id in ids if thread_id.endswith(ending))


def links(document: Document, name: str) -> list[dict[str, str]]:
    """The queries of the links of a class."""
    found = [item for item in document.all("a") if name in (item.attributes.get("class") or "").split()]
    return [_query(item) for item in found]


def told(document: Document, name: str) -> str:
    (found,) = [item for item in document.elements if item.attributes.get("id") == name]
    return " ".join(found.text.split())


def _query(link: Element) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlsplit(link.attributes["href"] or "").query).items()}


def marked(page: dict[str, Any], mark: str) -> dict[str, Any]:
    return next(step for step in page["checkpoints"] if mark in step["marks"])


@pytest.mark.parametrize("slug", ["subgraph", "subgraph-persistent", "subgraph-interrupt", "parallel-send"])
def test_every_call_leads_into_its_subgraph_and_back_to_the_step_that_called_it(
    pages: Browser, scenario_store: PlayedStore, slug: str
) -> None:
    for thread in scenario_store.find(slug, "sync").threads:
        page = pages.data(THREAD, id=thread.thread_id)
        calls = [(step, call) for step in page["checkpoints"] for call in step["calls"]]
        assert bool(calls) is any(item["checkpoint_ns"] for item in page["namespaces"])
        for step, call in calls:
            assert (call["caller_id"], call["caller_step"]) == (step["checkpoint_id"], step["step"])
            asked = {"id": thread.thread_id, "ns": call["checkpoint_ns"], "checkpoint": call["last_checkpoint_id"]}
            inner = pages.data(THREAD, **asked)
            assert inner["selected"]["metadata"]["parents"][""] == step["checkpoint_id"]
            ids = [one["checkpoint_id"] for one in inner["checkpoints"]]
            assert {call["first_checkpoint_id"], call["last_checkpoint_id"]} <= set(ids)
            back = links(pages.document(THREAD, **asked), "way")
            assert back[0]["checkpoint"] == step["checkpoint_id"]
            assert "ns" not in back[0]


def test_the_tree_lists_each_graph_below_the_one_that_called_it(pages: Browser, scenario_store: PlayedStore) -> None:
    document = pages.document(THREAD, id=thread_of(scenario_store, "subgraph-interrupt", "unsigned"))
    lines = [item for item in document.all("li") if "data-ns" in item.attributes]
    assert [" ".join(item.text.split())[:14] for item in lines] == ["root 3 steps", "clinic waits f", "specialist wai"]
    assert [item.attributes["class"] for item in lines] == ["d0", "d1", "d2"]
    assert len(list(document.all("rect"))) == 3
    called = links(document, "to-graph")
    assert len(called) == 2  # in the list of steps, and at the selected one
    assert all(link["ns"].startswith("clinic:") for link in called)


def test_calls_into_one_memory_are_told_apart_by_their_steps(pages: Browser, scenario_store: PlayedStore) -> None:
    page = pages.data(THREAD, id=thread_of(scenario_store, "subgraph-persistent"))
    calls = [call for step in reversed(page["checkpoints"]) for call in step["calls"]]
    assert [call["checkpoint_ns"] for call in calls] == ["specialist"] * 2
    assert [call["state"] for call in calls] == ["done"] * 2
    assert calls[0]["last_checkpoint_id"] < calls[1]["first_checkpoint_id"]
    assert all(call["seconds"] > 0 for call in calls)


def test_a_caller_that_durability_exit_did_not_store_is_named_without_a_link(
    pages: Browser, scenario_store: PlayedStore
) -> None:
    thread_id = thread_of(scenario_store, "subgraph-persistent", durability="exit")
    assert all(not step["calls"] for step in pages.data(THREAD, id=thread_id)["checkpoints"])
    inner = pages.document(THREAD, id=thread_id, ns="specialist")
    assert links(inner, "way") == []
    assert "not stored" in told(inner, "crumbs")


def test_an_error_that_was_overcome_says_so_and_where(pages: Browser, scenario_store: PlayedStore) -> None:
    page = pages.data(THREAD, id=thread_of(scenario_store, "error-then-retry", "goes-on"))
    step = marked(page, "failed")
    assert step["marks"] == ["failed", "retried"]
    document = pages.document(THREAD, id=page["thread"]["thread_id"], checkpoint=step["checkpoint_id"])
    text = told(document, "tasks")
    assert "PaymentGatewayError" in text
    assert f"It was tried again, with the same input, and went on at step {step['step'] + 1}" in text
    assert "tried again" in told(document, "steps")
    selected = pages.data(THREAD, id=page["thread"]["thread_id"], checkpoint=step["checkpoint_id"])["selected"]
    assert [task["state"] for task in selected["tasks"]] == ["retried"]


def test_an_error_that_a_new_input_left_behind_says_so(pages: Browser, scenario_store: PlayedStore) -> None:
    page = pages.data(THREAD, id=thread_of(scenario_store, "error-then-retry", "sent-again"))
    step = marked(page, "failed")
    assert step["marks"] == ["failed"]
    asked = {"id": page["thread"]["thread_id"], "checkpoint": step["checkpoint_id"], "tab": "writes"}
    document = pages.document(THREAD, **asked)
    assert "It was never tried again: a new input came at step" in told(document, "tasks")
    assert "never taken in" in told(document, "writes")


def test_a_question_is_shown_with_its_answer(pages: Browser, scenario_store: PlayedStore) -> None:
    both = thread_of(scenario_store, "several-interrupts", "both")
    step = marked(pages.data(THREAD, id=both), "asked")
    assert step["marks"] == ["asked", "answered"]
    selected = pages.data(THREAD, id=both, checkpoint=step["checkpoint_id"])["selected"]
    answers = {one["value"]["reviewer"]: one["answer"] for task in selected["tasks"] for one in task["interrupts"]}
    assert answers == {name: f"yes ({name})" for name in answers}
    assert len(answers) == 2
    document = pages.document(THREAD, id=both, checkpoint=step["checkpoint_id"])
    text = told(document, "tasks")
    assert text.count("Asked, and answered") == 2
    assert f"The run went on at step {step['step'] + 1}" in text


def test_questions_without_an_answer_say_whether_one_is_waited_for(pages: Browser, scenario_store: PlayedStore) -> None:
    waiting = pages.document(THREAD, id=thread_of(scenario_store, "unanswered-interrupt", "left"))
    assert "Waiting for an answer" in told(waiting, "tasks")
    again = pages.data(THREAD, id=thread_of(scenario_store, "unanswered-interrupt", "again"))
    first = [step for step in again["checkpoints"] if "asked" in step["marks"]][-1]
    past = pages.document(THREAD, id=again["thread"]["thread_id"], checkpoint=first["checkpoint_id"])
    assert "Never answered: a new input came at step" in told(past, "tasks")


def test_an_answer_that_durability_exit_did_not_store_is_said_to_be_missing(
    pages: Browser, scenario_store: PlayedStore
) -> None:
    answered = thread_of(scenario_store, "functional-interrupt", "answered", "exit")
    step = marked(pages.data(THREAD, id=answered), "asked")
    document = pages.document(THREAD, id=answered, checkpoint=step["checkpoint_id"])
    assert "durability exit keeps no answers" in told(document, "tasks")


def test_a_breakpoint_is_told_from_a_question(pages: Browser, scenario_store: PlayedStore) -> None:
    page = pages.data(THREAD, id=scenario_store.find("interrupt-before", "sync").threads[0].thread_id)
    step = marked(page, "resumed")
    document = pages.document(THREAD, id=page["thread"]["thread_id"], checkpoint=step["checkpoint_id"])
    text = told(document, "tasks")
    assert "The run stopped here, before edit" in text
    assert "It was resumed, and went on at step" in text
