"""One logical call counts once, whatever becomes of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from langgraph.checkpoint.base import CheckpointTuple, empty_checkpoint
from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import watch
from tests.probing import Plain, Probing, probing

CONFIG: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}


@pytest.fixture
def probe() -> Iterator[Probing]:
    with probing() as running:
        yield running


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
    assert probe.thread("t").errors == {"NotImplementedError: asynchronous call of a synchronous saver": 1}
    assert probe.report.async_calls == 1


def test_what_no_saver_of_its_kind_can_do_is_no_matter_of_async_calls(probe: Probing) -> None:
    saver = watch(Plain())
    with pytest.raises(NotImplementedError):
        asyncio.run(saver.adelete_thread("t"))
    assert probe.report.exceptions == {"NotImplementedError": 1}


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
