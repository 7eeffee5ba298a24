"""Which class a store URL leads to."""

from __future__ import annotations

import pytest

from inspector.errors import ConfigError
from inspector.stores.base import CheckpointStore
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from inspector.stores.registry import open_store


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "PostgreSQL"])
def test_a_postgres_url_opens_a_postgres_store_without_connecting(scheme: str) -> None:
    store = open_store("main", f"{scheme}://u:hunter2@no-such-host.invalid/db", Limits())

    assert isinstance(store, PostgresStore)
    assert isinstance(store, CheckpointStore)
    assert (store.name, store.kind, store.safe_url) == ("main", "postgres", "postgresql://u@no-such-host.invalid/db")


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/db", "", "hunter2"])
def test_a_url_of_an_unknown_kind_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        open_store("main", url, Limits())

    assert "u:hunter2" not in refused.value.message
    assert "main" in refused.value.message
    assert "postgresql://" in refused.value.hint
