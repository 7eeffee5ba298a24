"""A look reads a few threads of the store, and of each what it needs, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from inspector.demo.repertoire import PlayedStore
from inspector.doctor.case import Case
from inspector.doctor.engine import examine
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.stores.base import CheckpointStore
from tests.integration.index.conftest import OpenReader
from tests.integration.index.syncing import sync

#: Of a store in which every kind of thread is to be found.
MOST = 60


class Counted:
    """The store, with the number of its reads by name."""

    def __init__(self, store: CheckpointStore) -> None:
        self._store = store
        self.reads: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return self._counting(name, found) if name.startswith("read_") else found

    def _counting(self, name: str, read: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any, **named: Any) -> Any:
            self.reads[name] += 1
            return read(*arguments, **named)

        return ask


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=2), timedelta(days=2)])
def test_all_rules_together_read_the_store_a_few_times(
    later: timedelta, scenario_store: PlayedStore, index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(scenario_store.url)
    sync(reader)
    counted = Counted(reader.store)
    asked = replace(reader, store=cast("CheckpointStore", counted))
    examine(Case(asked, StoreEntry.objects.get(), Moment(datetime.now(UTC) + later, 1800)))
    assert 0 < counted.reads.total() <= MOST, counted.reads
