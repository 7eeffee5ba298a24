"""Checkpoint stores in a SQLite file, as `langgraph-checkpoint-sqlite` writes them."""

from inspector.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
