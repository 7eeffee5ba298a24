"""A watched saver is what it was, and tells what it is asked."""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple, empty_checkpoint
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver

from inspector.probe import watch
from inspector.probe.saver import METHODS
from tests.probing import Probing, probing

CONFIG: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}


@pytest.fixture
def probe() -> Iterator[Probing]:
    with probing() as running:
        yield running


class Plain(BaseCheckpointSaver[int]):
    """A saver of the agent's own, importable and picklable, with sync methods only."""

    def __init__(self) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self.metadata: list[Any] = []

    def get_tuple(self, config: Any) -> CheckpointTuple | None:
        if self.error is not None:
            raise self.error
        return None

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        self.metadata.append(metadata)
        return config

    def list(self, config: Any, **rest: Any) -> Iterator[Any]:
        yield from (1, 2, 3)


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


def test_errors_pass_through_and_are_counted(probe: Probing) -> None:
    saver = watch(Plain())
    saver.error = ValueError("password=secret")
    with pytest.raises(ValueError, match="password=secret") as caught:
        saver.get_tuple(CONFIG)
    assert caught.value is saver.error
    counted = probe.thread("t")
    assert counted.errors == {"ValueError": 1}
    assert counted.figures == (0, 0, 0, 0)
    assert probe.report.exceptions == {"ValueError": 1}
    assert probe.report.open_calls == 0


def test_an_interrupted_call_is_no_error(probe: Probing) -> None:
    saver = watch(Plain())
    for error in (KeyboardInterrupt(), asyncio.CancelledError(), SystemExit()):
        saver.error = error
        with pytest.raises(type(error)):
            saver.get_tuple(CONFIG)
    report = probe.report
    assert (report.exceptions, report.sync_calls, report.open_calls, report.reads) == ({}, 3, 0, 0)


def test_an_async_call_of_a_sync_saver_is_counted_with_its_error(probe: Probing) -> None:
    saver = watch(Plain())
    with pytest.raises(NotImplementedError):
        asyncio.run(saver.aget_tuple(CONFIG))
    assert probe.thread("t").errors == {"NotImplementedError": 1}
    assert probe.report.async_calls == 1


@pytest.mark.parametrize("config", [{}, {"configurable": None}, {"configurable": {}}, {"configurable": []}, None, 7])
def test_odd_configurations_reach_the_saver(probe: Probing, config: Any) -> None:
    assert watch(Plain()).get_tuple(config) is None
    assert probe.thread("").misses == 1


def test_a_thread_id_that_is_no_text_is_one_to_the_ledger(probe: Probing) -> None:
    watch(Plain()).get_tuple({"configurable": {"thread_id": 42}})
    assert probe.thread("42").misses == 1


def test_only_the_root_namespace_counts_as_a_read(probe: Probing) -> None:
    saver = watch(Plain())
    saver.get_tuple({"configurable": {"thread_id": "t", "checkpoint_ns": "node:1"}})
    saver.get_tuple({"configurable": {"thread_id": "t"}})
    assert probe.thread("t").figures == (1, 1, 0, 0)
    assert probe.report.sync_calls == 2


def test_a_saver_that_serves_async_calls_by_a_thread_counts_once(probe: Probing) -> None:
    class InThread(Plain):
        async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
            return await asyncio.to_thread(self.get_tuple, config)

    class WithoutContext(Plain):
        async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
            return await asyncio.get_running_loop().run_in_executor(None, self.get_tuple, config)

    for saver in (watch(InThread()), watch(WithoutContext())):
        asyncio.run(saver.aget_tuple(CONFIG))
        saver.get_tuple(CONFIG)
    assert probe.thread("t").figures == (4, 4, 0, 0)
    assert (probe.report.sync_calls, probe.report.async_calls) == (2, 2)


def test_a_saver_around_a_saver_counts_once(probe: Probing) -> None:
    class Around(Plain):
        inner = watch(InMemorySaver())

        def get_tuple(self, config: Any) -> CheckpointTuple | None:
            return self.inner.get_tuple(config)

    watch(Around()).get_tuple(CONFIG)
    assert probe.thread("t").figures == (1, 1, 0, 0)


