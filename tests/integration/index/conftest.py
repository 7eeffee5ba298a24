"""An index of one's own, and readers over stores that real savers write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, open_saver, play_into
from inspector.ledger.base import LedgerReader
from inspector.ledger.registry import open_ledger_reader
from inspector.probe.ledger_schema import Ledger
from inspector.probe.ledgers import open_ledger
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore, look
from tests.integration.index.copies import Template, read_templates
from tests.integration.index.follow_world import FollowWorld
from tests.integration.index.own_index import postgres_index, sqlite_index
from tests.integration.index.scene import Scene
from tests.integration.index.watched import Followed, following
from tests.integration.postgres.databases import borrowed

OpenReader = Callable[..., Reader]
NewDatabase = Callable[[], str]
NewLedger = Callable[[str], tuple[Ledger, LedgerReader]]


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


@pytest.fixture(scope="session")
def templates(scenario_store: PlayedStore) -> list[Template]:
    """Real threads of every kind, to be copied. Ids that need quoting are for other tests."""
    plays = (one for one in scenario_store.played if one.slug != "hostile-thread-ids")
    return read_templates(scenario_store.url, [thread.thread_id for one in plays for thread in one.threads])


@pytest.fixture
def played(new_database: NewDatabase) -> Iterator[PlayedStore]:
    """A small store of one's own."""
    with play_into(new_database(), ["two-hosts", "subgraph-persistent", "error", "random-ids"], ["sync"]) as store:
        store.saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
        yield store


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks find nothing, as where new rows lie in pages that deletes have freed anywhere in a large table."""
    monkeypatch.setattr(look, "_windows", lambda earlier, now: [])


@pytest.fixture
def followed(postgres: EmbeddedPostgres, templates: list[Template], index: str) -> Iterator[Followed]:
    """Forty threads in a database of their own, read once."""
    with borrowed(postgres) as url, following(FollowWorld(postgres, url, templates, 1, threads=40)) as followed:
        followed.world.flush()
        followed.sync()
        yield followed


@pytest.fixture
def new_ledger() -> Iterator[NewLedger]:
    """`new_ledger(url)`: the writer and the reader of one ledger, closed at the end."""
    with ExitStack() as stack:

        def make(url: str) -> tuple[Ledger, LedgerReader]:
            writer, ledger = open_ledger(url), open_ledger_reader(url, Limits())
            stack.callback(writer.close)
            stack.callback(ledger.close)
            return writer, ledger

        yield make


@pytest.fixture
def scene(new_database: NewDatabase, either_index: str, open_reader: OpenReader, new_ledger: NewLedger) -> Scene:
    url = new_database()
    with open_saver(url):
        pass
    return Scene(url, open_reader(url), *new_ledger(url))
