"""The index and readers that tests of the index have, for rules and for what runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.config import Config, StoreSetting
from inspector.index.connections import close_readers
from inspector.secret import StoreUrl
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
