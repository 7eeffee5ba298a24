"""Stores over real databases, closed again after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from inspector.demo.repertoire import PlayedStore
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore

OpenStore = Callable[..., PostgresStore]


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
