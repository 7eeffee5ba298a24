"""A store that notes which of its calls go through all of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any

from inspector.stores.base import Changes, Scan, ThreadCount
from inspector.stores.postgres import PostgresStore


class WatchedStore(PostgresStore):
    """A Postgres store; `calls` by "look", "search", "compare" and "walk"."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.calls: Counter[str] = Counter()

    @property
    def went_through_all(self) -> int:
        """Searches and comparisons of all rows so far."""
        return self.calls["search"] + self.calls["compare"]

    def read_changes(self, since: str) -> Changes:
        self.calls["look"] += 1
        return super().read_changes(since)

    def search_changes(self, since: str) -> list[str]:
        self.calls["search"] += 1
        return super().search_changes(since)

    def iter_thread_counts(self) -> Generator[ThreadCount]:
        self.calls["compare"] += 1
        return super().iter_thread_counts()

    def scan_threads(self, after: str, *, checkpoints: int, host_keys: Sequence[str]) -> Scan:
        self.calls["walk"] += 1
        return super().scan_threads(after, checkpoints=checkpoints, host_keys=host_keys)
