"""Which data a store reads, in the words that the probe uses for the data it writes."""

from __future__ import annotations

from typing import LiteralString

from inspector.probe.ledger_schema import (
    POSTGRES_MAY_ASK_SYSTEM,
    POSTGRES_START,
    POSTGRES_SYSTEM,
    postgres_identities,
)
from inspector.stores.postgres.pool import Cursor


def read_identities(cursor: Cursor, schema: str) -> tuple[str, ...]:
    """The server's identifier needs a right that some providers take away: one that is not there is not asked with."""
    system = _ask(cursor, POSTGRES_SYSTEM) if _ask(cursor, POSTGRES_MAY_ASK_SYSTEM) else ""
    start = _ask(cursor, POSTGRES_START)
    database = _ask(cursor, "SELECT current_database()")
    return postgres_identities(str(system), str(start), str(database), schema)


def _ask(cursor: Cursor, query: LiteralString) -> object:
    row = cursor.execute(query).fetchone() or {}
    return next(iter(row.values()), None) or ""
