"""The reader shows of each stored checkpoint what LangGraph itself makes of it, on every layout.

The graph's code is in no store, so a few things cannot be told from it. They are named in `known_exception`, and
anything else that differs fails.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from langgraph.types import StateSnapshot

from inspector.decode.serde import decode_value
from inspector.demo.plays import play, plays
from inspector.demo.stage import Durability, Played
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.value import Absent, Value, to_json
from inspector.stores.base import ReadBudget
from inspector.stores.differences import POSTGRES, REDIS_SHALLOW, SQLITE, find_difference
from tests.contract.graphs import snapshots, values_of
from tests.contract.library import NEED_HISTORY, Library
from tests.contract.places import StoreUnderTest

each_scenario = pytest.mark.parametrize("slug", plays())


@pytest.mark.one_in(3)
@each_scenario
def test_state_parents_next_tasks_writes_and_interrupts_are_langgraphs_own(library: Library, slug: str) -> None:
    compared = 0
    for one in library.plays_of(slug):
        for thread in one.threads:
            for namespace in library.reader.read_history(thread.thread_id).namespaces:
                history = library.reader.read_history(thread.thread_id, namespace.checkpoint_ns).checkpoints
                told = list(snapshots(library, one, thread, namespace.checkpoint_ns))
                assert [item.checkpoint_id for item in history] == [_id(snapshot.config) for snapshot in told]
                for snapshot, checkpoint in zip(told, history, strict=True):
                    _compare(library, one, snapshot, checkpoint)
                    compared += 1
    assert compared or not library.plays_of(slug)


@pytest.mark.parametrize("layout", [POSTGRES, SQLITE])
def test_a_history_is_the_one_that_langgraph_lists(library: Library) -> None:
    """The Redis savers' own list holds rows of other threads and namespaces, too."""
    for one, thread in library.threads():
        listed = one.graph.get_state_history({"configurable": {"thread_id": thread.thread_id}})
        history = library.reader.read_history(thread.thread_id).checkpoints
        assert [item.checkpoint_id for item in history] == [_id(snapshot.config) for snapshot in listed]


def test_the_state_of_a_thread_is_what_langgraph_says_of_its_newest_checkpoint(library: Library) -> None:
    found = set()
    for one, thread in library.threads():
        (summary,) = library.reader.read_summaries([thread.thread_id])
        (newest, *_) = snapshots(library, one, thread, "")
        assert summary.state == _state_of(newest), thread
        assert summary.next == library.reader.read_history(thread.thread_id).checkpoints[0].next
        found.add(summary.state)
    assert found == {"complete", "failed", "interrupted", "unfinished"}


@pytest.mark.one_in(3)
@each_scenario
def test_a_history_that_is_cut_numbers_its_turns_as_the_whole_one_does(library: Library, slug: str) -> None:
    for thread in [thread for one in library.plays_of(slug) if one.durability != "async" for thread in one.threads]:
        whole = {item.checkpoint_id: item.turn for item in library.reader.read_history(thread.thread_id).checkpoints}
        if library.layout != REDIS_SHALLOW:
            assert max(whole.values()) == thread.turns
        for rows in {1, len(whole) // 2 or 1}:
            part = library.reader.read_history(thread.thread_id, budget=ReadBudget(rows=rows))
            assert {item.checkpoint_id: item.turn for item in part.checkpoints}.items() <= whole.items()
        alone = library.reader.read_checkpoint(thread.thread_id, "", min(whole))
        assert alone is not None
        assert alone.turn == whole[min(whole)]


@pytest.mark.parametrize("layout", [REDIS_SHALLOW])
@pytest.mark.parametrize(("slug", "durability"), sorted(NEED_HISTORY))
def test_what_is_not_played_fails_in_langgraph_itself(place: StoreUnderTest, slug: str, durability: Durability) -> None:
    """The shallow savers have thrown away the checkpoint that these scenarios go back to."""
    with place.open_saver() as saver, pytest.raises((ValueError, IndexError, RuntimeError)):
        play(plays()[slug], saver, durability)


def _compare(library: Library, one: Played, snapshot: StateSnapshot, checkpoint: Checkpoint) -> None:
    reader = library.reader
    assert checkpoint.parent_checkpoint_id == _id(snapshot.parent_config)
    # Names are sorted: LangGraph lists nodes in the order of their definition, which is not stored.
    assert sorted(checkpoint.next) == sorted(snapshot.next)
    _compare_state(library, one, snapshot, checkpoint)

    writes = reader.read_writes(checkpoint)
    assert [(item.task_path, item.task_id, item.idx, item.channel) for item in writes] == [
        (row["task_path"], row["task_id"], row["idx"], row["channel"])
        for row in library.plain.writes_of(checkpoint.thread_id, checkpoint.checkpoint_ns, checkpoint.checkpoint_id)
    ]
    tasks = reader.read_tasks(checkpoint, writes)
    assert sorted((task.name, _error(library, task.error)) for task in tasks) == sorted(
        (task.name, _error(library, task.error)) for task in snapshot.tasks
    )
    assert {task.task_id for task in tasks if task.task_id} <= {task.id for task in snapshot.tasks}
    assert sorted((item.interrupt_id, _text(item.value)) for task in tasks for item in task.interrupts) == sorted(
        (item.id, _text(_tree(library, item.value))) for task in snapshot.tasks for item in task.interrupts
    )


def _compare_state(library: Library, one: Played, snapshot: StateSnapshot, checkpoint: Checkpoint) -> None:
    states = {state.channel: state for state in library.reader.read_state(checkpoint)}
    expected = values_of(one, snapshot)
    for channel, value in expected.items():
        stored: Value | Absent | None = states[channel].value if channel in states else None
        if not known_exception(library, one, channel, channel in states, value):
            assert _text(stored) == _text(_tree(library, value)), channel
    assert not {channel for channel, state in states.items() if not state.internal} - expected.keys()


def known_exception(library: Library, one: Played, channel: str, stored: bool, expected: object) -> bool:
    """Differences whose cause is the graph's code, which no store holds, and one of the layout.

    * A reducer's channel begins with an empty value, and a functional graph's result with None, before anything is
      stored.
    * `Command(update=…)` and `goto` wait as writes of no task: LangGraph shows the state as if its reducers had already
      applied them, the reader shows the stored state and lists the writes.
    * Of what a layout's serializer loses, LangGraph makes empty values; the reader says that they are not stored.
    """
    if not stored:
        return expected in ([], {}, set(), "", 0, None)
    if find_difference("values").sentence(library.layout) and (one.slug, channel) == ("typed-values", "values"):
        return True
    return one.slug == "command-goto" and channel == "text" and expected == "Moved by hand"


def _error(library: Library, error: Any) -> str:
    """An error's text; the class alone where the layout stores no more."""
    if find_difference("error-text").sentence(library.layout) and error:
        return str(error["id"][-1]) if isinstance(error, dict) else str(error).partition("(")[0]
    return str(error or "")


def _state_of(snapshot: StateSnapshot) -> str:
    if any(task.error for task in snapshot.tasks):
        return "failed"
    if any(task.interrupts for task in snapshot.tasks):
        return "interrupted"
    return "unfinished" if snapshot.next else "complete"


def _tree(library: Library, value: object) -> Value | Absent:
    """As the layout's own serializer writes it: what that loses is lost in both."""
    return decode_value(*library.saver.serde.dumps_typed(value)).value


def _text(value: Value | Absent) -> str:
    return json.dumps(None if isinstance(value, Absent) else to_json(value), sort_keys=True)


def _id(config: Any) -> str | None:
    return config["configurable"]["checkpoint_id"] if config else None
