"""What a saver raised gets a name that tells causes apart and tells no secret."""

from __future__ import annotations

import asyncio
import sqlite3

import psycopg
import pytest

from inspector.probe.errors import name_error


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
