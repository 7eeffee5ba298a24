"""One suite for every layout of `inspector.stores.differences`: the same scenarios, the same promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from inspector.reader import Reader
from inspector.stores.differences import LAYOUTS, POSTGRES, REDIS, REDIS_SHALLOW, SQLITE
from tests.contract.library import Libraries, Library, open_reader
from tests.contract.places import PostgresPlace, RedisPlace, SqlitePlace, StoreUnderTest
from tests.integration.postgres.databases import borrowed

#: The server that a layout needs, as tests/conftest.py names it.
_SERVER = {POSTGRES: "postgres", REDIS: "redis", REDIS_SHALLOW: "redis"}
ReaderOf = Callable[..., Reader]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever takes a `layout`, directly or not, runs on each unless it names some."""
    if "layout" in metafunc.fixturenames and not _names_layouts(metafunc):
        metafunc.parametrize("layout", LAYOUTS)


def _names_layouts(metafunc: pytest.Metafunc) -> bool:
    return any("layout" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever runs on a layout is marked with the server that it needs."""
    for item in items:
        if isinstance(item, pytest.Function) and Path(__file__).parent in item.path.parents:
            layout = item.callspec.params.get("layout", "") if hasattr(item, "callspec") else ""
            if layout in _SERVER:
                item.add_marker(_SERVER[layout])


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
