"""The reader shows what LangGraph itself would: every checkpoint of every scenario against `get_state_history`.

The graph's code is not in the store, so three things cannot be told from it alone. They are named in `known_exception`,
and anything else that differs fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import StateSnapshot

from inspector.decode import decode_value
from inspector.demo.repertoire import PlayedStore
from inspector.demo.scenarios import scenarios
from inspector.demo.stage import DURABILITIES, Durability, Played, PlayedThread
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.value import Absent, Value, to_json
from inspector.reader import Reader
from inspector.stores.base import ReadBudget
from inspector.stores.postgres import PostgresStore

EACH_PLAY = pytest.mark.parametrize(
    ("slug", "durability"), [(slug, durability) for slug in scenarios() for durability in DURABILITIES]
)


@pytest.fixture(scope="module")
def reader(scenario_store: PlayedStore) -> Iterator[Reader]:
    store = PostgresStore("scenarios", scenario_store.url)
    yield Reader(store, host_keys=("worker_hostname",), owner_keys=("user_id",))
    store.close()


@EACH_PLAY
def test_state_parents_next_tasks_and_interrupts_equal_get_state_history(
    slug: str, durability: Durability, scenario_store: PlayedStore, reader: Reader
) -> None:
    played = scenario_store.find(slug, durability)
    compared = 0
    for thread in played.threads:
        for namespace in reader.read_history(thread.thread_id).namespaces:
            for snapshot, checkpoint in _pairs(played, thread, namespace.checkpoint_ns, reader):
                _compare(played, snapshot, checkpoint, reader)
                compared += 1
    assert compared


@EACH_PLAY
def test_turns_are_what_the_scenario_did(
    slug: str, durability: Durability, scenario_store: PlayedStore, reader: Reader
) -> None:
    for thread in scenario_store.find(slug, durability).threads:
        (summary,) = reader.read_summaries([thread.thread_id])
        history = reader.read_history(thread.thread_id)
        assert (summary.row.turns, summary.row.turns_is_lower_bound) == (thread.turns, False)
        assert max(checkpoint.turn for checkpoint in history.checkpoints) == thread.turns


@EACH_PLAY
def test_a_history_that_is_cut_numbers_its_turns_as_the_whole_one_does(
    slug: str, durability: Durability, scenario_store: PlayedStore, reader: Reader
) -> None:
    for thread in scenario_store.find(slug, durability).threads:
        whole = {item.checkpoint_id: item.turn for item in reader.read_history(thread.thread_id).checkpoints}
        for rows in {1, len(whole) // 2 or 1}:
            part = reader.read_history(thread.thread_id, budget=ReadBudget(rows=rows))
            assert {item.checkpoint_id: item.turn for item in part.checkpoints}.items() <= whole.items()
        oldest = min(whole)
        alone = reader.read_checkpoint(thread.thread_id, "", oldest)
        assert alone is not None
        assert alone.turn == whole[oldest]


@EACH_PLAY
def test_the_index_and_the_thread_page_agree_on_unfinished_work(
    slug: str, durability: Durability, scenario_store: PlayedStore, reader: Reader
) -> None:
    """The index infers what is due from the newest checkpoint alone, the page from the whole history."""
    for thread in scenario_store.find(slug, durability).threads:
        (summary,) = reader.read_summaries([thread.thread_id])
        head = reader.read_history(thread.thread_id).checkpoints[0]
        assert summary.next == head.next


def _pairs(
    played: Played, thread: PlayedThread, checkpoint_ns: str, reader: Reader
) -> Iterator[tuple[StateSnapshot, Checkpoint]]:
    config: Any = {"configurable": {"thread_id": thread.thread_id, "checkpoint_ns": checkpoint_ns}}
    snapshots = list(played.graph.get_state_history(config))
    checkpoints = reader.read_history(thread.thread_id, checkpoint_ns).checkpoints
    assert [_id(snapshot.config) for snapshot in snapshots] == [item.checkpoint_id for item in checkpoints]
    return zip(snapshots, checkpoints, strict=True)


def _compare(played: Played, snapshot: StateSnapshot, checkpoint: Checkpoint, reader: Reader) -> None:
    assert checkpoint.parent_checkpoint_id == _id(snapshot.parent_config)
    # Names are sorted: LangGraph lists nodes in the order of their definition, which is not stored.
    assert sorted(checkpoint.next) == sorted(snapshot.next)

    states = {state.channel: state for state in reader.read_state(checkpoint)}
    expected = _values(played, snapshot)
    for channel, value in expected.items():
        stored: Value | Absent | None = states[channel].value if channel in states else None
        if not known_exception(played, channel, channel in states, value):
            assert _text(stored) == _text(_tree(value)), channel
    extra = {channel for channel, state in states.items() if not state.internal} - expected.keys()
    assert not extra

    tasks = reader.read_tasks(checkpoint, reader.read_writes(checkpoint))
    assert sorted((task.name, task.error) for task in tasks) == sorted(
        (task.name, str(task.error or "")) for task in snapshot.tasks
    )
    assert {task.task_id for task in tasks if task.task_id} <= {task.id for task in snapshot.tasks}
    assert sorted((item.interrupt_id, _text(item.value)) for task in tasks for item in task.interrupts) == sorted(
        (item.id, _text(_tree(item.value))) for task in snapshot.tasks for item in task.interrupts
    )


def known_exception(played: Played, channel: str, stored: bool, expected: object) -> bool:
    """Differences whose cause is the graph's code, which no store holds.

    * A reducer's channel begins with an empty value, and a functional graph's result with None, before anything is
      stored.
    * `Command(update=…)` and `goto` wait as writes of no task: LangGraph shows the state as if its reducers had already
      applied them, the reader shows the stored state and lists the writes.
    """
    if not stored:
        return expected in ([], {}, set(), "", 0, None)
    return played.slug == "command-goto" and channel == "text" and expected == "Moved by hand"


def _values(played: Played, snapshot: StateSnapshot) -> dict[str, Any]:
    """The snapshot's values by channel; a graph with one output channel shows it without its name."""
    channels = played.graph.stream_channels_asis
    return {channels: snapshot.values} if isinstance(channels, str) else dict(snapshot.values)


def _tree(value: object) -> Value | Absent:
    return decode_value(*JsonPlusSerializer().dumps_typed(value)).value


def _text(value: Value | Absent) -> str:
    return json.dumps(None if isinstance(value, Absent) else to_json(value), sort_keys=True)


def _id(config: Any) -> str | None:
    return config["configurable"]["checkpoint_id"] if config else None
