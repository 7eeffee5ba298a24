"""Every test here breaks something that runs, looks at the pages meanwhile, and holds that all recovers by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.faults.bench import LOGGED


@pytest.fixture
def own_server() -> Iterator[EmbeddedPostgres]:
    """One that may be stopped, killed and broken."""
    with EmbeddedPostgres(settings=LOGGED) as server:
        yield server
