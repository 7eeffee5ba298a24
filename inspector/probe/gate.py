"""Lets a fork in between two batches, however many of them wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class Gate:
    """Two locks: whoever waits for the end of a batch holds the first one, so the next batch comes after him."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._batch = threading.Lock()

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self._turn:
            self._batch.acquire()
        try:
            yield
        finally:
            self._batch.release()

    def shut(self, until: float) -> Iterator[threading.Lock]:
        """The locks that it could take, once taken: both where nothing is under way. `until` is of `monotonic`."""
        for lock in (self._turn, self._batch):
            if not lock.acquire(timeout=max(until - monotonic(), 0.0)):
                return
            yield lock

    @property
    def is_shut(self) -> bool:
        return self._turn.locked() and self._batch.locked()
