"""URL scheme to ledger reader: the one line that adds a kind of ledger."""

from __future__ import annotations

from collections.abc import Callable

from inspector.errors import ConfigError
from inspector.ledger.base import LedgerReader
from inspector.ledger.postgres import PostgresLedgerReader
from inspector.stores.guard import Limits

_READERS: dict[str, Callable[[str, Limits, str], LedgerReader]] = {
    "postgresql": PostgresLedgerReader,
    "postgres": PostgresLedgerReader,
}


def open_ledger_reader(url: str, limits: Limits, *, schema: str = "") -> LedgerReader:
    """The ledger behind a URL. Opens no connection. `schema` is where to look first in Postgres, if the URL names none.
    Raises `ConfigError` for a URL of no known kind, without any part of it: it may be a password."""
    make = _READERS.get(url.strip().partition(":")[0].lower())
    if make is None:
        raise ConfigError(
            "The ledger's URL is of no known kind.",
            "Use postgresql://USER@HOST/DATABASE, redis://HOST:6379/0 or sqlite:///PATH.",
        )
    return make(url, limits, schema)
