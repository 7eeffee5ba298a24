"""Counts of many threads, read in as few reads as bring all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspector.index.rows import batched
from inspector.ledger.base import Counted, LedgerReader


def read_whole(ledger: LedgerReader, thread_ids: Sequence[str]) -> Iterator[list[Counted]]:
    """All rows of each of these threads, those of one thread together; of a thread that has too many by itself those
    heard of last, whose sums are a lower bound. What one read cut is read again, and in halves where it cut all."""
    if not thread_ids:
        return
    counts = ledger.read_counts(thread_ids)
    cut = counts.cut if len(thread_ids) > 1 else frozenset()
    yield [row for row in counts.rows if row.thread_id not in cut]
    again = [thread_id for thread_id in thread_ids if thread_id in cut]
    size = len(again) if len(again) < len(thread_ids) else (len(again) + 1) // 2
    for part in batched(again, size) if again else ():
        yield from read_whole(ledger, part)
