"""A world that is followed, by a store that notes which of its calls go through all of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from inspector.index.pace import FAST, Pace
from inspector.index.sync import PassReport
from inspector.reader import Reader
from inspector.stores.base import ThreadCount
from inspector.stores.followed import Changes, Scan
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.follow_world import FollowWorld
from tests.integration.index.syncing import sync


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


@dataclass(frozen=True)
class Followed:
    """A world, and the reader that follows it."""

    world: FollowWorld
    store: WatchedStore
    reader: Reader

    def sync(self, *, full: bool = False, pace: Pace = FAST) -> PassReport:
        return sync(self.reader, full=full, pace=pace)

    def settle(self) -> None:
        """Two passes after counters were flushed, of which the last one says that the index equals the store."""
        self.world.flush()
        self.sync()
        assert self.sync().complete
        assert_index_equals_store(self.reader, self.world.url)


@contextmanager
def following(world: FollowWorld) -> Iterator[Followed]:
    store = WatchedStore("store", world.url, Limits())
    yield Followed(world, store, Reader(store, host_keys=("worker_hostname",), owner_keys=("user_id",)))
    store.close()
    world.close()
