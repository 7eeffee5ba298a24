"""An index with one store, and receivers of what is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from inspector.models import StoreEntry
from tests.integration.alerts.receivers import Mailbox, Receiver, mailing, receiving
from tests.integration.alerts.told import configured
from tests.integration.index.conftest import either_index as either_index


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailing() as mailbox:
        yield mailbox


@pytest.fixture
def entry(either_index: str) -> StoreEntry:
    return StoreEntry.objects.create(name="store")


@pytest.fixture
def by_webhook(receiver: Receiver) -> Iterator[Receiver]:
    """The webhook is the only channel."""
    with override_settings(INSPECTOR=configured(webhook_url=receiver.url)):
        yield receiver
