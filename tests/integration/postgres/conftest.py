"""Stores over real databases, closed again after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from tests.integration.postgres.databases import borrowed

OpenStore = Callable[..., PostgresStore]
NewDatabase = Callable[[], str]


@pytest.fixture
def new_database(postgres: EmbeddedPostgres) -> Iterator[NewDatabase]:
    """`new_database()`: the URL of an empty database, as many as a test asks for."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(borrowed(postgres))


@pytest.fixture
def open_store() -> Iterator[OpenStore]:
    """`open_store(url, **limits)`: a store of the dashboard's, with short limits where a test names them."""
    opened = []

    def make(url: str, **limits: Any) -> PostgresStore:
        opened.append(PostgresStore("tested", url, Limits(**limits)))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def scenarios_read(scenario_store: PlayedStore) -> Iterator[PostgresStore]:
    """The shared scenarios through the dashboard's own store."""
    store = PostgresStore("scenarios", scenario_store.url)
    yield store
    store.close()
