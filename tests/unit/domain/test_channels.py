"""Channel names: what is plumbing, and which node a trigger belongs to."""

from __future__ import annotations

import pytest

from inspector.domain.channels import decides_tasks, is_internal, join_starts, joined_names, triggered_node


@pytest.mark.parametrize("channel", ["messages", "__root__", "branch", "joined", "_private", "to:x", ""])
def test_the_graphs_own_channels_are_state(channel: str) -> None:
    assert not is_internal(channel)


@pytest.mark.parametrize(
    "channel", ["__start__", "__pregel_tasks", "branch:to:bot", "join:a+b:c", "__previous__", "__no_writes__"]
)
def test_langgraphs_channels_are_plumbing(channel: str) -> None:
    assert is_internal(channel)


@pytest.mark.parametrize(
    ("channel", "node"),
    [
        ("branch:to:bot", "bot"),
        ("branch:to:a:b", "a:b"),
        ("branch:to:", ""),
        ("join:a+b:bot", "bot"),
        ("join:a", "a"),
        ("join:a+b:", None),
        ("messages", None),
        ("__start__", None),
    ],
)
def test_a_trigger_names_its_node(channel: str, node: str | None) -> None:
    assert triggered_node(channel) == node


@pytest.mark.parametrize(
    ("channel", "decides"),
    [("__start__", True), ("__pregel_tasks", True), ("branch:to:x", True), ("join:a:b", True), ("messages", False)],
)
def test_triggers_sends_and_inputs_decide_what_runs_next(channel: str, decides: bool) -> None:
    assert decides_tasks(channel) is decides


def test_a_join_waits_for_all_its_starts() -> None:
    assert join_starts("join:a+b:c") == frozenset({"a", "b"}) == joined_names(["b", "a"])
    assert join_starts("branch:to:c") is None
    assert join_starts("messages") is None


def test_a_plus_in_a_nodes_own_name_does_not_hide_that_everyone_arrived() -> None:
    starts = join_starts("join:plan+do+check:end")  # the nodes "plan+do" and "check"

    assert starts == joined_names(["check", "plan+do"])
    assert starts != joined_names(["plan+do"])
