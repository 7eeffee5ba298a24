"""Scans of a store's threads, one after the other; where there is no need to spare it, the next one is read while the
threads of the last are written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from inspector.reader import Reader, ThreadSummary
from inspector.stores.followed import FollowedStore


@dataclass(frozen=True, slots=True)
class Scanned:
    """Threads that follow each other. `last` is where to go on, "" at the end; `seconds` is how long the read took."""

    summaries: list[ThreadSummary]
    last: str
    read_at: datetime
    seconds: float


class Scans:
    """Asks the store, never the index's database, so that it may do so from a thread of its own."""

    def __init__(self, reader: Reader, store: FollowedStore, pool: ThreadPoolExecutor | None) -> None:
        self._reader = reader
        self._store = store
        self._pool = pool
        self._begun: tuple[str, Future[Scanned]] | None = None

    def begin(self, after: str, size: int) -> None:
        """Reads ahead, where that is wanted."""
        if self._pool is not None and after:
            self._begun = (after, self._pool.submit(self._scan, after, size))

    def take(self, after: str, size: int) -> Scanned:
        """Raises `StoreError`."""
        begun, self._begun = self._begun, None
        if begun is not None and begun[0] == after:
            return begun[1].result()
        return self._scan(after, size)

    def _scan(self, after: str, size: int) -> Scanned:
        read_at, began = timezone.now(), time.monotonic()
        summaries, last = self._reader.scan_summaries(self._store, after, checkpoints=size)
        return Scanned(summaries, last, read_at, time.monotonic() - began)


@contextmanager
def scans_of(reader: Reader, store: FollowedStore, *, ahead: bool) -> Iterator[Scans]:
    if not ahead:
        yield Scans(reader, store, None)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="scan") as pool:
        yield Scans(reader, store, pool)
