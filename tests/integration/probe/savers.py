"""LangGraph's savers, opened for a test: every kind that the probe is promised to watch.

The conformance suite calls async methods only, so a saver that has none is called in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import redis.asyncio
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.redis import AsyncRedisSaver, AsyncShallowRedisSaver, RedisSaver, ShallowRedisSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

Saver = BaseCheckpointSaver[Any]
#: Turns the saver that was opened into the one that is tested: itself, or what watches it.
Wrap = Callable[[Saver], Saver]
#: Opens a saver at an address: a URL, a file, or nothing for the memory.
Opener = Callable[[str, Wrap], AbstractAsyncContextManager[Saver]]

#: What the suite takes for a capability, and the sync method behind it.
ASYNC_TO_SYNC = {
    "aput": "put",
    "aput_writes": "put_writes",
    "aget_tuple": "get_tuple",
    "adelete_thread": "delete_thread",
    "adelete_for_runs": "delete_for_runs",
    "acopy_thread": "copy_thread",
    "aprune": "prune",
}


def in_threads(saver: Saver) -> Saver:
    """A saver with the async side of every sync method that this one has of its own, run in threads."""

    def forwarded(name: str) -> Any:
        async def call(self: Saver, *args: Any, **kwargs: Any) -> Any:
            return await asyncio.to_thread(getattr(saver, name), *args, **kwargs)

        return call

    async def alist(self: Saver, *args: Any, **kwargs: Any) -> AsyncIterator[CheckpointTuple]:
        for found in await asyncio.to_thread(lambda: list(saver.list(*args, **kwargs))):
            yield found

    methods = {name: forwarded(sync) for name, sync in ASYNC_TO_SYNC.items() if has_own(saver, sync)}
    if has_own(saver, "list"):
        methods["alist"] = alist
    adapter: type[Saver] = type("InThreads", (BaseCheckpointSaver,), methods)
    return adapter(serde=saver.serde)


def has_own(saver: Saver, method: str) -> bool:
    """Whether the saver's class does more than LangGraph's base class: how the suite detects what a saver can do."""
    return getattr(type(saver), method, None) is not getattr(BaseCheckpointSaver, method, None)


def _sync(open_saver: Callable[[str], Any]) -> Opener:
    """An opener of a sync saver. Watched is the saver itself; the threads are around it."""

    @asynccontextmanager
    async def opened(address: str, wrap: Wrap) -> AsyncIterator[Saver]:
        with open_saver(address) as saver:
            saver.setup()
            yield in_threads(wrap(saver))

    return opened


def _async(open_saver: Callable[[str], Any]) -> Opener:
    @asynccontextmanager
    async def opened(address: str, wrap: Wrap) -> AsyncIterator[Saver]:
        async with open_saver(address) as saver:
            await saver.setup()
            yield wrap(saver)

    return opened


def _on_own_client(saver_class: Any) -> Callable[[str], Any]:
    """An async Redis saver with a client of its caller's: the one it makes for itself warns of its own future."""

    @asynccontextmanager
    async def opened(address: str) -> AsyncIterator[Saver]:
        async with redis.asyncio.Redis.from_url(address) as client, saver_class(redis_client=client) as saver:
            yield saver

    return opened


@contextmanager
def _pipelined(address: str) -> Iterator[PostgresSaver]:
    with PostgresSaver.from_conn_string(address) as saver:
        saver.setup()  # makes an index in a way that no pipeline allows
    with PostgresSaver.from_conn_string(address, pipeline=True) as saver:
        yield saver


@asynccontextmanager
async def _memory(address: str, wrap: Wrap) -> AsyncIterator[Saver]:
    yield wrap(InMemorySaver())


@asynccontextmanager
async def _memory_in_threads(address: str, wrap: Wrap) -> AsyncIterator[Saver]:
    yield in_threads(wrap(InMemorySaver()))


#: By kind of store, then by saver.
OPENERS: dict[str, dict[str, Opener]] = {
    "memory": {"InMemorySaver": _memory, "InMemorySaver, sync": _memory_in_threads},
    "sqlite": {
        "SqliteSaver": _sync(SqliteSaver.from_conn_string),
        "AsyncSqliteSaver": _async(AsyncSqliteSaver.from_conn_string),
    },
    "postgres": {
        "PostgresSaver": _sync(PostgresSaver.from_conn_string),
        "PostgresSaver, pipelined": _sync(_pipelined),
        "AsyncPostgresSaver": _async(AsyncPostgresSaver.from_conn_string),
    },
    "redis": {
        "RedisSaver": _sync(RedisSaver.from_conn_string),
        "AsyncRedisSaver": _async(_on_own_client(AsyncRedisSaver)),
        "ShallowRedisSaver": _sync(ShallowRedisSaver.from_conn_string),
        "AsyncShallowRedisSaver": _async(_on_own_client(AsyncShallowRedisSaver)),
    },
}
