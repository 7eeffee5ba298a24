"""The index and readers that tests of the index have, for rules and for what runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.config import Config, StoreSetting
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.base import Saver
from inspector.demo.repertoire import PlayedStore, play_into
from inspector.index.connections import close_readers
from inspector.secret import StoreUrl
from tests.contract.places import SqlitePlace, StoreUnderTest
from tests.integration.index.conftest import (  # noqa: F401  fixtures
    either_index,
    index,
    new_database,
    new_ledger,
    open_reader,
    scene,
)

Configure = Callable[..., None]


@pytest.fixture
def configure() -> Iterator[Configure]:
    """`configure(name=url)`: the stores of the dashboard, until the test ends."""
    config: Config = settings.INSPECTOR
    overrides: list[override_settings] = []

    def use(**stores: str) -> None:
        chosen = tuple(StoreSetting(name, StoreUrl(url)) for name, url in stores.items())
        overrides.append(override_settings(INSPECTOR=replace(config, stores=chosen)))
        overrides[-1].enable()

    yield use
    close_readers()
    for override in reversed(overrides):
        override.disable()


@pytest.fixture(scope="module")
def played(postgres: EmbeddedPostgres) -> Iterator[PlayedStore]:
    """Two workers' conversations, in a database of the module's own."""
    with play_into(postgres.create_database(), ["two-hosts"], ["sync"]) as store:
        yield store


@pytest.fixture
def place(tmp_path: Path) -> StoreUnderTest:
    """Where a test writes to that would say the same of every kind of store: a file is made in no time."""
    return SqlitePlace(tmp_path / "store.sqlite")


@pytest.fixture
def saver(place: StoreUnderTest) -> Iterator[Saver]:
    """LangGraph's own, at that place."""
    with place.open_saver() as saver:
        yield saver
