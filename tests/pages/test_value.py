"""One channel's value by itself: what the page's data has of it, and errors that say what is not there."""

from __future__ import annotations

import pytest

from inspector.demo.repertoire import PlayedStore
from tests.pages.browse import Browser


def test_a_value_is_what_the_threads_data_says_of_the_channel(pages: Browser, scenario_store: PlayedStore) -> None:
    thread_id = scenario_store.find("structured-state", "sync").threads[0].thread_id
    selected = pages.data("/thread/", id=thread_id)["selected"]
    assert len(selected["state"]) > 2
    for channel, value in selected["state"].items():
        found = pages.data("/thread/value/", id=thread_id, checkpoint=selected["checkpoint_id"], channel=channel)
        assert found == value


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"channel": "no such"}, "no such channel"),
        ({"checkpoint": "no such"}, "no such checkpoint"),
        ({"id": "no such"}, "no such checkpoint"),
    ],
)
def test_what_is_not_there_is_not_found(
    pages: Browser, scenario_store: PlayedStore, change: dict[str, str], says: str
) -> None:
    thread_id = scenario_store.find("structured-state", "sync").threads[0].thread_id
    selected = pages.data("/thread/", id=thread_id)["selected"]
    asked = {"id": thread_id, "checkpoint": selected["checkpoint_id"], "channel": "plan", **change}
    response = pages.get("/thread/value/", format="json", **asked)
    assert response.status_code == 404
    assert says in response.json()["error"]
