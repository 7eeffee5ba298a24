"""`/thread/compare/`: two checkpoints of a thread, of two branches, namespaces, threads and stores."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore
from inspector.views import compare
from tests.pages.browse import Browser
from tests.pages.places import chat_in_postgres, chat_in_redis, chat_in_sqlite
from tests.redis_server import RedisServer

COMPARE = "/thread/compare/"
FORKED = "fork-by-update-sync-branched"
NOWHERE = "postgresql://reader:hunter2@localhost:1/db"
NO_ID = "1f000000-0000-6000-8000-000000000000"


def steps_of(pages: Browser, thread_id: str, ns: str = "") -> list[dict[str, Any]]:
    """Newest first."""
    found: list[dict[str, Any]] = pages.data("/thread/", id=thread_id, ns=ns)["checkpoints"]
    return found


def ends_of(steps: list[dict[str, Any]]) -> list[str]:
    parents = {step["parent_checkpoint_id"] for step in steps}
    return [step["checkpoint_id"] for step in steps if step["checkpoint_id"] not in parents]


def compared(pages: Browser, thread_id: str, a: str, b: str, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = pages.data(COMPARE, id=thread_id, checkpoint=a, with_checkpoint=b, **more)
    return found


def texts(change: dict[str, Any], kind: str, side: str) -> list[str]:
    return [entry[side]["content"] for entry in change["entries"] if entry["kind"] == kind]


def test_a_step_and_its_parent_differ_as_on_the_thread_page(pages: Browser) -> None:
    newest = steps_of(pages, "tool-agent-sync-orders")[0]
    found = compared(pages, "tool-agent-sync-orders", newest["parent_checkpoint_id"], newest["checkpoint_id"])
    shown = pages.data("/thread/", id="tool-agent-sync-orders")["selected"]

    assert found["relation"]["kind"] == "after"
    assert found["relation"]["sentence"] == "B is 1 step after A on one branch."
    assert [change["entries"] for change in found["changes"]] == [change["entries"] for change in shown["changes"]]
    assert found["unchanged"] == shown["unchanged"]
    assert found["a"]["thread_id"] == found["b"]["thread_id"] == "tool-agent-sync-orders"
    assert found["b"]["store"] == "scenarios"


def test_the_other_way_round_what_was_added_is_removed(pages: Browser) -> None:
    steps = steps_of(pages, "tool-agent-sync-orders")
    first, last = steps[-1]["checkpoint_id"], steps[0]["checkpoint_id"]
    there, back = (compared(pages, "tool-agent-sync-orders", *pair) for pair in ((first, last), (last, first)))

    assert back["relation"]["kind"] == "before"
    assert back["relation"]["a_steps"] == there["relation"]["b_steps"] == len(steps) - 1
    assert {entry["kind"] for change in there["changes"] for entry in change["entries"] if not change["internal"]} == {
        "added"
    }
    assert {entry["kind"] for change in back["changes"] for entry in change["entries"] if not change["internal"]} == {
        "removed"
    }


def test_two_branches_name_the_step_where_they_part_and_what_each_wrote(pages: Browser) -> None:
    steps = steps_of(pages, FORKED)
    newer, older = ends_of(steps)
    found = compared(pages, FORKED, older, newer)
    fork = found["relation"]["fork"]
    children = [step for step in steps if step["parent_checkpoint_id"] == fork["checkpoint_id"]]

    assert found["relation"]["kind"] == "branches"
    assert len(children) == 2
    assert fork["both_changed"] == ["messages"]
    (messages,) = [change for change in found["changes"] if change["channel"] == "messages"]
    assert "Where is order 4021?" in texts(messages, "removed", "before")
    assert "Hi, I'm Grace." in texts(messages, "added", "after")
    document = pages.document(COMPARE, id=FORKED, checkpoint=older, with_checkpoint=newer)
    (link,) = [a for a in document.all("a") if fork["checkpoint_id"] in a.attributes.get("href", "")]
    assert link.text == f"step {fork['step']}"


def test_a_checkpoint_is_the_same_as_itself(pages: Browser) -> None:
    newest = steps_of(pages, FORKED)[0]["checkpoint_id"]
    found = compared(pages, FORKED, newest, newest)

    assert found["relation"]["kind"] == "same"
    assert found["changes"] == []
    assert found["unchanged"] == ["messages"]


def test_two_threads_are_compared_by_value_whatever_their_versions(pages: Browser) -> None:
    found = pages.data(COMPARE, id=FORKED, with_id="tool-agent-sync-orders")

    assert found["relation"]["kind"] == "threads"
    (messages,) = [change for change in found["changes"] if change["channel"] == "messages"]
    assert {entry["kind"] for entry in messages["entries"]} <= {"added", "removed", "changed"}
    assert messages["count_before"] == 5
    assert found["b"]["thread_id"] == "tool-agent-sync-orders"


def test_a_subgraph_is_compared_with_the_graph_that_called_it(pages: Browser) -> None:
    thread_id = "subgraph-persistent-sync-remembers"
    found = pages.data(COMPARE, id=thread_id, with_ns="specialist")

    assert found["relation"]["kind"] == "namespaces"
    assert found["a"]["checkpoint_ns"] == ""
    assert found["b"]["checkpoint_ns"] == "specialist"
    back = pages.data(COMPARE, id=thread_id, ns="specialist", with_ns="")
    assert back["b"]["checkpoint_ns"] == ""


def test_what_is_left_out_of_side_b_is_as_on_side_a(pages: Browser) -> None:
    thread_id = "subgraph-persistent-sync-remembers"
    older = steps_of(pages, thread_id, "specialist")[1]["checkpoint_id"]
    found = pages.data(COMPARE, id=thread_id, ns="specialist", checkpoint=older, with_checkpoint="")

    assert found["b"]["checkpoint_ns"] == "specialist"
    assert found["relation"]["kind"] == "after"


def test_every_pair_of_every_forked_thread_is_related(pages: Browser, scenario_store: PlayedStore) -> None:
    for slug in ("fork-by-update", "fork-by-input", "fork-by-copy"):
        thread_id = scenario_store.find(slug, "sync").threads[0].thread_id
        steps = steps_of(pages, thread_id)
        for other in steps[1:]:
            found = compared(pages, thread_id, other["checkpoint_id"], steps[0]["checkpoint_id"])
            assert found["relation"]["kind"] in ("after", "branches"), (slug, other["step"])


def test_without_a_side_b_the_page_suggests_some_that_open(pages: Browser) -> None:
    steps = steps_of(pages, FORKED)
    older_end = ends_of(steps)[1]
    document = pages.document(COMPARE, id=FORKED, checkpoint=older_end)
    links = [a.attributes["href"] for a in document.all("a") if a.attributes.get("class") == "pill"]
    words = [a.text for a in document.all("a") if a.attributes.get("class") == "pill"]

    assert words[0].startswith("Its parent")
    assert any(text.startswith("The newest step") for text in words)
    for link in links:
        page = pages.document(COMPARE, **dict(parse_qsl(urlsplit(link).query)))
        assert [element.attributes["data-side"] for element in page.elements if "data-side" in element.attributes] == [
            "A",
            "B",
        ]
    assert pages.data(COMPARE, id=FORKED, checkpoint=older_end)["b"] is None


def test_swapping_sides_leads_to_the_same_two(pages: Browser) -> None:
    steps = steps_of(pages, FORKED)
    a, b = steps[-1]["checkpoint_id"], steps[0]["checkpoint_id"]
    document = pages.document(COMPARE, id=FORKED, checkpoint=a, with_checkpoint=b)
    (swap,) = [link for link in document.all("a") if link.attributes.get("id") == "swap-sides"]
    query = dict(parse_qsl(urlsplit(swap.attributes["href"]).query))

    assert (query["checkpoint"], query["with_checkpoint"]) == (b, a)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({}, 404, "names no thread"),
        ({"id": FORKED, "checkpoint": NO_ID}, 404, "Side A names a checkpoint"),
        ({"id": FORKED, "with_checkpoint": NO_ID}, 404, "Side B names a checkpoint"),
        ({"id": FORKED, "with_id": "nobody"}, 404, "Side B names a thread that is not stored"),
        ({"id": FORKED, "with_ns": "nowhere"}, 404, "Side B names a namespace"),
        ({"id": FORKED, "with_store": "nix"}, 404, "No store is called"),
        ({"id": FORKED, "with_checkpoint": "a\x00b"}, 400, "NUL"),
    ],
)
def test_what_is_not_there_is_told_with_its_side(
    pages: Browser, query: dict[str, str], status: int, words: str
) -> None:
    found = pages.data(COMPARE, status=status, **query)

    assert words in found["error"]
    assert found["hint"]


def test_one_conversation_in_stores_of_three_kinds(
    show_stores: Any, postgres: EmbeddedPostgres, redis_server: RedisServer, tmp_path: Path
) -> None:
    redis_server.flush()
    browser: Browser = show_stores(
        main=chat_in_postgres(postgres.create_database(), "both"),
        file=chat_in_sqlite(tmp_path / "file.db", "both", turns=3),
        cache=chat_in_redis(redis_server.url, "both", turns=1),
    )
    for store, count in (("file", 6), ("cache", 2)):
        found = browser.data(COMPARE, id="both", with_store=store)
        (messages,) = [change for change in found["changes"] if change["channel"] == "messages"]
        assert found["relation"]["kind"] == "stores"
        assert (messages["count_before"], messages["count_after"]) == (4, count)
        steps = browser.data("/thread/", id="both", store=store)["checkpoints"]
        within = browser.data(
            COMPARE, id="both", store=store, checkpoint=steps[-1]["checkpoint_id"], with_checkpoint=""
        )
        assert within["relation"]["b_steps"] == len(steps) - 1
    document = browser.document(COMPARE, id="both", with_store="file")
    assert any("in the store file" in element.text for element in document.all("p"))


def test_a_store_that_is_gone_is_told_with_its_side(show_stores: Any, postgres: EmbeddedPostgres) -> None:
    browser: Browser = show_stores(main=chat_in_postgres(postgres.create_database(), "here"), gone=NOWHERE)
    found = browser.data(COMPARE, status=503, id="here", with_store="gone")

    assert found["error"].startswith("Side B, in the store gone, cannot be read.")
    assert found["hint"]
    assert "hunter2" not in str(found)


def test_suggestions_tell_branches_apart_and_show_a_whole_turn(pages: Browser) -> None:
    steps = steps_of(pages, FORKED)
    here = steps[0]
    pills = [a for a in pages.document(COMPARE, id=FORKED).all("a") if a.attributes.get("class") == "pill"]
    words = [pill.text for pill in pills]
    assert len(set(words)) == len(words)
    assert any(f", {steps[0]['hostname']}" in text for text in words if text.startswith("The end of a branch"))

    (turn,) = [pill for pill in pills if pill.text.startswith("All of turn")]
    found = pages.data(COMPARE, **dict(parse_qsl(urlsplit(turn.attributes["href"]).query)))
    assert {found[side]["turn"] for side in "ab"} == {here["turn"]}
    assert found["a"]["source"] == "input"
    assert found["b"]["checkpoint_id"] == here["checkpoint_id"]


def test_a_turn_that_stored_one_checkpoint_is_told_from_the_one_before(
    pages: Browser, scenario_store: PlayedStore
) -> None:
    thread_id = scenario_store.find("new-input", "exit").threads[0].thread_id
    newest = steps_of(pages, thread_id)[0]
    pills = [a for a in pages.document(COMPARE, id=thread_id).all("a") if a.attributes.get("class") == "pill"]

    assert pills
    assert all(newest["parent_checkpoint_id"] in pill.attributes["href"] for pill in pills[:1])
    assert len({pill.attributes["href"] for pill in pills}) == len(pills)


@pytest.mark.parametrize(
    ("told", "shown"), [("7", "step 7"), ("-1", "step -1"), ("x" * 2_000, "step ?"), ("", "step ?")]
)
def test_what_was_picked_is_called_by_the_number_that_its_own_page_gave_it(
    pages: Browser, told: str, shown: str
) -> None:
    page = pages.document("/thread/", id=FORKED, pick="named-by-hand", pick_step=told)
    (bar,) = [element for element in page.elements if element.attributes.get("id") == "pick"]
    assert any(link.text == shown for link in page.all("a") if "named-by-hand" in link.attributes.get("href", ""))
    assert bar.attributes["data-picked"] == shown.removeprefix("step ")

    newest = steps_of(pages, FORKED)[0]
    (pick,) = [a for a in pages.document("/thread/", id=FORKED).all("a") if "data-pick" in a.attributes]
    assert dict(parse_qsl(urlsplit(pick.attributes["href"]).query))["pick_step"] == str(newest["step"])


@pytest.mark.parametrize("gone", ["A", "B"])
def test_a_store_that_goes_down_between_the_two_reads_is_told_with_its_side(
    show_stores: Any, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    read_pair = compare.read_pair
    with EmbeddedPostgres() as own:
        lasting, leaving = chat_in_postgres(postgres.create_database(), "t"), chat_in_postgres(own.url, "t")

        def read_what_is_left(*args: Any) -> Any:
            own.stop()
            return read_pair(*args)

        monkeypatch.setattr(compare, "read_pair", read_what_is_left)
        browser: Browser = show_stores(
            main=leaving if gone == "A" else lasting, other=lasting if gone == "A" else leaving
        )
        found = browser.data(COMPARE, status=503, id="t", with_store="other")

    name = "main" if gone == "A" else "other"
    assert found["error"].startswith(f"Side {gone}, in the store {name}, cannot be read.")
    assert found["hint"]
