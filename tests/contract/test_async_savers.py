"""What LangGraph's async savers write is read as what its sync ones do: the same scenarios, run with `ainvoke`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest

from inspector.demo.graphs.base import AnyGraph
from inspector.demo.plays import plays
from inspector.demo.stage import Durability, Played, Stage
from inspector.stores.differences import REDIS_SHALLOW
from tests.contract.conftest import ReaderOf
from tests.contract.library import HOST_KEYS
from tests.contract.places import Saver, StoreUnderTest
from tests.contract.test_threads import told

#: What each leaves its threads in.
SCENARIOS: dict[tuple[str, Durability], set[str]] = {
    ("new-input", "async"): {"complete"},
    ("subgraph-persistent", "sync"): {"complete"},
    ("unanswered-interrupt", "async"): {"interrupted"},
    ("error", "exit"): {"failed"},
    ("parallel-send", "sync"): {"complete"},
    ("interrupt-before", "sync"): {"unfinished", "complete"},
    ("hostile-thread-ids", "sync"): {"complete"},
}


@dataclass(frozen=True)
class AsyncStage(Stage):
    """Runs graphs on the saver's own loop; the scenario itself plays in another thread."""

    loop: asyncio.AbstractEventLoop | None = None

    def run(self, graph: AnyGraph, value: Any, config: Any, **options: Any) -> Any:
        assert self.loop is not None
        work = graph.ainvoke(value, config, durability=self.durability, **options)
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@pytest.mark.parametrize(("slug", "durability"), SCENARIOS, ids=[slug for slug, _ in SCENARIOS])
def test_what_async_savers_write_is_counted_as_its_rows_say(
    place: StoreUnderTest, reader_of: ReaderOf, slug: str, durability: Durability
) -> None:
    played = asyncio.run(_play(place, slug, durability))
    reader = reader_of(place)
    truth = place.read_plain().truth
    ids = [thread.thread_id for thread in played.threads]
    assert set(ids) <= set(truth)
    assert {row.thread_id: told(row) for row in reader.store.read_threads(list(truth), host_keys=HOST_KEYS)} == truth
    summaries = {item.row.thread_id: item for item in reader.read_summaries(ids)}
    assert {item.state for item in summaries.values()} <= SCENARIOS[slug, durability]
    for thread in played.threads:
        (newest, *_) = reader.read_history(thread.thread_id).checkpoints
        assert [state for state in reader.read_state(newest) if not state.internal]
        if place.layout != REDIS_SHALLOW:
            assert summaries[thread.thread_id].row.turns == thread.turns


async def _play(place: StoreUnderTest, slug: str, durability: Durability) -> Played:
    async with place.open_async_saver() as saver:
        return await asyncio.to_thread(_perform, saver, asyncio.get_running_loop(), slug, durability)


def _perform(saver: Saver, loop: asyncio.AbstractEventLoop, slug: str, durability: Durability) -> Played:
    stage = AsyncStage(saver, durability, slug, loop=loop)
    return replace(plays()[slug].perform(stage), slug=slug, durability=durability)
