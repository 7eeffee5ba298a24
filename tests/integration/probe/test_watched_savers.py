"""Every saver, used in every way, sync and async: each call counts once, whoever delegates to whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from inspector.demo.embedded import EmbeddedPostgres
from inspector.probe import process, watch
from tests.integration.probe.play import HELLO, RUNS, Figures, chat, expected, on, play, play_async
from tests.probing import Probing, installed, probing

_FOR_SAVERS = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}


@contextmanager
def _memory(postgres: EmbeddedPostgres, path: Path) -> Iterator[Any]:
    yield InMemorySaver()


@contextmanager
def _sqlite(postgres: EmbeddedPostgres, path: Path) -> Iterator[Any]:
    with SqliteSaver.from_conn_string(str(path / "sync.db")) as saver:
        yield saver


@contextmanager
def _postgres(postgres: EmbeddedPostgres, path: Path) -> Iterator[Any]:
    with PostgresSaver.from_conn_string(postgres.create_database()) as saver:
        saver.setup()
        yield saver


@contextmanager
def _postgres_pool(postgres: EmbeddedPostgres, path: Path) -> Iterator[Any]:
    with ConnectionPool(postgres.create_database(), min_size=1, max_size=3, kwargs=_FOR_SAVERS) as pool:
        saver = PostgresSaver(pool)  # type: ignore[arg-type]
        saver.setup()
        yield saver


@asynccontextmanager
async def _amemory(postgres: EmbeddedPostgres, path: Path) -> AsyncIterator[Any]:
    yield InMemorySaver()


@asynccontextmanager
async def _asqlite(postgres: EmbeddedPostgres, path: Path) -> AsyncIterator[Any]:
    async with AsyncSqliteSaver.from_conn_string(str(path / "async.db")) as saver:
        yield saver


@asynccontextmanager
async def _apostgres(postgres: EmbeddedPostgres, path: Path) -> AsyncIterator[Any]:
    async with AsyncPostgresSaver.from_conn_string(postgres.create_database()) as saver:
        await saver.setup()
        yield saver


@asynccontextmanager
async def _apostgres_pool(postgres: EmbeddedPostgres, path: Path) -> AsyncIterator[Any]:
    async with AsyncConnectionPool(
        postgres.create_database(), min_size=1, max_size=3, kwargs=_FOR_SAVERS, open=False
    ) as pool:
        saver = AsyncPostgresSaver(pool)  # type: ignore[arg-type]
        await saver.setup()
        yield saver


OpenSync = Callable[[EmbeddedPostgres, Path], AbstractContextManager[Any]]
OpenAsync = Callable[[EmbeddedPostgres, Path], AbstractAsyncContextManager[Any]]
SYNC: list[OpenSync] = [_memory, _sqlite, _postgres, _postgres_pool]
ASYNC: list[OpenAsync] = [_amemory, _asqlite, _apostgres, _apostgres_pool]
#: Sync calls of these are served by their event loop.
BRIDGED: list[OpenAsync] = [_asqlite, _apostgres, _apostgres_pool]


@pytest.fixture(scope="module")
def truth() -> dict[str, Figures]:
    return expected()


def check(probe: Probing, truth: dict[str, Figures]) -> None:
    assert {thread: probe.thread(thread).figures for thread in truth} == truth
    report = probe.report
    assert (report.reads, report.misses, report.checkpoints, report.writes) == tuple(
        sum(figures[place] for figures in truth.values()) for place in range(4)
    )
    assert report.open_calls == 0
    assert report.loop_mismatches == 0
    assert report.exceptions == {}
    assert report.dropped == {}
    assert report.invocations == RUNS
    assert report.invocations_unsaved == 0
    assert [place.savers for place in report.places] == [1]


@pytest.mark.parametrize("open_saver", SYNC)
def test_sync_calls_count_once(
    open_saver: OpenSync, postgres: EmbeddedPostgres, tmp_path: Path, truth: dict[str, Figures]
) -> None:
    with installed() as probe, open_saver(postgres, tmp_path) as saver:
        play(saver)
        check(probe, truth)
        assert probe.report.async_calls == 0


@pytest.mark.parametrize("open_saver", ASYNC)
def test_async_calls_count_once(
    open_saver: OpenAsync, postgres: EmbeddedPostgres, tmp_path: Path, truth: dict[str, Figures]
) -> None:
    async def run(probe: Probing) -> None:
        async with open_saver(postgres, tmp_path) as saver:
            await play_async(saver)
            await asyncio.to_thread(check, probe, truth)
            assert probe.report.sync_calls == 0

    with installed() as probe:
        asyncio.run(run(probe))


@pytest.mark.parametrize("open_saver", BRIDGED)
def test_sync_calls_that_the_event_loop_serves_count_once_and_as_sync(
    open_saver: OpenAsync, postgres: EmbeddedPostgres, tmp_path: Path, truth: dict[str, Figures]
) -> None:
    async def run(probe: Probing) -> None:
        async with open_saver(postgres, tmp_path) as saver:
            await saver.setup()
            await asyncio.to_thread(play, saver)
            await asyncio.to_thread(check, probe, truth)
            assert probe.report.async_calls == 0

    with installed() as probe:
        asyncio.run(run(probe))


@pytest.mark.parametrize("open_saver", SYNC)
def test_the_hostname_lands_in_the_metadata(open_saver: OpenSync, postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    config: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
    with probing(hostname="web-7"), open_saver(postgres, tmp_path) as saver:
        chat(watch(saver)).invoke(HELLO, on("t"))
        assert {found.metadata["worker_hostname"] for found in saver.list(config)} == {"web-7"}


def test_places_are_told_without_passwords(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    url = postgres.create_database()
    with probing() as probe, PostgresSaver.from_conn_string(url) as saver, _sqlite(postgres, tmp_path) as files:
        saver.setup()
        with ConnectionPool(url, min_size=1, max_size=2, kwargs=_FOR_SAVERS) as pool:
            for one in (saver, PostgresSaver(pool), files, InMemorySaver()):  # type: ignore[arg-type]
                watch(one).get_tuple({"configurable": {"thread_id": "t", "checkpoint_ns": ""}})
            _settle(probe)
            places = probe.report.places
    kinds = {place.kind: place for place in places}
    assert set(kinds) == {"postgres", "sqlite", "memory"}
    assert kinds["sqlite"].where == f"sqlite://{tmp_path}/sync.db"
    assert kinds["sqlite"].identities[0].startswith("sqlite:")
    assert kinds["postgres"].saver == "langgraph.checkpoint.postgres.PostgresSaver"
    servers = [place.identities for place in places if place.kind == "postgres"]
    assert all(servers)
    assert len(set(servers)) == 1
    assert all(identity.endswith("/public") for identity in servers[0])


def _settle(probe: Probing) -> None:
    """Waits until the places were asked."""
    probe.flush()
    thread = process.current().flusher._resolver._thread
    assert thread is not None
    thread.join(30)
