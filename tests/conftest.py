"""Fixtures that every test may ask for.

`postgres` is one real server for the whole session, started when the first test asks for it (half a second).
`postgres.create_database()` gives an empty database in a few milliseconds, so tests need not share one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inspector.demo.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's Postgres server. Tests that stop a server start one of their own."""
    with EmbeddedPostgres() as server:
        yield server
