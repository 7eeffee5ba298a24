"""A watched saver is what it was, and tells what it is asked."""

from __future__ import annotations

import copy
import inspect
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver

from inspector.probe import watch
from inspector.probe.saver import METHODS
from tests.probing import Plain, Probing, probing

CONFIG: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}


@pytest.fixture
def probe() -> Iterator[Probing]:
    with probing() as running:
        yield running


def test_it_is_the_same_object_of_the_same_name_and_kind(probe: Probing) -> None:
    saver = InMemorySaver()
    assert watch(saver) is saver
    assert isinstance(saver, InMemorySaver)
    assert (type(saver).__name__, type(saver).__module__) == ("InMemorySaver", "langgraph.checkpoint.memory")
    assert type(saver).__qualname__ == InMemorySaver.__qualname__


def test_signatures_stay(probe: Probing) -> None:
    raw, saver = InMemorySaver(), watch(InMemorySaver())
    for name in METHODS:
        assert inspect.signature(getattr(saver, name)) == inspect.signature(getattr(raw, name)), name
    assert inspect.iscoroutinefunction(saver.aput)
    assert inspect.isgeneratorfunction(saver.list)
    assert inspect.isasyncgenfunction(saver.alist)


def test_its_class_can_what_it_could_and_not_more(probe: Probing) -> None:
    for kind in (InMemorySaver, Plain, PostgresSaver):
        raw = kind.__new__(kind)
        watched = type(watch(kind.__new__(kind)))
        for name in METHODS:
            inherited = getattr(BaseCheckpointSaver, name)
            assert (getattr(watched, name) is inherited) == (getattr(type(raw), name) is inherited), (kind, name)


def test_watching_twice_changes_nothing(probe: Probing) -> None:
    saver = watch(InMemorySaver())
    kind = type(saver)
    assert type(watch(saver)) is kind
    saver.get_tuple(CONFIG)
    assert probe.thread("t").figures == (1, 1, 0, 0)
    assert [place.savers for place in probe.report.places] == [1]


def test_a_copy_for_one_run_is_the_same_saver(probe: Probing) -> None:
    saver = watch(InMemorySaver())
    for clone in (saver.with_allowlist([("m", "C")]), copy.copy(saver)):
        assert type(clone) is type(saver)
        clone.get_tuple(CONFIG)
    assert probe.thread("t").reads == 2
    assert [place.savers for place in probe.report.places] == [1]


def test_a_deep_copy_is_another_saver(probe: Probing) -> None:
    saver = watch(Plain())
    saver.metadata.append(saver)
    other = copy.deepcopy(saver)
    assert type(other) is type(saver)
    assert other.metadata == [other]
    other.get_tuple(CONFIG)
    assert probe.thread("t").misses == 1
    assert [place.savers for place in probe.report.places] == [2]


def test_what_is_no_saver_is_left_alone(probe: Probing) -> None:
    for thing in (None, True, False, "saver", object()):
        assert watch(thing) is thing


def test_a_class_that_cannot_be_derived_from_is_left_alone_and_named_once(
    probe: Probing, caplog: pytest.LogCaptureFixture
) -> None:
    class Final(Plain):
        def __init_subclass__(cls) -> None:
            raise TypeError("final")

    with caplog.at_level(logging.WARNING):
        first, second = watch(Final()), watch(Final())
    assert type(first) is type(second) is Final
    assert first.get_tuple(CONFIG) is None
    assert [record.getMessage().endswith("(TypeError).") for record in caplog.records] == [True]


def test_the_stamp_never_overwrites_and_never_touches_what_was_passed(probe: Probing) -> None:
    saver = watch(Plain())
    metadata: Any = {"source": "loop"}
    saver.put(CONFIG, {}, metadata, {})
    saver.put(CONFIG, {}, metadata=metadata, new_versions={})
    saver.put(CONFIG, {}, {"worker_hostname": "mine"}, {})
    saver.put({**CONFIG, "metadata": {"worker_hostname": "configured"}}, {}, metadata, {})
    saver.put({"configurable": {"thread_id": "t", "worker_hostname": "lent"}}, {}, metadata, {})
    saver.put({**CONFIG, "metadata": {"worker_hostname": 7}}, {}, metadata, {})
    assert metadata == {"source": "loop"}
    hosts = [found.get("worker_hostname") for found in saver.metadata]
    assert hosts == ["web-1", "web-1", "mine", "configured", "lent", None]


def test_the_stamp_can_be_turned_off() -> None:
    with probing(stamp=False) as probe:
        saver = watch(Plain())
        saver.put(CONFIG, {}, {"source": "loop"}, {})
        assert saver.metadata == [{"source": "loop"}]
        assert probe.thread("t").checkpoints == 1
        assert not probe.report.stamps


def test_calls_of_many_threads_are_counted_exactly(probe: Probing) -> None:
    saver = watch(InMemorySaver())

    def work(number: int) -> None:
        saver.get_tuple({"configurable": {"thread_id": f"t{number % 5}", "checkpoint_ns": ""}})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(2_000)))
    assert {f"t{n}": probe.thread(f"t{n}").figures for n in range(5)} == {f"t{n}": (400, 400, 0, 0) for n in range(5)}


def test_a_mistake_of_ours_reaches_the_log_and_not_the_agent(
    probe: Probing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    saver = watch(Plain())

    def fail() -> float:
        raise LookupError("ours")

    monkeypatch.setattr("inspector.probe.call.time", fail)
    with caplog.at_level(logging.WARNING):
        assert saver.get_tuple(CONFIG) is None
        assert saver.get_tuple(CONFIG) is None
    monkeypatch.undo()
    assert len(caplog.records) == 1
    assert probe.report.exceptions == {"inspector.probe: LookupError": 2}
    assert probe.report.open_calls == 0
