"""The saver that LangGraph has for a store, open and with its tables, told from the store's URL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from langgraph.checkpoint.redis import RedisSaver
from langgraph.checkpoint.sqlite import SqliteSaver

from inspector.demo import repertoire
from inspector.demo.graphs.base import Saver


@contextlib.contextmanager
def open_saver(url: str) -> Iterator[Saver]:
    """`sqlite:///PATH`, `postgresql://…` or `redis://…`."""
    if url.startswith("sqlite:///"):
        with SqliteSaver.from_conn_string(url.removeprefix("sqlite:///")) as sqlite:
            sqlite.conn.execute("pragma synchronous = off")  # what is lost with the machine is built anew
            yield sqlite
    elif url.startswith("redis"):
        with RedisSaver.from_conn_string(url) as redis:
            redis.setup()
            yield redis
    else:
        with repertoire.open_saver(url) as postgres:
            yield postgres
