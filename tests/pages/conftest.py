"""Pages over the real scenario store: its index is made once a session, and put into each test's own transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from inspector.config import Config, StoreSetting
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore
from inspector.errors import ConfigError
from inspector.index.connections import close_readers, get_reader
from inspector.models import HostTally, HourTally, StoreEntry, StoreTally, ThreadEntry, ThreadWorker
from inspector.secret import StoreUrl
from inspector.stores.differences import LAYOUTS, SQLITE
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.pages.kinds import Shop, opened_shop
from tests.pages.workers_world import World, workers_shown
from tests.signing_in import make_account, signed_in_client


def configured(**stores: str) -> Config:
    """The configuration with these stores. One-turn threads are orphans at once, or the scenarios would have none."""
    chosen = tuple(StoreSetting(name, StoreUrl(url)) for name, url in stores.items())
    config: Config = settings.INSPECTOR
    return dataclasses.replace(config, stores=chosen, orphan_after=0.000_001)


TABLES = [model._meta.db_table for model in (StoreEntry, ThreadEntry, ThreadWorker, StoreTally, HostTally, HourTally)]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Every row of an index, to be put back as it lay: hundreds of tests do, so no model is built for it."""

    tables: dict[str, list[tuple[Any, ...]]]

    @classmethod
    def taken(cls) -> Rows:
        with connection.cursor() as cursor:
            return cls({table: cursor.execute(f"select * from {table}").fetchall() for table in TABLES})

    def put(self) -> None:
        with connection.cursor() as cursor:
            for table, rows in self.tables.items():
                if not rows:
                    continue
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"insert into {table} values ({marks})", rows)


@pytest.fixture(scope="session")
def indexed(django_db_setup: None, django_db_blocker: DjangoDbBlocker, scenario_store: PlayedStore) -> Rows:
    """The scenario store's index, read by one real sync pass. The database is left as it was: others count rows too."""
    with (
        override_settings(INSPECTOR=configured(scenarios=scenario_store.url)),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        try:
            assert sync(get_reader()).complete
            rows = Rows.taken()
            transaction.set_rollback(True)
        finally:
            close_readers()
    return rows


@pytest.fixture(scope="module")
def scenarios_shown(scenario_store: PlayedStore) -> Iterator[None]:
    """The dashboard is configured for the scenario store. Once a module, so that connections are used again."""
    with override_settings(INSPECTOR=configured(scenarios=scenario_store.url)):
        yield
        close_readers()


@pytest.fixture
def pages(db: None, scenarios_shown: None, indexed: Rows) -> Browser:
    """A browser on the scenario store, index and all."""
    indexed.put()
    return Browser(signed_in_client())


@pytest.fixture
def unindexed(db: None, scenarios_shown: None) -> Browser:
    """A browser on the scenario store before the first sync pass."""
    return Browser(signed_in_client())


@pytest.fixture
def show_stores(db: None) -> Iterator[Any]:
    """Configure other stores for one test: `show_stores(name=url)` gives a browser on them."""
    overrides: list[override_settings] = []

    def show(**stores: str) -> Browser:
        override = override_settings(INSPECTOR=configured(**stores))
        override.enable()
        overrides.append(override)
        return Browser(signed_in_client())

    yield show
    with suppress(ConfigError):  # a URL that cannot work opened nothing
        close_readers()
    for override in reversed(overrides):
        override.disable()


@pytest.fixture
def workers_world(show_stores: Any, postgres: EmbeddedPostgres) -> Iterator[World]:
    """A store of `web-1` and `web-2`, indexed, and a ledger that nobody has written to."""
    with workers_shown(show_stores, postgres) as world:
        yield world


@pytest.fixture(params=LAYOUTS)
def shop(request: pytest.FixtureRequest, tmp_path: Path, show_stores: Any) -> Iterator[Shop]:
    """A store of each layout, empty at first, and a browser on it."""
    with opened_shop(request.param, request, tmp_path, show_stores) as opened:
        yield opened


@pytest.fixture
def sqlite_shop(request: pytest.FixtureRequest, tmp_path: Path, show_stores: Any) -> Iterator[Shop]:
    with opened_shop(SQLITE, request, tmp_path, show_stores) as opened:
        yield opened


@pytest.fixture
def nobody(pages: Browser) -> Client:
    """A browser that has signed in nowhere, on a dashboard that has things to hide."""
    make_account("ada")
    return Client()
