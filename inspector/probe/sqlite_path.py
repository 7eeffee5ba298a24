"""Asks a saver's own SQLite connection which file it has open: the one thing that cannot be told from outside.

Once a saver, right after a call, where the connection may be used. It takes microseconds.
"""

from __future__ import annotations

from typing import Any

from inspector.probe.places import sqlite_address
from inspector.probe.watched import Watched

_ASK = "PRAGMA database_list"


def ask_path(saver: Any, watched: Watched) -> None:
    """For savers of `sqlite3`. Never raises."""
    try:
        if hasattr(saver.conn, "execute_fetchall"):
            return  # aiosqlite's, which is asked in its event loop
        lock = saver.lock
        if not lock.acquire(blocking=False):
            return  # another thread's call has it: the next call asks again
        try:
            cursor = saver.conn.cursor()
            cursor.row_factory = None
            rows = cursor.execute(_ASK).fetchall()
        finally:
            lock.release()
        watched.settle(sqlite_address(saver, _main(rows)))
    except Exception as failure:
        watched.settle(None)
        watched.probe.note_failure(failure)


async def ask_path_async(saver: Any, watched: Watched) -> None:
    """For savers of `aiosqlite`. Raises only that the task was cancelled."""
    try:
        if not hasattr(saver.conn, "execute_fetchall"):
            ask_path(saver, watched)
            return
        rows = await saver.conn.execute_fetchall(_ASK)
        watched.settle(sqlite_address(saver, _main(rows)))
    except Exception as failure:
        watched.settle(None)
        watched.probe.note_failure(failure)


def _main(rows: Any) -> str:
    """Rows of (number, name, file)."""
    return next((str(row[2] or "") for row in rows if row[1] == "main"), "")
