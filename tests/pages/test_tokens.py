"""Tokens that stored messages tell of are summed up: over a state, and over what a turn added."""

from __future__ import annotations

from inspector.demo.repertoire import PlayedStore
from tests.pages.browse import Browser


def test_a_states_messages_tell_of_their_tokens_together(pages: Browser, scenario_store: PlayedStore) -> None:
    played = scenario_store.find("two-hosts", "sync")
    thread_id = played.threads[0].thread_id
    messages = played.graph.get_state({"configurable": {"thread_id": thread_id}}).values["messages"]
    used = [one.usage_metadata["total_tokens"] for one in messages if getattr(one, "usage_metadata", None)]
    assert len(used) > 3
    html = pages.get("/thread/", id=thread_id, tab="state").content.decode()
    assert f"{sum(used):,} tokens in {len(used)} answers" in html
