"""Stores over the session's Redis, closed again after each test, and the server emptied before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langgraph.checkpoint.redis import RedisSaver, ShallowRedisSaver

from inspector.demo.plays import play, plays
from inspector.demo.stage import Durability, Played
from inspector.stores.guard import Limits
from inspector.stores.redis import RedisStore
from tests.redis_server import RedisServer

OpenStore = Callable[..., RedisStore]


@pytest.fixture
def open_store() -> Iterator[OpenStore]:
    """`open_store(url, **limits)`: a store of the dashboard's, with short limits where a test names them."""
    opened = []

    def make(url: str, **limits: Any) -> RedisStore:
        opened.append(RedisStore("tested", url, Limits(**limits)))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def empty(redis_server: RedisServer) -> str:
    """The URL of database 0, with nothing in it."""
    return redis_server.flush()


@contextmanager
def saver_of(url: str, *, shallow: bool = False, **options: Any) -> Iterator[Any]:
    """LangGraph's saver, set up. It opens no type that it was not told of, so nothing warns."""
    kind: Any = ShallowRedisSaver if shallow else RedisSaver
    with kind.from_conn_string(url, **options) as saver:
        saver.setup()
        yield saver


def play_into(saver: Any, *slugs: str, durability: Durability = "sync") -> list[Played]:
    return [play(plays()[slug], saver, durability) for slug in slugs]
