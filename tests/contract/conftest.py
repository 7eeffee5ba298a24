"""One suite for every layout of `inspector.stores.differences`: the same scenarios, the same promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from inspector.reader import Reader
from inspector.stores.differences import LAYOUTS, POSTGRES, REDIS_SHALLOW, SQLITE
from inspector.stores.registry import _STORES
from tests.contract.library import Libraries, Library, open_reader
from tests.contract.places import PostgresPlace, RedisPlace, SqlitePlace, StoreUnderTest
from tests.integration.postgres.databases import borrowed

#: Servers that a layout needs, by the names of their fixtures.
_SERVER = {POSTGRES: "postgres", SQLITE: ""}
ReaderOf = Callable[..., Reader]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever takes a `layout`, directly or not, runs on each, marked with the server that it needs."""
    if "layout" in metafunc.fixturenames and not _is_parametrized(metafunc, "layout"):
        metafunc.parametrize("layout", [_marked(layout) for layout in LAYOUTS if _is_open(layout)])


def _is_open(layout: str) -> bool:
    return layout.partition("-")[0] in {"postgres", *_STORES}


def _is_parametrized(metafunc: pytest.Metafunc, name: str) -> bool:
    return any(name in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))


def _marked(layout: str) -> Any:
    server = _SERVER.get(layout, "redis")
    return pytest.param(layout, marks=[getattr(pytest.mark, server)] if server else [])


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Libraries]:
    """`libraries[layout]`, played once."""
    with ExitStack() as stack:
        yield Libraries(stack, tmp_path_factory.mktemp("libraries"))


@pytest.fixture
def library(libraries: Libraries, layout: str) -> Library:
    """Every scenario in a store of this layout. For reading only."""
    return libraries[layout]


@pytest.fixture
def place(layout: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreUnderTest]:
    """An empty place of one's own, to write into."""
    if layout == SQLITE:
        yield SqlitePlace(tmp_path / "store.sqlite")
    elif layout == POSTGRES:
        with borrowed(request.getfixturevalue("postgres")) as url:
            yield PostgresPlace(url)
    else:
        server = request.getfixturevalue("redis_server")
        yield RedisPlace(server.flush(), shallow=layout == REDIS_SHALLOW)


@pytest.fixture
def reader_of() -> Iterator[ReaderOf]:
    """`reader_of(place)`: the dashboard's reader, closed at the end."""
    with ExitStack() as stack:
        yield lambda place, **limits: stack.enter_context(open_reader(place, **limits))
