"""What a saver raised gets a name that tells causes apart and tells no secret."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis

from inspector.probe.errors import is_refused_login, name_error


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("user:secret@host"), "ValueError"),
        (NotImplementedError(), "NotImplementedError"),
        (
            RuntimeError("<asyncio.locks.Lock object> is bound to a different event loop"),
            "RuntimeError: bound to a different event loop",
        ),
        (
            asyncio.InvalidStateError(
                "Synchronous calls to AsyncPostgresSaver are only allowed from a different thread. From the main …"
            ),
            "asyncio.exceptions.InvalidStateError: synchronous call in the event loop",
        ),
        (
            psycopg.errors.DuplicatePreparedStatement('prepared statement "_pg3_0" already exists'),
            "psycopg.errors.DuplicatePreparedStatement: prepared statement already exists",
        ),
        (
            psycopg.OperationalError("connection failed: FATAL:  sorry, too many clients already"),
            "psycopg.OperationalError: too many clients already",
        ),
        (sqlite3.OperationalError("database is locked"), "sqlite3.OperationalError: database is locked"),
    ],
)
def test_the_class_and_the_well_known_are_named_and_nothing_else(error: Exception, name: str) -> None:
    assert name_error(error) == name


def test_an_error_that_cannot_be_shown_is_named_by_its_class() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    assert name_error(Mute()).endswith("Mute")


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (psycopg.errors.InsufficientPrivilege("permission denied for table"), True),
        (psycopg.OperationalError("connection refused"), False),
        (psycopg.errors.UndefinedTable("no such table"), False),
        (redis.exceptions.NoPermissionError("this user has no permissions"), True),
        (redis.exceptions.ConnectionError("connection refused"), False),
        (PermissionError("not a ledger's"), False),
    ],
)
def test_a_login_that_lacks_rights_is_told_from_a_ledger_that_is_away(error: Exception, refused: bool) -> None:
    assert is_refused_login(error) is refused


def test_a_file_that_cannot_be_written_refuses_and_one_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file)) as owner:
        owner.execute("create table there (a)")
    read_only = f"file:{file}?mode=ro"
    with closing(sqlite3.connect(read_only, uri=True)) as guest, pytest.raises(sqlite3.OperationalError) as refused:
        guest.execute("create table mine (a)")
    assert is_refused_login(refused.value)
    with pytest.raises(sqlite3.OperationalError) as away:
        sqlite3.connect(tmp_path / "nowhere" / "ledger.db")
    assert not is_refused_login(away.value)
