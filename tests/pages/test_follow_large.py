"""Following a channel whose values are larger than what one page reads: every page leads on."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph

from inspector.demo.embedded import EmbeddedPostgres
from tests.browser.gallery.savers import open_saver
from tests.pages.browse import Browser

CHANNEL = "/thread/channel/"
_WRITES = 4


class _Held(TypedDict):
    paper: bytes


def _put(url: str, size: int) -> str:
    def scan(state: _Held) -> _Held:
        return {"paper": bytes(size) + str(len(state.get("paper", b""))).encode() + state.get("paper", b"")[-4:]}

    with open_saver(url) as saver:
        graph: Any = StateGraph(_Held).add_node("scan", scan).add_edge(START, "scan").compile(checkpointer=saver)
        for _ in range(_WRITES):
            graph.invoke({}, {"configurable": {"thread_id": "t"}})
    return url


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_pages_lead_from_one_large_value_to_the_next_up_to_the_end(
    show_stores: Any, postgres: EmbeddedPostgres, tmp_path: Path, kind: str, sort: str
) -> None:
    url = postgres.create_database() if kind == "postgres" else f"sqlite:///{tmp_path / 'file.db'}"
    browser: Browser = show_stores(main=_put(url, 4_000_000))
    behind = {"newest": "before", "oldest": "after"}[sort]
    query: dict[str, Any] = {}
    found: list[str] = []
    for _ in range(4 * _WRITES):
        page = browser.data(CHANNEL, id="t", channel="paper", sort=sort, **query)
        found += [item["step"]["checkpoint_id"] for item in page["steps"]]
        assert all(item["change"] is not None and not item["change"]["not_loaded"] for item in page["steps"])
        assert page["next"] != query.get(behind), "a page that leads to itself"
        if not page["next"]:
            break
        query = {behind: page["next"]}

    assert len(set(found)) == len(found) == _WRITES
    assert found == sorted(found, reverse=sort == "newest")


def test_values_that_are_never_read_cost_nothing(show_stores: Any, postgres: EmbeddedPostgres) -> None:
    browser: Browser = show_stores(main=_put(postgres.create_database(), 17_000_000))
    page = browser.data(CHANNEL, id="t", channel="paper")

    assert [item["change"]["not_loaded"] for item in page["steps"]] == [True] * _WRITES
    assert (page["cut"], page["next"]) == ("", "")
