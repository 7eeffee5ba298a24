"""Kind of ledger to its reader: the one line that adds one."""

from __future__ import annotations

from collections.abc import Callable

from inspector.errors import ConfigError
from inspector.ledger.base import LedgerReader
from inspector.ledger.postgres import PostgresLedgerReader
from inspector.ledger.redis import RedisLedgerReader
from inspector.ledger.sqlite import SqliteLedgerReader
from inspector.probe.ledger_url import LedgerUrl
from inspector.stores.guard import Limits

_READERS: dict[str, Callable[[str, Limits, str], LedgerReader]] = {
    "postgres": PostgresLedgerReader,
    "redis": RedisLedgerReader,
    "sqlite": SqliteLedgerReader,
}


def open_ledger_reader(url: str, limits: Limits, *, schema: str = "") -> LedgerReader:
    """The ledger behind a URL. Opens no connection. `schema` is where to look first in Postgres, if the URL names none.
    Raises `ConfigError` for a URL that cannot be one, without any part of it: it may be a password."""
    try:
        kind = LedgerUrl.parse(url).kind
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return _READERS[kind](url, limits, schema)
