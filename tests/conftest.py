"""Fixtures that every test may ask for.

`postgres` is one real server for the whole session, started when the first test asks for it (half a second).
`postgres.create_database()` gives an empty database in a few milliseconds, so tests need not share one.

`scenario_store` is a database in which every scenario of the demo was played under every durability by real
LangGraph savers, once a session (three seconds). It is shared: tests read it and leave it as it is. Who must
change something plays anew: `with play_into(postgres.create_database(), ["replay"]) as store`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the server, directly or not, is marked `postgres`."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's Postgres server. Tests that stop a server start one of their own."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def scenario_store(postgres: EmbeddedPostgres) -> Iterator[PlayedStore]:
    """Every scenario, played under every durability, with its live graph and saver. For reading only."""
    with play_into(postgres.create_database("scenarios")) as store:
        yield store
