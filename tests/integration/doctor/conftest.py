"""The index and readers that tests of the index have, for rules and for what runs them."""

from __future__ import annotations

from tests.integration.index.conftest import (  # noqa: F401  fixtures
    either_index,
    index,
    new_database,
    new_ledger,
    open_reader,
    scene,
)
