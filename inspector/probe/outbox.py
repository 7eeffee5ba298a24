"""Batches on their way: numbered, in order, and kept until the ledger has them."""

from __future__ import annotations

from collections import deque

from inspector.probe.ledger_schema import ThreadCounts

Counts = tuple[ThreadCounts, ...]


class Outbox:
    def __init__(self) -> None:
        self._number = 0
        self._waiting: deque[tuple[int, Counts]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, counts: Counts) -> None:
        self._number += 1
        self._waiting.append((self._number, counts))

    def first(self) -> tuple[int, Counts]:
        return self._waiting[0]

    def sent(self) -> None:
        """The ledger has the first one."""
        self._waiting.popleft()

    def refused(self) -> Counts:
        """The ledger cannot hold the first one: its halves go on under new numbers, higher than any that went out.
        Counts that were refused alone are returned, and sent no more."""
        _, counts = self._waiting.popleft()
        if len(counts) <= 1:
            return counts
        middle = len(counts) // 2
        later = list(self._waiting)
        self._waiting.clear()
        for part in (counts[:middle], counts[middle:], *(waiting for _, waiting in later)):
            self.add(part)
        return ()
