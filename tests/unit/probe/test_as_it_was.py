"""Whatever a saver's class is like, and whatever others do to it, a watched saver behaves as it did."""

from __future__ import annotations

import asyncio
import copy
import gc
import logging
import pickle
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.memory import InMemorySaver

from inspector.probe import process, watch
from inspector.probe.call import CURRENT
from inspector.probe.watched import Watched
from tests.integration.probe.play import chat
from tests.probing import Probing, installed, probing

CONFIG: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}


@pytest.fixture
def probe() -> Iterator[Probing]:
    with probing() as running:
        yield running


class Plain(BaseCheckpointSaver[int]):
    """Importable and picklable."""

    def __init__(self) -> None:
        super().__init__()
        self.serde = None  # type: ignore[assignment]  # LangGraph's own cannot be pickled

    def get_tuple(self, config: Any) -> CheckpointTuple | None:
        return None

    async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
        return None

    def list(self, config: Any, **rest: Any) -> Iterator[Any]:
        yield 1

    async def alist(self, config: Any, **rest: Any) -> AsyncIterator[Any]:
        yield 1


class NamesItself(Plain):
    def __reduce__(self) -> Any:
        return self.__class__, ()


class NamesItsType(Plain):
    def __reduce__(self) -> Any:
        return type(self), ()


class CopiesItself(Plain):
    def __copy__(self) -> CopiesItself:
        return CopiesItself()

    def __deepcopy__(self, memo: Any) -> CopiesItself:
        return CopiesItself()


@pytest.mark.parametrize("kind", [Plain, NamesItself, NamesItsType])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_its_own_and_needs_no_probe_to_be_read(probe: Probing, kind: type[Plain], protocol: int) -> None:
    pickled = pickle.dumps(watch(kind()), protocol)
    assert b"inspector" not in pickled
    assert pickled == pickle.dumps(kind(), protocol)
    assert type(pickle.loads(pickled)) is kind


@pytest.mark.parametrize("kind", [Plain, NamesItself, NamesItsType, CopiesItself])
def test_every_copy_is_watched(probe: Probing, kind: type[Plain]) -> None:
    saver = watch(kind())
    for clone in (copy.copy(saver), copy.deepcopy(saver)):
        assert type(clone) is type(saver)
        clone.get_tuple(CONFIG)
    assert probe.thread("t").misses == 2


def test_a_saver_that_asks_for_its_class_finds_the_one_it_had(probe: Probing) -> None:
    class Asking(InMemorySaver):
        def get_tuple(self, config: Any) -> CheckpointTuple | None:
            return super(self.__class__, self).get_tuple(config)

    saver = watch(Asking())
    assert saver.__class__ is Asking
    assert saver.get_tuple(CONFIG) is None
    assert probe.thread("t").figures == (1, 1, 0, 0)
    saver.__class__ = InMemorySaver  # type: ignore[assignment]
    assert type(saver) is InMemorySaver


class WithProperty(Plain):
    @property
    def get_tuple(self) -> Any:  # type: ignore[override]
        return lambda config: config


class WithStaticMethod(Plain):
    @staticmethod
    def get_tuple(config: Any) -> Any:  # type: ignore[override]
        return config


class WithClassMethod(Plain):
    @classmethod
    def get_tuple(cls, config: Any) -> Any:  # type: ignore[override]
        return config


@pytest.mark.parametrize("kind", [WithProperty, WithStaticMethod, WithClassMethod])
def test_a_class_with_methods_of_another_kind_is_left_alone_and_named_once(
    probe: Probing, caplog: pytest.LogCaptureFixture, kind: type[Plain]
) -> None:
    class Fresh(kind):  # type: ignore[misc, valid-type]
        pass

    with caplog.at_level(logging.WARNING):
        savers = [watch(Fresh()), watch(Fresh())]
    assert [type(saver) for saver in savers] == [Fresh, Fresh]
    assert savers[0].get_tuple(CONFIG) is CONFIG
    assert [record.getMessage().endswith("(TypeError).") for record in caplog.records] == [True]


def test_a_saver_is_never_compared() -> None:
    class EqualToAll(InMemorySaver):
        def __eq__(self, other: object) -> bool:
            compared.append(other)
            return True

        __hash__ = object.__hash__

    def compile_once() -> int:
        compared.clear()
        chat(EqualToAll())
        return len(compared)

    compared: list[Any] = []
    plainly = compile_once()
    with installed() as probe:
        assert compile_once() == plainly
        assert (probe.report.compiles, probe.report.compiles_unsaved) == (1, 0)


def test_what_is_put_in_a_methods_place_later_is_called_and_counted(probe: Probing) -> None:
    saver = watch(Plain())
    with patch.object(Plain, "get_tuple", return_value=None) as get_tuple, patch.object(Plain, "aget_tuple") as aget:
        aget.return_value = None
        saver.get_tuple(CONFIG)
        asyncio.run(saver.aget_tuple(CONFIG))
        get_tuple.assert_called_once_with(CONFIG)  # as of any saver: a mock does not take the saver
        aget.assert_awaited_once_with(CONFIG)
    saver.get_tuple(CONFIG)
    get_tuple.assert_called_once()
    assert probe.thread("t").misses == 3


