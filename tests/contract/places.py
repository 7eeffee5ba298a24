"""Where each layout's data lies: its URL, LangGraph's own savers that write there, and its plain rows.

The dashboard never opens a saver. These are for the other side: whoever runs the agents.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import redis
import redis.asyncio
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.redis import AsyncRedisSaver, AsyncShallowRedisSaver, RedisSaver, ShallowRedisSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from inspector.demo.graphs.typed import STORED_TYPES
from inspector.demo.repertoire import open_saver
from inspector.stores.differences import POSTGRES, REDIS, REDIS_SHALLOW, SQLITE
from tests.contract import plain

Saver = BaseCheckpointSaver[Any]


class StoreUnderTest(Protocol):
    """One place that holds, or will hold, a store of one layout."""

    @property
    def layout(self) -> str: ...

    @property
    def url(self) -> str: ...

    def open_saver(self) -> AbstractContextManager[Saver]:
        """LangGraph's saver, set up."""
        ...

    def open_async_saver(self) -> AbstractAsyncContextManager[Saver]: ...

    def read_plain(self) -> plain.Plain: ...

    def digest(self) -> str:
        """Of everything that is stored: another one after any write, whatever it wrote."""
        ...


@dataclass(frozen=True)
class PostgresPlace:
    url: str
    layout: str = POSTGRES

    def open_saver(self) -> AbstractContextManager[Saver]:
        return open_saver(self.url)

    @asynccontextmanager
    async def open_async_saver(self) -> AsyncIterator[Saver]:
        async with AsyncPostgresSaver.from_conn_string(self.url) as saver:
            await saver.setup()
            yield saver

    def read_plain(self) -> plain.Plain:
        return plain.read_postgres(self.url)

    def digest(self) -> str:
        return plain.digest_postgres(self.url)


@dataclass(frozen=True)
class SqlitePlace:
    path: Path
    layout: str = SQLITE

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    @contextmanager
    def open_saver(self) -> Iterator[Saver]:
        with SqliteSaver.from_conn_string(str(self.path)) as saver:
            saver.serde = JsonPlusSerializer(allowed_msgpack_modules=STORED_TYPES)
            saver.setup()
            yield saver

    @asynccontextmanager
    async def open_async_saver(self) -> AsyncIterator[Saver]:
        async with AsyncSqliteSaver.from_conn_string(str(self.path)) as saver:
            await saver.setup()
            yield saver

    def read_plain(self) -> plain.Plain:
        return plain.read_sqlite(self.path)

    def digest(self) -> str:
        return plain.digest_sqlite(self.path)


@dataclass(frozen=True)
class RedisPlace:
    """A whole server's database 0, where the search module looks. `shallow` savers write other documents."""

    url: str
    shallow: bool = False

    @property
    def layout(self) -> str:
        return REDIS_SHALLOW if self.shallow else REDIS

    @contextmanager
    def open_saver(self) -> Iterator[Saver]:
        kind: Any = ShallowRedisSaver if self.shallow else RedisSaver
        with kind.from_conn_string(self.url) as saver:
            saver.setup()
            yield saver

    @asynccontextmanager
    async def open_async_saver(self) -> AsyncIterator[Saver]:
        """On a client of its caller's: the one that a saver makes for itself warns of its own future."""
        kind: Any = AsyncShallowRedisSaver if self.shallow else AsyncRedisSaver
        async with redis.asyncio.Redis.from_url(self.url) as client, kind(redis_client=client) as saver:
            yield saver

    def read_plain(self) -> plain.Plain:
        return plain.read_redis(self.url)

    def digest(self) -> str:
        return plain.digest_redis(self.url)
