"""An index that ends with the block that uses it: what is read into it is never taken for a store's whole index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connections

from inspector.models.database import make_tables, own_alias


@contextmanager
def throwaway_index() -> Iterator[None]:
    """Inside, the index is an empty one in a temporary file. For a process that does one thing at a time: every thread
    that connects meanwhile connects there."""
    with (
        TemporaryDirectory(prefix="inspector-", ignore_cleanup_errors=True) as directory,
        default_database(_database(Path(directory) / "index.sqlite3")),
    ):
        make_tables(index_alone=True)  # nobody signs in to it
        yield


def _database(path: Path) -> dict[str, Any]:
    """Nothing of it has to outlive a crash."""
    options = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=MEMORY;PRAGMA synchronous=OFF;"}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}


@contextmanager
def default_database(database: dict[str, Any]) -> Iterator[None]:
    """Every thread that connects from now on connects there; who was connected before is connected again after."""
    alias = own_alias()
    configured: dict[str, Any] = connections.configure_settings({"default": {}, alias: database})
    before, connection = connections.settings[alias], connections[alias]
    connections.settings[alias] = configured[alias]
    del connections[alias]
    try:
        yield
    finally:
        connections[alias].close()
        connections.settings[alias] = before
        connections[alias] = connection
