"""Calls in the wrong colour or loop, made of real savers: what they raise is counted under a name that tells them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.lab.pools import SETTINGS
from inspector.probe import watch
from tests.integration.probe.play import HELLO, chat, on
from tests.probing import installed, probing

CONFIG: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": "", "checkpoint_id": "1"}}
CALLS: dict[str, tuple[Any, ...]] = {
    "get_tuple": (CONFIG,),
    "put": (CONFIG, empty_checkpoint(), {}, {}),
    "put_writes": (CONFIG, [("messages", "hi")], "task"),
}


@pytest.fixture
def url(postgres: EmbeddedPostgres) -> str:
    url = postgres.create_database()
    with PostgresSaver.from_conn_string(url) as saver:
        saver.setup()
    return url


@pytest.mark.parametrize("name", CALLS)
def test_an_async_call_of_a_sync_saver(url: str, name: str) -> None:
    with probing() as probe, PostgresSaver.from_conn_string(url) as saver:
        watch(saver)
        with pytest.raises(NotImplementedError):
            asyncio.run(getattr(saver, f"a{name}")(*CALLS[name]))
        said = {"NotImplementedError: asynchronous call of a synchronous saver": 1}
        assert probe.report.exceptions == probe.thread("t").errors == said


def test_a_sync_call_of_an_async_saver_in_its_loop(url: str) -> None:
    """A graph reads first, so it gets this answer. `put` alone would wait for itself for ever."""

    async def call() -> None:
        async with AsyncPostgresSaver.from_conn_string(url) as saver:
            with pytest.raises(asyncio.InvalidStateError):
                chat(saver).invoke(HELLO, on("t"))

    with installed() as probe:
        asyncio.run(call())
        said = {"asyncio.exceptions.InvalidStateError: synchronous call in the event loop": 1}
        assert probe.report.exceptions == probe.thread("t").errors == said


def test_a_saver_that_was_made_in_a_loop_that_is_gone(url: str) -> None:
    async def make() -> AsyncPostgresSaver:
        return AsyncPostgresSaver(await AsyncConnection.connect(url, **SETTINGS))

    with installed() as probe:
        saver = asyncio.run(make())
        graph = chat(saver)
        for _ in range(3):  # the first loop in which somebody has to wait is the lock's
            with suppress(RuntimeError):
                asyncio.run(graph.ainvoke(HELLO, on("t")))
        asyncio.run(saver.conn.close())  # type: ignore[union-attr]
        assert probe.report.exceptions["RuntimeError: bound to a different event loop"] > 0
        assert probe.report.loop_mismatches > 0
