"""What is wrong with the index's own database, in words: a full disk, a lock, a server that is gone.

Pages and passes meet it as an error of the database. What passes met last is kept in this process, as it cannot be
written where everything else is kept; pages then say why the index is old.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from inspector.errors import IndexTrouble
from inspector.models.database import connection
from inspector.stores.postgres.watchdog import cut_after

#: Seconds that a page waits for another one to finish writing. Passes wait longer.
PAGE_WAITS = 3.0
#: Seconds in which a server that works tells that it does, and that any page may take.
_ANSWERS, _LONGEST = 1.5, 120.0

_OLD = "Pages show what was indexed before; it goes on by itself when there is room."
_SELF = "The page recovers by itself."
#: By the name that SQLite gives its error, without what follows.
_SQLITE = {
    "FULL": ("The index cannot be written: its disk is full.", _OLD),
    "IOERR": ("The index's disk fails, or takes no more.", "Make room on it, or see whether it is sound. " + _OLD),
    "READONLY": ("The index cannot be written: its file is read-only.", "Let the dashboard's user write to it."),
    "PERM": ("The index cannot be written: its file is read-only.", "Let the dashboard's user write to it."),
    "BUSY": ("The index is locked by another process.", _SELF),
    "LOCKED": ("The index is locked by another process.", _SELF),
    "CANTOPEN": ("The index's file cannot be opened.", "It may be gone, or its disk full. " + _SELF),
    "CORRUPT": ("The index's file is damaged.", "Move it away and restart the dashboard, which makes it anew."),
    "NOTADB": ("The index's file is damaged.", "Move it away and restart the dashboard, which makes it anew."),
}
#: By SQLSTATE, or its class.
_POSTGRES = {
    "53100": ("The index cannot be written: its server's disk is full.", _OLD),
    "25006": ("The index cannot be written: its server only reads.", "A standby does that. " + _SELF),
    "55P03": ("The index is locked by another session.", _SELF),
    "57014": ("The index took too long to answer.", "Its server is busy. " + _SELF),
}
_GONE = ("The index's database cannot be reached.", "Check that its server runs. " + _SELF)
_noted: dict[str, IndexTrouble] = {}


def explain(error: BaseException | None) -> IndexTrouble | None:
    """None for an error that is a mistake of ours."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    words = None
    match error.__cause__:
        case sqlite3.Error() as cause:
            family = str(getattr(cause, "sqlite_errorname", "")).split("_")[1:2]
            words = _SQLITE.get("".join(family))
        case psycopg.Error() as cause:
            words = _POSTGRES.get(cause.sqlstate or "", _GONE)
    return IndexTrouble(*words) if words else None


def note(store: str, trouble: IndexTrouble | None) -> None:
    """What the last pass over a store met in the index; None when it met nothing."""
    if trouble is None:
        _noted.pop(store, None)
    else:
        _noted[store] = trouble


def noted(store: str) -> IndexTrouble | None:
    return _noted.get(store)


def log_failure(log: logging.Logger, error: Exception, what: str, *of: str) -> None:
    """Of a full disk a line is enough, and the details would only fill it further."""
    trouble = explain(error)
    if trouble is None:
        log.exception(what, *of)
    else:
        log.warning(f"{what} %s", *of, trouble.message)


@contextmanager
def told() -> Iterator[None]:
    """Inside, trouble with the index is raised as `IndexTrouble`."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        trouble = explain(error)
        if trouble is None:
            raise
        raise trouble from error


@contextmanager
def briefly() -> Iterator[None]:
    """Inside, nobody waits long for a lock or for a server that hangs: a page is answered, with an error at worst."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {PAGE_WAITS * 1000:.0f}")
        yield
        return
    connection.ensure_connection()
    with cut_after(connection.connection, _ANSWERS, "The index"):
        connection.close_if_health_check_failed()
    connection.ensure_connection()
    with cut_after(connection.connection, _LONGEST, "The index", lives=_lives):
        yield


def _lives() -> bool:
    try:
        psycopg.connect(settings.INSPECTOR.database_url.reveal(), connect_timeout=2).close()
    except psycopg.errors.ConnectionTimeout:
        return False
    except psycopg.Error:
        pass
    return True
