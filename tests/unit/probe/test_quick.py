"""The shorter way counts as the long one does, and is taken only where it may be."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Iterator
from functools import wraps
from typing import Any
from unittest.mock import patch

import pytest
from langgraph.checkpoint.base import CheckpointTuple, empty_checkpoint
from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import process, quick, recorder, watch
from inspector.probe.call import CURRENT
from inspector.probe.lookup import find_method
from inspector.probe.quick import quicken
from tests.probing import Plain, Probing, probing

CONFIG: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
METHODS = ("get_tuple", "put", "put_writes")


@pytest.fixture
def probe() -> Iterator[Probing]:
    with probing() as running:
        yield running


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The kinds of the calls that went the shorter way."""
    kinds: list[int] = []

    def note(counts: Any, watched: Any, kind: int, config: Any, value: Any) -> None:
        kinds.append(kind)
        original(counts, watched, kind, config, value)

    original = quick._note
    monkeypatch.setattr(quick, "_note", note)
    return kinds


def _wrapper(*args: Any) -> None: ...


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("module", ["memory.InMemorySaver", "postgres.PostgresSaver", "sqlite.SqliteSaver"])
def test_langgraphs_own_savers_have_a_shorter_way(module: str, name: str) -> None:
    home, _, kind = module.partition(".")
    owner = getattr(pytest.importorskip(f"langgraph.checkpoint.{home}"), kind)
    assert quicken(find_method(owner, name), _wrapper) is not _wrapper


def test_a_subclass_has_none() -> None:
    class Own(InMemorySaver): ...

    for owner in (Own, Plain):
        assert all(quicken(find_method(owner, name), _wrapper) is _wrapper for name in METHODS)


def test_a_method_that_somebody_wrapped_before_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    original = InMemorySaver.get_tuple

    @wraps(original)
    def traced(self: Any, config: Any) -> Any:
        return original(self, config)

    monkeypatch.setattr(InMemorySaver, "get_tuple", traced)
    assert quicken(find_method(InMemorySaver, "get_tuple"), _wrapper) is _wrapper


def test_everything_it_counts_is_right(probe: Probing, noted: list[int]) -> None:
    saver = watch(InMemorySaver())
    assert saver.get_tuple(CONFIG) is None
    config = saver.put(CONFIG, empty_checkpoint(), {}, {})
    saver.put_writes(config, [("a", 1), ("b", 2)], "task")
    found = saver.get_tuple(CONFIG)
    saver.get_tuple({"configurable": {"thread_id": "t", "checkpoint_ns": "node:1"}})
    assert found is not None
    assert found.metadata["worker_hostname"]  # type: ignore[typeddict-item]
    counted, report = probe.thread("t"), probe.report
    assert len(noted) == 5
    assert counted.figures == (2, 1, 1, 2)
    assert (report.sync_calls, report.async_calls, report.open_calls) == (5, 0, 0)
    reads = [read.found for batch in probe.ledger.batches for row in batch.counts for read in row.recent]
    assert reads == ["", found.checkpoint["id"]]


def test_a_thread_id_that_is_no_text_is_one_to_the_ledger(probe: Probing, noted: list[int]) -> None:
    watch(InMemorySaver()).get_tuple({"configurable": {"thread_id": 42}})
    assert noted
    assert probe.thread("42").misses == 1


def test_errors_pass_through_and_are_counted(probe: Probing) -> None:
    saver: Any = watch(InMemorySaver())
    with pytest.raises(KeyError):
        saver.get_tuple({"configurable": {}})
    with pytest.raises(KeyError):
        saver.put({"configurable": {"thread_id": "t"}}, empty_checkpoint(), {}, {})
    with pytest.raises(TypeError):
        saver.put_writes({"configurable": {**CONFIG["configurable"], "checkpoint_id": "c"}}, None, "task")
    report = probe.report
    assert report.exceptions == {"KeyError": 2, "TypeError": 1}
    assert (report.sync_calls, report.open_calls) == (3, 0)
    assert probe.thread("t").errors == {"KeyError": 1, "TypeError": 1}


