"""Every scenario plays, and what it claims to have done stands in the database.

The turns are counted here in plain SQL, by the rule, without any code of the dashboard: the claim, the rule
and the dashboard can then be held against each other two by two.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from inspector.demo.plays import plays
from inspector.demo.repertoire import PlayedStore
from inspector.demo.stage import DURABILITIES, Durability

# A turn is one version of the channel `__start__`: every accepted input writes it anew, with a random suffix.
# Nodes that have seen it say so in every checkpoint; an input that nothing ran on yet is a checkpoint itself.
TURNS = """
select thread_id, count(distinct version) from (
  select thread_id, seen.value->>'__start__' as version
    from checkpoints, jsonb_each(checkpoint->'versions_seen') seen
   where checkpoint_ns = '' and (left(seen.key, 2) <> '__' or seen.key = '__start__')
  union all
  select thread_id, checkpoint->'channel_versions'->>'__start__' from checkpoints
   where checkpoint_ns = '' and metadata->>'source' = 'input'
) inputs group by thread_id
"""
NAMESPACES = "select thread_id, checkpoint_ns from checkpoints where checkpoint_ns <> '' group by 1, 2"

# The least that readers are tested on.
REQUIRED = {
    "new-input",
    "resume",
    "unanswered-interrupt",
    "update-state",
    "update-state-as-input",
    "fork-by-update",
    "fork-by-input",
    "replay",
    "error",
    "error-then-retry",
    "subgraph",
    "subgraph-persistent",
    "parallel-send",
    "parallel-join",
    "tool-agent",
    "structured-state",
    "message-edits",
    "delta-channel",
    "functional-api",
    "two-hosts",
    "command-goto",
    "random-ids",
    "deferred-node",
    "hostile-thread-ids",
    "interrupt-before",
}

every_play = pytest.mark.parametrize("durability", DURABILITIES)
every_scenario = pytest.mark.parametrize("slug", sorted(plays()))


@pytest.fixture(scope="module")
def connection(scenario_store: PlayedStore) -> Iterator[psycopg.Connection]:
    """A connection of our own to the played database."""
    with psycopg.connect(scenario_store.url) as connection:
        yield connection


@pytest.fixture(scope="module")
def turns(connection: psycopg.Connection) -> dict[str, int]:
    """Turns by thread, by the rule."""
    return dict(connection.execute(TURNS).fetchall())


@pytest.fixture(scope="module")
def namespaces(connection: psycopg.Connection) -> dict[str, set[str]]:
    """Subgraph namespaces by thread: the first node's name, with a colon where a task id follows."""
    found: dict[str, set[str]] = {}
    for thread_id, checkpoint_ns in connection.execute(NAMESPACES):
        node, colon, _task = checkpoint_ns.split("|")[0].partition(":")
        found.setdefault(thread_id, set()).add(node + colon)
    return found


def test_the_required_scenarios_are_there_and_say_what_they_do() -> None:
    assert set(plays()) >= REQUIRED
    assert all(scenario.summary for scenario in plays().values())


@every_play
@every_scenario
def test_the_turns_a_scenario_claims_are_those_of_the_rule(
    scenario_store: PlayedStore, turns: dict[str, int], slug: str, durability: Durability
) -> None:
    played = scenario_store.find(slug, durability)
    assert played.threads
    for thread in played.threads:
        # A thread that was only ever updated from outside (an import) has no turn: no row by the rule.
        assert turns.get(thread.thread_id, 0) == thread.turns, thread


@every_play
@every_scenario
def test_the_namespaces_a_scenario_claims_hold_checkpoints(
    scenario_store: PlayedStore, namespaces: dict[str, set[str]], slug: str, durability: Durability
) -> None:
    for thread in scenario_store.find(slug, durability).threads:
        assert namespaces.get(thread.thread_id, set()) == set(thread.namespaces), thread


def test_no_two_plays_share_a_thread(scenario_store: PlayedStore) -> None:
    thread_ids = [thread.thread_id for played in scenario_store.played for thread in played.threads]
    assert len(thread_ids) == len(set(thread_ids))


@every_play
def test_langgraph_reads_every_thread_back(scenario_store: PlayedStore, durability: Durability) -> None:
    for slug in plays():
        played = scenario_store.find(slug, durability)
        for thread in played.threads:
            history = list(played.graph.get_state_history({"configurable": {"thread_id": thread.thread_id}}))
            assert history, thread
