"""Where a saver leads to, told from the object alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver

from inspector.probe.places import PLACES, Places, describe, postgres_where


class Adapter(BaseCheckpointSaver[str]):
    """Passes everything on, as servers wrap the saver that they are given."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner


def test_a_saver_that_passes_calls_on_leads_where_the_other_one_does() -> None:
    inner, outer = describe(InMemorySaver()), describe(Adapter(Adapter(InMemorySaver())))
    assert (outer.kind, outer.where) == (inner.kind, inner.where)
    assert outer.saver.endswith("Adapter")


def test_a_saver_that_holds_itself_is_described_all_the_same() -> None:
    saver = Adapter(None)
    saver.inner = saver
    assert describe(saver).kind == "other"


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"host": "db", "port": 5433, "dbname": "orders", "user": "app"}, "postgresql://app@db:5433/orders"),
        ({"host": "db", "dbname": "orders"}, "postgresql://db:5432/orders"),
        ({"host": "/run/postgresql", "dbname": "orders"}, "postgresql://[/run/postgresql]:5432/orders"),
        ({"hostaddr": "::1", "password": "secret", "dbname": "orders"}, "postgresql://[::1]:5432/orders"),
    ],
)
def test_a_postgres_place_is_named_one_way(parameters: dict[str, Any], where: str) -> None:
    assert postgres_where(parameters) == where


class Lazy:
    """Raises for whoever looks at it, as a client that connects when it is first used."""

    def __getattr__(self, name: str) -> Any:
        raise ConnectionError(name)


def test_what_raises_when_it_is_looked_at_hides_no_saver() -> None:
    saver = Adapter(InMemorySaver())
    saver.__dict__ = {"client": Lazy(), **saver.__dict__}
    assert describe(saver).kind == "memory"
    saver.inner = Lazy()
    assert describe(saver).kind == "other"


def test_sqlite_files_that_are_not_known_yet_take_one_place() -> None:
    """However many connections a program opens before it is asked which file they have."""
    places = Places("me")
    for _ in range(2 * PLACES):
        with closing(sqlite3.connect(":memory:", check_same_thread=False)) as connection:
            places.enter(describe(SqliteSaver(connection)))
    assert [(place.kind, place.savers) for place in places.read()] == [("sqlite", 2 * PLACES)]