def test_an_interrupted_call_has_ended_and_is_no_error(probe: Probing) -> None:
    class Interrupting(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise KeyboardInterrupt

    saver: Any = watch(InMemorySaver())
    saver.storage = Interrupting()
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            saver.get_tuple(CONFIG)
    report = probe.report
    assert (report.exceptions, report.sync_calls, report.open_calls, report.reads) == ({}, 3, 0, 0)


def test_a_call_that_goes_on_is_open(probe: Probing) -> None:
    class Looking(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            open_calls.append(probe.report.open_calls)
            return {"": {}}

    open_calls: list[int] = []
    saver: Any = watch(InMemorySaver())
    saver.storage = Looking()
    saver.get_tuple(CONFIG)
    assert open_calls
    assert set(open_calls) == {1}
    assert probe.report.open_calls == 0


def test_within_another_call_it_counts_nothing(probe: Probing, noted: list[int]) -> None:
    class Around(Plain):
        inner = watch(InMemorySaver())

        def get_tuple(self, config: Any) -> CheckpointTuple | None:
            return self.inner.get_tuple(config)

    Around.inner.get_tuple(CONFIG)
    watch(Around()).get_tuple(CONFIG)
    assert len(noted) == 1
    assert probe.thread("t").figures == (2, 2, 0, 0)
    assert not CURRENT.get()


def test_what_is_put_in_a_methods_place_later_is_called_and_counted(probe: Probing, noted: list[int]) -> None:
    saver = watch(InMemorySaver())
    with patch.object(InMemorySaver, "get_tuple", return_value=None) as get_tuple:
        saver.get_tuple(CONFIG)
        get_tuple.assert_called_once_with(CONFIG)
    assert not noted
    saver.get_tuple(CONFIG)
    assert len(noted) == 1
    assert probe.thread("t").misses == 2


def test_a_saver_that_serves_async_calls_leaves_it(probe: Probing, noted: list[int]) -> None:
    """Its sync calls may be how async ones are served: in a thread that was told nothing."""
    saver = watch(InMemorySaver())

    async def aget_tuple(self: Any, config: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, self.get_tuple, config)

    with patch.object(InMemorySaver, "aget_tuple", aget_tuple):
        asyncio.run(saver.aget_tuple(CONFIG))
    saver.get_tuple(CONFIG)
    assert not noted
    assert probe.thread("t").misses == 2
    assert (probe.report.sync_calls, probe.report.async_calls) == (1, 1)


def test_another_probe_counts_from_its_start_on(probe: Probing, noted: list[int]) -> None:
    saver = watch(InMemorySaver())
    saver.get_tuple(CONFIG)
    before = process.current()
    process.start(hostname="another")
    saver.get_tuple(CONFIG)
    saver.get_tuple(CONFIG)
    assert not before.recorder.heard
    before.flusher.start()
    assert not before.recorder.heard
    before.flusher.finish()
    assert probe.report.hostname == "another"
    assert (probe.report.sync_calls, len(noted)) == (2, 2)


def test_it_leads_to_nothing_of_the_agents(probe: Probing) -> None:
    class Live:
        pass

    alive = Live()
    gone = weakref.ref(alive)
    saver: Any = watch(InMemorySaver())
    with process.current().recorder._adding:  # nothing is added up meanwhile
        saver.get_tuple({"configurable": {"thread_id": "t", "live": alive}})
        assert process.current().recorder.events
        del alive
        assert gone() is None


def test_what_gathers_is_added_up_without_a_flusher(probe: Probing) -> None:
    """As one may hang in a ledger's driver."""
    saver = watch(InMemorySaver())
    with process.current().flusher._passing:
        for _ in range(3 * recorder.MANY):
            saver.get_tuple(CONFIG)
        assert len(process.current().recorder.events) < recorder.MANY
    assert probe.thread("t").misses == 3 * recorder.MANY


def test_threads_that_call_at_once_lose_nothing(probe: Probing, noted: list[int]) -> None:
    def read() -> None:
        for number in range(500):
            saver.get_tuple({"configurable": {"thread_id": f"t{number % 7}"}})

    saver = watch(InMemorySaver())
    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(noted) == probe.report.misses == probe.report.sync_calls == 4_000
    assert probe.report.open_calls == 0
