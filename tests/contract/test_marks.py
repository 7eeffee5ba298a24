"""What a list of steps says of their tasks is what each step's own writes say, on every layout."""

from __future__ import annotations

import pytest

from inspector.domain.channels import ERROR, INTERRUPT, RESUME
from inspector.reader import StepMarks
from inspector.stores.differences import POSTGRES, REDIS, SQLITE
from tests.contract.library import Library


def test_marks_are_those_of_the_steps_own_writes(library: Library) -> None:
    met: set[str] = set()
    for _, thread in library.threads():
        for namespace in library.reader.read_namespaces(thread.thread_id):
            history = library.reader.read_history(thread.thread_id, namespace.checkpoint_ns)
            marks = library.reader.read_marks(history.checkpoints)
            for checkpoint in history.checkpoints:
                writes = library.reader.read_writes(checkpoint)
                channels = {write.channel for write in writes}
                words = {ERROR: "failed", INTERRUPT: "asked", RESUME: "answered"}
                found = marks.get(checkpoint.checkpoint_id, StepMarks())
                assert found.names == tuple(word for channel, word in words.items() if channel in channels)
                failed = {write.node_name for write in writes if write.channel == ERROR and write.node_name}
                assert set(found.failed) == failed
                met.update(found.names)
    assert {"failed", "asked"} <= met


@pytest.mark.parametrize("layout", [POSTGRES, SQLITE, REDIS])
def test_a_run_that_went_on_from_where_one_stopped_is_told_from_those_that_ran_through(library: Library) -> None:
    def resumed(slug: str) -> list[int]:
        ids = [thread.thread_id for one in library.plays_of(slug) for thread in one.threads]
        return [sum(item.resumed for item in library.reader.read_history(name).checkpoints) for name in ids]

    assert resumed("interrupt-before") == [1, 0] * 3  # of two threads, one goes on, under each durability
    assert set(resumed("new-input")) == {0}


def test_nothing_is_asked_for_no_steps(library: Library) -> None:
    assert library.reader.read_marks(()) == {}
    assert library.reader.read_calls("anything", ()) == []
