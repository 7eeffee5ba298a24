"""Labs on the session's servers. The fork server that has their workers ready is the session's, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.lab.lab import Lab, Probed, Variant
from inspector.demo.lab.scenario import Scenario
from tests.redis_server import RedisServer


class OpenLab(Protocol):
    def __call__(self, scenario: Scenario, variant: Variant = "broken", *, probed: Probed = "all") -> Lab: ...


@pytest.fixture
def open_lab(postgres: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[OpenLab]:
    """`open_lab(scenario, "broken", probed="all")`: a lab with its workers running, closed after the test."""
    with ExitStack() as stack:

        def start(scenario: Scenario, variant: Variant = "broken", *, probed: Probed = "all") -> Lab:
            def redis() -> RedisServer:
                server: RedisServer = request.getfixturevalue("redis_server")
                return server

            return stack.enter_context(Lab(scenario, variant, postgres=postgres, redis=redis, probed=probed))

        yield start
