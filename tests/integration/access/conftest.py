"""One provider for all tests of signing in with one, and a dashboard that knows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from inspector.access.oidc import provider as at_provider
from inspector.index.connections import close_readers
from tests.oidc.running import Provider, running_provider
from tests.oidc.signing_in import configured


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def fresh(provider: Provider) -> Iterator[None]:
    """Nothing of another test is kept, and the provider tells the truth."""
    at_provider._make_client.cache_clear()
    provider.lie("")
    yield
    close_readers()


@pytest.fixture
def dashboard(provider: Provider, fresh: None) -> Iterator[Client]:
    with override_settings(INSPECTOR=configured(provider)):
        yield Client()