def test_a_task_that_outlives_the_call_it_began_in_counts(probe: Probing) -> None:
    class Prefetching(Plain):
        later: Any = None

        async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
            if Prefetching.later is None:
                Prefetching.later = asyncio.ensure_future(self._prefetch(config))
            return None

        async def _prefetch(self, config: Any) -> None:
            await asyncio.sleep(0)
            await self.aget_tuple({"configurable": {"thread_id": "later"}})

    async def run() -> None:
        await watch(Prefetching()).aget_tuple(CONFIG)
        await Prefetching.later

    asyncio.run(run())
    assert probe.thread("later").misses == 1


def test_calls_between_two_items_of_a_list_count(probe: Probing) -> None:
    saver = watch(Plain())
    assert [saver.get_tuple(CONFIG) for _ in saver.list(CONFIG)] == [None] * 3
    assert probe.thread("t").misses == 3
    assert (probe.report.sync_calls, probe.report.open_calls) == (4, 0)


def test_a_list_that_is_left_early_ends_and_closes_what_is_below(probe: Probing) -> None:
    closed = threading.Event()

    class Closing(Plain):
        def list(self, config: Any, **rest: Any) -> Iterator[Any]:
            try:
                yield from (1, 2)
            finally:
                closed.set()

        async def alist(self, config: Any, **rest: Any) -> AsyncIterator[Any]:
            for item in self.list(config):
                yield item

    saver = watch(Closing())
    items = saver.list(CONFIG)
    assert next(items) == 1
    assert probe.report.open_calls == 1
    items.close()
    assert closed.is_set()
    assert (probe.report.sync_calls, probe.report.open_calls) == (1, 0)

    async def leave() -> None:
        found = saver.alist(CONFIG)
        assert await anext(found) == 1
        await found.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert (probe.report.sync_calls, probe.report.async_calls, probe.report.open_calls) == (1, 1, 0)


def test_a_list_that_was_never_asked_for_an_item_never_began(probe: Probing) -> None:
    saver = watch(Plain())
    saver.list(CONFIG)
    assert (probe.report.sync_calls, probe.report.open_calls) == (0, 0)


def test_what_the_consumer_raises_is_not_the_savers_error(probe: Probing) -> None:
    items = watch(Plain()).list(CONFIG)
    next(items)
    with pytest.raises(LookupError):
        items.throw(LookupError("mine"))  # type: ignore[attr-defined]
    assert (probe.report.exceptions, probe.report.open_calls) == ({}, 0)


def test_a_list_that_hands_on_an_iterator_counts_once(probe: Probing) -> None:
    class Delegating(Plain):
        inner = watch(InMemorySaver())

        def list(self, config: Any, **rest: Any) -> Iterator[Any]:
            return self.inner.list(config, **rest)

    saver = watch(Delegating())
    saver.inner.put(CONFIG, empty_checkpoint(), {}, {})
    assert len(list(saver.list(CONFIG))) == 1
    saver.list(CONFIG)  # nobody iterates
    assert (probe.report.sync_calls, probe.report.open_calls) == (3, 0)


def test_a_call_that_never_ends_is_open(probe: Probing) -> None:
    class Hanging(Plain):
        async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
            await asyncio.Event().wait()
            return None

    async def run() -> None:
        task = asyncio.ensure_future(watch(Hanging()).aget_tuple(CONFIG))
        await asyncio.sleep(0)
        assert probe.report.open_calls == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    report = probe.report
    assert (report.open_calls, report.async_calls, report.exceptions) == (0, 1, {})


def test_another_event_loop_is_noticed(probe: Probing) -> None:
    class Async(Plain):
        async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
            return None

    saver, anywhere = watch(Async()), watch(InMemorySaver())

    async def read() -> None:
        await saver.aget_tuple(CONFIG)
        await anywhere.aget_tuple(CONFIG)

    asyncio.run(read())
    assert probe.report.loop_mismatches == 0
    asyncio.run(read())
    assert probe.report.loop_mismatches == 1


def test_a_saver_that_names_its_loop_is_held_to_it(probe: Probing) -> None:
    class Bound(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.loop = asyncio.get_running_loop()

    async def make() -> Bound:
        saver = watch(Bound())
        saver.get_tuple(CONFIG)
        return saver

    saver = asyncio.run(make())
    saver.get_tuple(CONFIG)  # outside any loop: as a thread does
    assert probe.report.loop_mismatches == 0

    async def elsewhere() -> None:
        saver.get_tuple(CONFIG)

    asyncio.run(elsewhere())
    assert probe.report.loop_mismatches == 1


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
