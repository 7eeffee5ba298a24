"""An index of one's own, and readers over stores that real savers write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from inspector.demo.embedded import EmbeddedPostgres
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from tests.integration.index.own_index import postgres_index, sqlite_index
from tests.integration.postgres.databases import borrowed

OpenReader = Callable[..., Reader]
NewDatabase = Callable[[], str]


@pytest.fixture
def new_database(postgres: EmbeddedPostgres) -> Iterator[NewDatabase]:
    """`new_database()`: the URL of an empty database, as many as a test asks for."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(borrowed(postgres))


@pytest.fixture
def index(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A SQLite file as the index, migrated and empty; its URL."""
    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def either_index(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The same on both databases that an index may live in; its kind."""
    if request.param == "sqlite":
        with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
            yield "sqlite"
    else:
        with postgres_index(postgres, django_db_blocker):
            yield "postgres"


@pytest.fixture
def open_reader() -> Iterator[OpenReader]:
    """`open_reader(url, name="store", **limits)`, with the usual keys."""
    opened = []

    def make(url: str, *, name: str = "store", **limits: Any) -> Reader:
        store = PostgresStore(name, url, Limits(**limits))
        opened.append(store)
        return Reader(store, host_keys=("worker_hostname",), owner_keys=("user_id",))

    yield make
    for store in opened:
        store.close()