def test_a_list_that_is_put_in_a_methods_place_later_is_iterated(probe: Probing) -> None:
    async def collect() -> list[Any]:
        return [item async for item in saver.alist(CONFIG)]

    saver = watch(Plain())
    with patch.object(Plain, "list", return_value=[4, 5]), patch.object(Plain, "alist") as alist:
        alist.return_value.__aiter__.return_value = [6, 7]
        assert list(saver.list(CONFIG)) == [4, 5]
        assert asyncio.run(collect()) == [6, 7]
    assert list(saver.list(CONFIG)) == [1]
    assert (probe.report.sync_calls, probe.report.async_calls, probe.report.open_calls) == (2, 1, 0)


def test_a_list_with_arguments_that_it_does_not_take_is_no_open_call(probe: Probing) -> None:
    saver: Any = watch(Plain())
    with pytest.raises(TypeError):
        list(saver.list())
    with pytest.raises(TypeError):
        asyncio.run(anext(saver.alist()))
    assert probe.report.open_calls == 0
    assert saver._inspector_probe.serving == {}


class _Interrupted:
    """The context variable, with a signal that comes as it was set."""

    reset, get = CURRENT.reset, CURRENT.get

    def set(self, call: Any) -> Any:
        CURRENT.set(call)
        raise KeyboardInterrupt


def test_a_call_interrupted_as_it_begins_has_ended(probe: Probing, monkeypatch: pytest.MonkeyPatch) -> None:
    saver: Any = watch(Plain())

    async def read() -> None:
        with pytest.raises(KeyboardInterrupt):
            await saver.aget_tuple(CONFIG)

    with monkeypatch.context() as patched:
        patched.setattr("inspector.probe.calls.CURRENT", _Interrupted())
        for call in (saver.get_tuple, lambda config: saver.get_tuple(config=config)):
            with pytest.raises(KeyboardInterrupt):
                call(CONFIG)
        asyncio.run(read())
    assert saver._inspector_probe.serving == {}
    assert saver.get_tuple(CONFIG) is None
    assert probe.thread("t").misses == 1
    assert (probe.report.sync_calls, probe.report.open_calls) == (3, 0)


def test_calls_that_share_a_configuration_and_are_served_by_threads_count_once_each(probe: Probing) -> None:
    class WithoutContext(Plain):
        async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
            self.waiting.append(go := asyncio.Event())
            await go.wait()
            return await asyncio.get_running_loop().run_in_executor(None, self.get_tuple, config)

    async def run() -> None:
        saver.waiting = []
        tasks = [asyncio.ensure_future(saver.aget_tuple(CONFIG)) for _ in range(4)]
        await asyncio.sleep(0)
        for go, task in zip(saver.waiting, tasks, strict=True):  # one ends before the next is served
            go.set()
            await task

    saver: Any = watch(WithoutContext())
    asyncio.run(run())
    assert probe.thread("t").figures == (4, 4, 0, 0)
    assert (probe.report.sync_calls, probe.report.async_calls) == (0, 4)


def test_a_savers_probe_is_published_after_all_else(probe: Probing) -> None:
    order: list[str] = []

    class Spied(Watched):
        def __setattr__(self, name: str, value: Any) -> None:
            order.append(name)
            super().__setattr__(name, value)

    Spied(process.current(), Plain())
    assert order[-1] == "probe"
    assert {"serving", "slot", "wants_path"} < set(order)


def test_classes_made_at_run_time_go_when_their_savers_are_gone(probe: Probing) -> None:
    def make() -> weakref.ref[type]:
        class Local(Plain):
            pass

        watch(Local()).get_tuple(CONFIG)
        return weakref.ref(Local)

    made = [make() for _ in range(100)]
    gc.collect()
    assert [one() for one in made[:20]] == [None] * 20
    assert probe.thread("t").misses == 100


def test_a_class_in_use_is_made_once(probe: Probing) -> None:
    assert type(watch(Plain())) is type(watch(Plain()))


class _Lock:
    """A lock that another thread has, as far as the probe can see."""

    def __init__(self) -> None:
        self.taken = threading.Lock()
        self.asked: list[bool] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        self.asked.append(blocking)
        return self.taken.acquire(blocking=False)

    def release(self) -> None:
        self.taken.release()


def test_no_call_waits_for_a_savers_lock_to_learn_its_file(probe: Probing, tmp_path: Any) -> None:
    sqlite3 = pytest.importorskip("sqlite3")

    class OnFile(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.conn = sqlite3.connect(tmp_path / "store.db")
            self.lock = _Lock()

    saver = watch(OnFile())
    with saver.lock.taken:
        saver.get_tuple(CONFIG)
    assert saver.lock.asked == [False]
    assert "not known closer" in probe.report.places[0].where
    saver.get_tuple(CONFIG)
    saver.get_tuple(CONFIG)
    assert saver.lock.asked == [False, False]
    assert str(tmp_path) in "".join(place.where for place in probe.report.places)
    saver.conn.close()
