"""Ledgers over real servers and files, closed again after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.ledger.base import LedgerReader
from inspector.ledger.registry import open_ledger_reader
from inspector.probe.ledger_schema import Ledger
from inspector.probe.ledgers import open_ledger
from inspector.stores.guard import Limits
from tests.integration.postgres.databases import borrowed

#: Parameters of `ledger_url`.
SERVERS = [pytest.param("postgres", marks=pytest.mark.postgres), pytest.param("redis", marks=pytest.mark.redis)]
OpenWriter = Callable[[str], Ledger]
OpenReader = Callable[..., LedgerReader]


@pytest.fixture
def closing_later() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of an empty database."""
    with borrowed(postgres) as url:
        yield url


@pytest.fixture(params=[*SERVERS, "sqlite"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty ledger, of each kind in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("database"))
    if request.param == "redis":
        return str(request.getfixturevalue("redis_server").create_database())
    return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"


@pytest.fixture
def open_writer(closing_later: ExitStack) -> OpenWriter:
    def make(url: str) -> Ledger:
        ledger = open_ledger(url)
        closing_later.callback(ledger.close)
        return ledger

    return make


@pytest.fixture
def open_reader(closing_later: ExitStack) -> OpenReader:
    """`open_reader(url, schema=…, **limits)`."""

    def make(url: str, *, schema: str = "", **limits: Any) -> LedgerReader:
        reader = open_ledger_reader(url, Limits(**limits), schema=schema)
        closing_later.callback(reader.close)
        return reader

    return make


@pytest.fixture
def writer(ledger_url: str, open_writer: OpenWriter) -> Ledger:
    return open_writer(ledger_url)


@pytest.fixture
def reader(ledger_url: str, open_reader: OpenReader) -> LedgerReader:
    return open_reader(ledger_url)
