"""Where the probe keeps its rows: one module a kind of ledger. Building one opens nothing and imports no driver."""

from __future__ import annotations

from importlib import import_module

from inspector.probe.ledger_schema import Ledger
from inspector.probe.ledger_url import LedgerUrl


def open_ledger(url: str) -> Ledger:
    """The ledger behind a URL: `postgresql://…[?schema=NAME]`, `redis://…`, `rediss://…` or `sqlite:///PATH`.

    Raises `ValueError`, in words that hold no part of the URL: what cannot be read may be a password.
    """
    parsed = LedgerUrl.parse(url)
    if parsed.kind == "postgres":
        from inspector.probe.ledgers.postgres import PostgresLedger

        return PostgresLedger(parsed.address, schema=parsed.schema)
    if parsed.kind == "redis":
        from inspector.probe.ledgers.redis import RedisLedger

        return RedisLedger(parsed.address)
    from inspector.probe.ledgers.sqlite import SqliteLedger

    return SqliteLedger(parsed.address)


def import_drivers(url: str) -> None:
    """All that the ledger's module and the driver would import later on. A fork while another thread imports leaves
    the child waiting for that import for ever. Raises `ValueError`, and `ImportError` where there is no driver."""
    kind = LedgerUrl.parse(url).kind
    import_module(f"inspector.probe.ledgers.{kind}")
    for name in _DRIVERS[kind]:
        import_module(name)


_DRIVERS = {
    "postgres": ("psycopg", "psycopg.errors", "psycopg.conninfo", "encodings.idna"),
    "redis": ("redis", "redis.backoff", "redis.retry", "encodings.idna"),
    "sqlite": ("sqlite3",),
}


def safe_place(url: str) -> str:
    """The ledger's URL for a log: without its password and parameters. Raises `ValueError` as `open_ledger` does."""
    return LedgerUrl.parse(url).safe
