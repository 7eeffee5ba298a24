"""The tables of the dashboard's own database, brought to this version's form by one process at a time.

Replicas may start together, and a new version beside old ones that still serve: migrations only add, so that what an
old one reads and writes stays as it was.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress

from django.conf import settings
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper as SqliteConnection
from django.db.migrations.recorder import MigrationRecorder

from inspector.errors import ConfigError
from inspector.index.ready import missing_migrations
from inspector.models.database import connection, make_tables, own_connection

logger = logging.getLogger(__name__)

#: Seconds that a process which makes no tables waits for them.
PATIENCE = 300.0
_AGAIN = 0.25  #: seconds between two looks
#: Of the advisory lock, which counts within one database: "inspect" as bytes.
_KEY = int.from_bytes(b"inspect")


class IndexDown(ConfigError):
    """The index's database does not answer; `reason` is what its client says."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The index at {settings.INSPECTOR.database_url.safe} does not answer: {reason}.",
            "Check INSPECTOR_DATABASE_URL, and that this machine may reach it.",
        )
        self.reason = reason


def bring_up_to_date() -> None:
    """Makes what is missing, or waits while another process does. Raises `IndexDown`."""
    if not _missing():
        return
    with _alone():
        if _missing():
            _migrate()


def wait_until_made(patience: float = PATIENCE) -> None:
    """For a process that leaves the index to others. Raises `ConfigError` when nobody made it in so many seconds."""
    until = time.monotonic() + patience
    told = False
    while not _is_made():
        if not told:
            logger.info(
                "The index's tables are not up to date; waiting up to %g s for the process that does it.", patience
            )
        told = True
        if time.monotonic() > until:
            raise ConfigError(
                "The index's tables are not up to date, and no other process brings them there.",
                "Start one without --no-sync, or run `inspector migrate` once.",
            )
        time.sleep(_AGAIN)


def _is_made() -> bool:
    """Not while its database does not answer either, as one that is just starting."""
    with suppress(OperationalError):
        return not missing_migrations()
    connection.close()
    return False


def _missing() -> bool:
    try:
        return bool(missing_migrations())
    except OperationalError as error:
        # Of a connection that was not made: it holds no stored value.
        raise IndexDown(str(error).strip().partition("\n")[0]) from error


def _migrate() -> None:
    began = time.monotonic()
    before = len(MigrationRecorder(connection).applied_migrations())
    make_tables()
    if before:  # a first start says nothing of it
        made = len(MigrationRecorder(connection).applied_migrations()) - before
        logger.info("The index's tables are up to date now: %d migrations, %.1f s.", made, time.monotonic() - began)


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else migrates within it. What holds the lock dies with the process."""
    lock: AbstractContextManager[None] = nullcontext()  # of one in memory there is no other process
    own = own_connection()
    if own.vendor == "postgresql":
        lock = _postgres_lock()
    elif isinstance(own, SqliteConnection) and not own.is_in_memory_db():
        lock = _sqlite_lock()
    with lock:
        yield


@contextmanager
def _postgres_lock() -> Iterator[None]:
    """Of a transaction, on a connection of its own: one of a session would not outlive a pooler that hands each
    transaction another session."""
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:

            def try_once() -> bool:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_KEY])
                (got,) = cursor.fetchone()
                if not got:
                    own.rollback()
                return bool(got)

            _wait_for(try_once)
        yield
    finally:
        own.close()


@contextmanager
def _sqlite_lock() -> Iterator[None]:
    """Of a file beside the index, which every system has: the index itself is written to meanwhile."""
    name = f"{connection.settings_dict['NAME']}.migrating"
    with closing(sqlite3.connect(name, timeout=0, isolation_level=None)) as own:

        def try_once() -> bool:
            try:
                own.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                return False
            return True

        _wait_for(try_once)
        yield


def _wait_for(try_once: Callable[[], bool]) -> None:
    if try_once():
        return
    logger.info("Another process brings the index's tables up to date; waiting for it.")
    while not try_once():
        time.sleep(_AGAIN)
