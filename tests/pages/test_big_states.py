"""The changes of large states: shown unasked up to a budget, named beyond it, and in answers that stay small."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.base import empty_checkpoint

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.reader import pairs
from inspector.views.change_items import MOST_DATA
from tests.pages.browse import Browser, Document

MEGABYTE = 1_000_000


def talk(size: int) -> list[Any]:
    kinds = (HumanMessage, AIMessage)
    return [kinds[n % 2](f"Message {n}. " + "And so on. " * 30, id=f"m{n}") for n in range(size // 560)]


def lines(size: int) -> str:
    return "".join(f"Line {n} of a long report, which goes on and on.\n" for n in range(size // 47))


TALK = talk(5 * MEGABYTE)
REPORT = lines(5 * MEGABYTE)
ROWS = [{"id": n, "name": f"customer {n}", "tags": ["new", "post"], "town": f"Town {n % 97}"} for n in range(60_000)]
SIDES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "talk": ({"messages": TALK}, {"messages": [*TALK, HumanMessage("The last word.", id="last")]}),
    "report": ({"text": REPORT}, {"text": REPORT.replace("Line 50000 of", "Line fifty thousand of")}),
    "rows": ({"rows": ROWS}, {"rows": [*ROWS[:30_000], {"id": -1, "name": "somebody else"}, *ROWS[30_000:]]}),
    "much": (
        {f"part{n}": [f"{n} of before", *TALK] for n in range(5)},
        {f"part{n}": [f"{n} of after", *TALK] for n in range(5)},
    ),
    "huge": ({"text": "x" * 20 * MEGABYTE, "small": 1}, {"text": "y" * 20 * MEGABYTE, "small": 2}),
    "other": ({"rows": ["a" * 90_000] * 60}, {"rows": [f"{n}" * 90_000 for n in range(60)]}),
}


@pytest.fixture(scope="module")
def big_store(postgres: EmbeddedPostgres) -> str:
    url = postgres.create_database()
    with open_saver(url) as saver:
        for thread_id, sides in SIDES.items():
            config: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
            for step, values in enumerate(sides):
                versions: Any = dict.fromkeys(values, f"{step + 1:032}.0.{step}5")
                checkpoint: Any = {**empty_checkpoint(), "channel_values": values, "channel_versions": versions}
                config = saver.put(config, checkpoint, {"source": "loop", "step": step, "parents": {}}, versions)
    return url


@pytest.fixture
def pages(show_stores: Any, big_store: str) -> Browser:
    browser: Browser = show_stores(big=big_store)
    return browser


def html_of(pages: Browser, thread_id: str, **query: Any) -> str:
    response = pages.get("/thread/", id=thread_id, **query)
    assert response.status_code == 200
    html: str = response.content.decode()
    assert len(response.content) < 300_000
    return html


@pytest.mark.parametrize(
    ("thread_id", "shown"), [("talk", "The last word."), ("report", "fifty"), ("rows", "somebody else")]
)
def test_what_changed_in_five_megabytes_is_shown_unasked(pages: Browser, thread_id: str, shown: str) -> None:
    html = html_of(pages, thread_id)
    assert shown in html
    assert "Not loaded" not in html
    assert "Not compared" not in html


def test_what_does_not_fit_is_named_with_a_link_to_it(pages: Browser) -> None:
    changes = {one["channel"]: one for one in pages.data("/thread/", id="much")["selected"]["changes"]}
    left = sorted(name for name, change in changes.items() if change["not_loaded"])
    read = sorted(changes.keys() - left)
    assert read
    assert left
    assert sum(changes[name]["size_before"] + changes[name]["size_after"] for name in read) <= pairs.UNASKED_BYTES
    html = html_of(pages, "much")
    for name in left:
        assert f"Load {name}" in html
    assert html.count("Not loaded") == len(left)
    assert "Not compared" not in html
    assert f"{left[0]}" in [one["channel"] for one in loaded(pages, left[0])]


def loaded(pages: Browser, channel: str) -> list[dict[str, Any]]:
    changes = pages.data("/thread/", id="much", load=channel)["selected"]["changes"]
    return [one for one in changes if not one["not_loaded"]]


def test_a_value_beyond_what_is_ever_read_is_told_and_the_rest_compared(pages: Browser) -> None:
    html = html_of(pages, "huge", load="text")
    assert "more than a page reads of one value" in html
    document = Document(html)
    assert {item.attributes["data-channel"] for item in document.all("section") if "data-channel" in item.attributes}
    (small,) = [one for one in pages.data("/thread/", id="huge")["selected"]["changes"] if one["channel"] == "small"]
    assert [(entry["before"], entry["after"]) for entry in small["entries"]] == [(1, 2)]


@pytest.mark.parametrize("thread_id", ["report", "other"])
def test_data_of_large_changes_is_cut_and_says_so(pages: Browser, thread_id: str) -> None:
    response = pages.get("/thread/", id=thread_id, format="json")
    assert len(response.content) < MOST_DATA + 3 * MEGABYTE
    data = response.json()
    (change,) = data["selected"]["changes"]
    assert change["cut"] or change["left_out"]
    newer, older = (step["checkpoint_id"] for step in data["checkpoints"])
    compared = pages.get("/thread/compare/", id=thread_id, checkpoint=older, with_checkpoint=newer, format="json")
    assert len(compared.content) < MOST_DATA + 3 * MEGABYTE
    (change,) = compared.json()["changes"]
    assert change["cut"] or change["left_out"]


def test_data_of_small_changes_to_large_states_is_whole_and_small(pages: Browser) -> None:
    response = pages.get("/thread/", id="talk", format="json")
    assert len(response.content) < 100_000
    (change,) = response.json()["selected"]["changes"]
    assert (change["cut"], change["left_out"], change["unchanged"]) == (False, 0, len(TALK))
    assert [entry["kind"] for entry in change["entries"]] == ["added"]
