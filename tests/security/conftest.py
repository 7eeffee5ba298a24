"""Stores with canaries, planted once a session, and their index, put into each test's own transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from inspector.demo.embedded import EmbeddedPostgres
from tests.contract.places import PostgresPlace, RedisPlace, SqlitePlace
from tests.redis_server import RedisServer, running_redis
from tests.security.facts import Facts, learn
from tests.security.planted import Stores, fill_index, plant_all, shown
from tests.security.rows import Rows
from tests.signing_in import signed_in_client


@pytest.fixture(scope="session")
def planted_stores(
    postgres: EmbeddedPostgres, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    """The Redis server is one of its own: others' tests empty the session's."""
    with running_redis() as redis:
        yield plant_all(
            {
                "main": PostgresPlace(postgres.create_database("hauptlager")),
                "cache": RedisPlace(redis.flush()),
                "file": SqlitePlace(tmp_path_factory.mktemp("security") / "aktenlager.sqlite"),
            }
        )


@pytest.fixture(scope="session")
def planted_index(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, planted_stores: Stores
) -> tuple[Rows, Facts]:
    """What the dashboard wrote about them, and tells of them. The database is left as it was."""
    with shown(planted_stores), django_db_blocker.unblock(), transaction.atomic():
        fill_index(planted_stores)
        rows = Rows.taken()
        facts = learn(signed_in_client(), list(planted_stores.urls))
        transaction.set_rollback(True)
    return rows, facts


@pytest.fixture
def planted(db: None, planted_stores: Stores, planted_index: tuple[Rows, Facts]) -> Iterator[Stores]:
    """The dashboard is configured for these stores, and its index is full."""
    with shown(planted_stores):
        planted_index[0].put()
        yield planted_stores


@pytest.fixture
def facts(planted: Stores, planted_index: tuple[Rows, Facts]) -> Facts:
    """What can be asked for."""
    return planted_index[1]
