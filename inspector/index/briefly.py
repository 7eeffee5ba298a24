"""Waiting for a locked index no longer than whoever asks would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from inspector.models.database import connection


@contextmanager
def waiting_briefly(milliseconds: int) -> Iterator[None]:
    """Within it, an index in SQLite that somebody else locks is waited for no longer than that: a pass may wait for
    twenty seconds, who asks for a page should not."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {min(before, milliseconds)}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")
