"""The configured stores, one reader each, opened once for the whole process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from threading import Lock

from django.conf import settings

from inspector.config import Config
from inspector.errors import ConfigError, NotFound
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.registry import open_store

_LOCK = Lock()
_HOW = "Set INSPECTOR_STORES or start with `inspector serve --store postgresql://USER@HOST/DATABASE`."


def all_readers() -> Mapping[str, Reader]:
    """Readers by store name, in the order of the configuration. Empty when no store is configured."""
    with _LOCK:  # two first requests at once would each open pools, and one set would never be closed
        return _open(settings.INSPECTOR)


def get_reader(name: str = "") -> Reader:
    """The reader of one store, the first one without a name. Raises `NotFound` or `ConfigError`."""
    readers = all_readers()
    if not readers:
        raise ConfigError("No checkpoint store is configured.", _HOW)
    if not name:
        return next(iter(readers.values()))
    if name not in readers:
        raise NotFound(f"No store is called {name!r}.", f"Configured are {', '.join(readers)}.")
    return readers[name]


def close_readers() -> None:
    """Closes every connection, as at the end of a command or between tests."""
    with suppress(ConfigError):  # of stores that could not be opened there is nothing to close
        for reader in all_readers().values():
            reader.store.close()
    _open.cache_clear()


@lru_cache(maxsize=1)
def _open(config: Config) -> Mapping[str, Reader]:
    limits = Limits(statement=config.statement_timeout)
    return {
        setting.name: Reader(
            store=open_store(setting.name, setting.url.reveal(), limits),
            host_keys=config.host_keys,
            owner_keys=config.owner_keys,
            key=config.aes_key.reveal().encode() if config.aes_key else None,
        )
        for setting in config.stores
    }
