"""Threads read in as few reads as their time budget allows: what takes too long is read again in halves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from inspector.errors import ReadTooLong
from inspector.index.lease import Lease
from inspector.reader import Reader, ThreadSummary


@dataclass(frozen=True, slots=True)
class Part:
    """What one read brought, no earlier than `read_at`; or a single thread that takes longer than the time budget."""

    thread_ids: list[str]
    summaries: list[ThreadSummary]
    read_at: datetime
    too_long: ReadTooLong | None = None


def read_in_halves(reader: Reader, lease: Lease, thread_ids: list[str]) -> Iterator[Part]:
    """Every thread in one part. Raises `StoreError` for any other trouble, and `LeaseTaken`."""
    lease.renew()  # halves of halves together may take longer than it lasts
    read_at = timezone.now()
    try:
        summaries = reader.read_summaries(thread_ids)
    except ReadTooLong as error:
        half = len(thread_ids) // 2
        if not half:
            yield Part(thread_ids, [], read_at, error)
            return
    else:
        yield Part(thread_ids, summaries, read_at)
        return
    yield from read_in_halves(reader, lease, thread_ids[:half])
    yield from read_in_halves(reader, lease, thread_ids[half:])
