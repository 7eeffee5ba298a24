"""A frozen server holds its connections and answers nothing: the one trouble that no timeout of its own ends."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from inspector.errors import StoreError
from inspector.stores.postgres import PostgresStore
from inspector.stores.postgres.transaction import QUERIES
from tests.integration.postgres.conftest import OpenStore
from tests.integration.postgres.freezing import frozen
from tests.integration.postgres.polling import wait_for


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of one's own: freezing the shared one would stop other tests."""
    with EmbeddedPostgres() as server, play_into(server.url, ["new-input"], ["exit"]):
        yield server


def test_a_server_frozen_between_two_reads_is_told_soon_and_found_again(
    server: EmbeddedPostgres, open_store: OpenStore
) -> None:
    store = open_store(server.url, connect=1.0, statement=60.0)
    store.read_facts()
    with frozen(server):
        began = time.monotonic()
        with pytest.raises(StoreError):
            store.read_facts()
        assert time.monotonic() - began < 15

    wait_for(lambda: _answers(store))


def test_a_server_frozen_in_the_middle_of_a_read_is_told_soon(server: EmbeddedPostgres, open_store: OpenStore) -> None:
    store = open_store(server.url, connect=1.0, statement=1.0)
    with pytest.raises(StoreError, match="holds the connection but does not answer"):  # noqa: SIM117
        with store._sessions.read("public") as cursor, frozen(server):
            cursor.execute(QUERIES["server_facts"])

    wait_for(lambda: _answers(store))


def _answers(store: PostgresStore) -> bool:
    try:
        return bool(store.read_facts())
    except StoreError:
        return False
