"""A store of each layout to look at through pages, written by LangGraph's own savers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inspector.stores.differences import LAYOUTS, POSTGRES, REDIS_SHALLOW, SQLITE
from tests.contract.places import PostgresPlace, RedisPlace, Saver, SqlitePlace, StoreUnderTest
from tests.integration.postgres.databases import borrowed
from tests.pages.browse import Browser

each_layout = pytest.mark.parametrize("layout", LAYOUTS)


@dataclass(frozen=True)
class Shop:
    """A store, and a browser on it."""

    place: StoreUnderTest
    browser: Browser

    def open_saver(self) -> AbstractContextManager[Saver]:
        return self.place.open_saver()


@contextmanager
def opened_shop(
    layout: str, request: pytest.FixtureRequest, tmp_path: Path, show_stores: Callable[..., Any]
) -> Iterator[Shop]:
    """The store is empty at first. Its tables are made before the dashboard looks."""
    if layout == POSTGRES:
        with borrowed(request.getfixturevalue("postgres")) as url:
            yield _shop(PostgresPlace(url), show_stores)
    elif layout == SQLITE:
        yield _shop(SqlitePlace(tmp_path / "shop.sqlite"), show_stores)
    else:
        server = request.getfixturevalue("redis_server")
        yield _shop(RedisPlace(server.flush(), shallow=layout == REDIS_SHALLOW), show_stores)


def _shop(place: StoreUnderTest, show_stores: Callable[..., Any]) -> Shop:
    with place.open_saver():
        return Shop(place, show_stores(shop=place.url))
