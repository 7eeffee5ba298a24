"""URL scheme to store class: the one line that adds a store."""

from __future__ import annotations

from collections.abc import Callable

from inspector.errors import ConfigError
from inspector.stores.base import CheckpointStore
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from inspector.stores.redis import RedisStore
from inspector.stores.redis.url import SCHEMES as REDIS_SCHEMES
from inspector.stores.sqlite import SqliteStore

_STORES: dict[str, Callable[[str, str, Limits], CheckpointStore]] = {
    "postgresql": PostgresStore,
    "postgres": PostgresStore,
    "sqlite": SqliteStore,
    **dict.fromkeys(REDIS_SCHEMES, RedisStore),
}


def open_store(name: str, url: str, limits: Limits) -> CheckpointStore:
    """The store behind a URL. Opens no connection. Raises `ConfigError` for a URL of no known kind."""
    scheme = url.partition(":")[0].lower()
    make = _STORES.get(scheme)
    if make is None:
        raise ConfigError(
            f"The store {name} has a URL of an unknown kind ({scheme or 'empty'}).",
            "Use postgresql://USER@HOST/DATABASE, redis://HOST:6379/0 or sqlite:///PATH.",
        )
    return make(name, url, limits)
