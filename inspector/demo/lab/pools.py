"""Savers as a worker should have them: one for the whole process, on a pool that is closed with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection, Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from inspector.demo.lab.scenario import Worker

if TYPE_CHECKING:
    from langgraph.checkpoint.redis import RedisSaver
    from langgraph.checkpoint.sqlite import SqliteSaver

#: What LangGraph's Postgres savers ask of a connection.
SETTINGS: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
#: Of a Redis saver: checkpoints, blobs, writes.
_INDEXES = 3


def open_postgres_saver(worker: Worker, url: str | None = None) -> PostgresSaver:
    """In the store that the dashboard reads, or in another database."""
    pool = ConnectionPool(
        url or worker.url, connection_class=Connection[DictRow], kwargs=SETTINGS, min_size=1, max_size=4, open=False
    )
    return PostgresSaver(worker.stack.enter_context(pool))


async def open_async_postgres_saver(worker: Worker, url: str | None = None) -> AsyncPostgresSaver:
    """The same for `ainvoke`, bound to the running loop."""
    pool = AsyncConnectionPool(
        url or worker.url,
        connection_class=AsyncConnection[DictRow],
        kwargs=SETTINGS,
        min_size=1,
        max_size=4,
        open=False,
    )
    return AsyncPostgresSaver(await worker.enter(pool))


def open_redis_saver(worker: Worker, url: str | None = None, **options: Any) -> RedisSaver:
    """With its search indexes. `options` are the saver's own, as `ttl`."""
    from langgraph.checkpoint.redis import RedisSaver

    saver = worker.stack.enter_context(RedisSaver.from_conn_string(url or worker.redis_url, **options))
    _set_up(saver)
    return saver


def _set_up(saver: RedisSaver) -> None:
    """`setup` looks whether each of its indexes is there and then makes it: of workers that start at once, some are
    told that it is there by then. They look again."""
    from redisvl.exceptions import RedisSearchError  # type: ignore[import-untyped]

    for left in reversed(range(_INDEXES + 1)):
        try:
            saver.setup()
        except RedisSearchError as error:
            if not left or "already exists" not in str(error):
                raise
        else:
            return


def open_sqlite_saver(worker: Worker, path: Path | None = None) -> SqliteSaver:
    """In the file that all workers share, or in another one."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    connection = sqlite3.connect(path or worker.sqlite_path, check_same_thread=False)
    return SqliteSaver(worker.stack.enter_context(closing(connection)))
