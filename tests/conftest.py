"""Fixtures that every test may ask for.

`postgres` is one real server for the whole session, started when the first test asks for it (half a second).
`postgres.create_database()` gives an empty database in a few milliseconds, so tests need not share one.

`redis_server` is the same for Redis, with search and JSON: `create_database()` for plain keys, `flush()` for savers,
which need database 0.

`scenario_store` is a database in which every scenario of the demo was played under every durability by real
LangGraph savers, once a session (three seconds). It is shared: tests read it and leave it as it is. Who must
change something plays anew: `with play_into(postgres.create_database(), ["replay"]) as store`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from langgraph.checkpoint.base import id as checkpoint_ids

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into
from tests.redis_server import RedisServer, running_redis
from tests.thorough import THOROUGH, left_out


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whoever asks for a server, directly or not, is marked with its name. What is for a thorough run is left out of
    others."""
    if not THOROUGH and (left := left_out(items)):
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=list(left))
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "postgres" in names:
            item.add_marker(pytest.mark.postgres)
        if "redis_server" in names:
            item.add_marker(pytest.mark.redis)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # not one of several processes, but whoever started them
        config.pluginmanager.register(ToldAtOnce(config), "told-at-once")


class ToldAtOnce:
    """What fails is told when it fails, and not at the end alone: a run that is cut short has said it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(f"\n{report.nodeid} ({report.when}):\n{report.longreprtext}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """LangGraph makes no id older than the last one of its process. One that a test made under a clock ahead would put
    all later ones a ten-millionth of a second apart, and runs with them."""
    checkpoint_ids._last_v6_timestamp = None


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's Postgres server. Tests that stop a server start one of their own."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The session's Redis server. Tests that stop a server start one of their own, and ask for this one as well:
    they are skipped with it where there is none."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def scenario_store(postgres: EmbeddedPostgres) -> Iterator[PlayedStore]:
    """Every scenario, played under every durability, with its live graph and saver. For reading only."""
    with play_into(postgres.create_database("scenarios")) as store:
        yield store
