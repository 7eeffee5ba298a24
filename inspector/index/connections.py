"""The configured stores and their ledgers, one reader each, opened once for the whole process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from threading import Lock

from django.conf import settings

from inspector.config import Config, StoreSetting
from inspector.decode.sight import Masks, Sight
from inspector.errors import ConfigError, NotFound
from inspector.ledger.base import LedgerReader
from inspector.ledger.patience import PATIENCE
from inspector.ledger.registry import open_ledger_reader
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.redis.url import without_prefixes
from inspector.stores.registry import open_store
from inspector.stores.urls import PostgresUrl

_LOCK = Lock()
#: What there is to say, and to do, where none is configured.
NO_STORE = (
    "No checkpoint store is configured.",
    "Set INSPECTOR_STORES or start with `inspector serve --store postgresql://USER@HOST/DATABASE`.",
)


def all_readers() -> Mapping[str, Reader]:
    """Readers by store name, in the order of the configuration. Empty when no store is configured."""
    with _LOCK:  # two first requests at once would each open pools, and one set would never be closed
        return _open(settings.INSPECTOR)


def shaped_readers() -> Mapping[str, Reader]:
    """The same for eyes that may see the shape of what is stored and none of it."""
    with _LOCK:
        return _shaped(settings.INSPECTOR)


def watched_readers() -> Mapping[str, Reader]:
    """The same as `all_readers` for people who see what is stored: whose content they read is written down."""
    with _LOCK:
        return _watched(settings.INSPECTOR)


def get_reader(name: str = "") -> Reader:
    """The reader of one store, the first one without a name. Raises `NotFound` or `ConfigError`."""
    readers = all_readers()
    if not readers:
        raise ConfigError(*NO_STORE)
    if not name:
        return next(iter(readers.values()))
    if name not in readers:
        raise NotFound(f"No store is called {name!r}.", f"Configured are {', '.join(readers)}.")
    return readers[name]


def get_ledger(store_name: str = "") -> LedgerReader | None:
    """The ledger of one store, of the first one without a name: the one that INSPECTOR_LEDGER_URL names, which all
    stores share, else the one in the store itself. None where the store is of a kind that cannot hold one. Raises
    `NotFound` or `ConfigError`."""
    name = get_reader(store_name).store.name
    with _LOCK:
        return _open_ledgers(settings.INSPECTOR)[name]


def close_readers() -> None:
    """Closes every connection, as at the end of a command or between tests."""
    with suppress(ConfigError):  # of stores that could not be opened there is nothing to close
        for reader in all_readers().values():
            reader.store.close()
    with _LOCK, suppress(ConfigError):
        opened = _open_ledgers(settings.INSPECTOR).values() if _open_ledgers.cache_info().currsize else ()
        for ledger in filter(None, opened):
            ledger.close()
    _open.cache_clear()
    _shaped.cache_clear()
    _watched.cache_clear()
    _open_ledgers.cache_clear()


@lru_cache(maxsize=1)
def _open(config: Config) -> Mapping[str, Reader]:
    limits = Limits(statement=config.statement_timeout)
    return {
        setting.name: Reader(
            store=open_store(setting.name, setting.url.reveal(), limits),
            host_keys=config.host_keys,
            owner_keys=config.owner_keys,
            graph_keys=config.graph_keys,
            sight=_sight(config),
        )
        for setting in config.stores
    }


def _sight(config: Config) -> Sight:
    salt = blake2b(settings.SECRET_KEY.encode(), person=b"inspector.sight").digest()
    return Sight(
        key=config.aes_key.reveal().encode() if config.aes_key else None,
        salt=salt,
        names=frozenset({*config.host_keys, *config.graph_keys} - {*config.owner_keys}),
        masks=Masks.of(config.masks.reveal() if config.masks else "", salt),
    )


@lru_cache(maxsize=1)
def _shaped(config: Config) -> Mapping[str, Reader]:
    return {name: reader.shaped() for name, reader in _open(config).items()}


@lru_cache(maxsize=1)
def _watched(config: Config) -> Mapping[str, Reader]:
    return {name: reader.watched() for name, reader in _open(config).items()}


@lru_cache(maxsize=1)
def _open_ledgers(config: Config) -> Mapping[str, LedgerReader | None]:
    limits = Limits(statement=config.statement_timeout, connect=PATIENCE)
    if config.ledger_url is not None:
        shared = open_ledger_reader(config.ledger_url.reveal(), limits)
        return {setting.name: shared for setting in config.stores}
    return {setting.name: _open_own_ledger(setting, limits) for setting in config.stores}


def _open_own_ledger(setting: StoreSetting, limits: Limits) -> LedgerReader | None:
    url = setting.url.reveal()
    schema = PostgresUrl.parse(url).schema if setting.url.scheme in ("postgresql", "postgres") else ""
    if setting.url.scheme in ("redis", "rediss"):
        url = without_prefixes(url)
    try:
        return open_ledger_reader(url, limits, schema=schema)
    except ConfigError:  # a kind of store that holds no ledger
        return None
