"""The Postgres checkpoint store: tables of `langgraph-checkpoint-postgres`, read with our own SQL.

No `PostgresSaver` is ever built: its `setup()` creates tables, and its `list()` loads every body of every checkpoint.
"""

from inspector.stores.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
