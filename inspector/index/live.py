"""Threads straight from the store, in the shape of the index's rows, for pages that show one exactly as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from inspector.errors import StoreError
from inspector.index.entries import entry_of, workers_of
from inspector.index.queries import Row, find_thread
from inspector.index.reads import tell
from inspector.index.workers import Asked
from inspector.models import StoreEntry, ThreadWorker
from inspector.reader import Reader, ThreadSummary


def read_live(reader: Reader, store: StoreEntry, thread_id: str, asked: Asked | None = None) -> Row | None:
    """One thread as the store has it now, unsaved; None when it is not there. Its reads are those of `asked` where the
    ledger was read as well, else those that the index knows of. Raises `StoreError`."""
    now = timezone.now()
    for summary in reader.read_summaries([thread_id]):
        return _with_asked(store, summary, now, asked) if asked else _with_known(store, summary, now)
    return None


def _with_asked(store: StoreEntry, summary: ThreadSummary, now: datetime, asked: Asked) -> Row:
    told = {
        hostname: ThreadWorker(
            hostname=hostname, reads=one.reads, misses=one.misses, reported=one.reported, elsewhere=one.elsewhere
        )
        for hostname, one in asked.hosts.items()
    }
    row = _with_reads(store, summary, now, told)
    tell(row.entry, asked)
    return row


def _with_known(store: StoreEntry, summary: ThreadSummary, now: datetime) -> Row:
    known = find_thread(store, summary.row.thread_id)
    told = {worker.hostname: worker for row in known for worker in row.workers if worker.reads is not None}
    live = _with_reads(store, summary, now, told)
    for row in known:
        tell(live.entry, row.entry)
    return live


def _with_reads(store: StoreEntry, summary: ThreadSummary, now: datetime, told: Mapping[str, ThreadWorker]) -> Row:
    reported = {hostname: worker.reported or 0 for hostname, worker in told.items() if not worker.elsewhere}
    entry = entry_of(store, summary, now, reported)
    workers = {worker.hostname: worker for worker in workers_of(entry, summary)}
    for hostname, worker in told.items():
        mine = workers.setdefault(hostname, ThreadWorker(thread=entry, hostname=hostname))
        mine.reads, mine.misses = worker.reads, worker.misses
        mine.reported, mine.elsewhere = worker.reported, worker.elsewhere
    return Row(entry, tuple(workers.values()))


def find_live(reader: Reader, store: StoreEntry, thread_id: str) -> tuple[Row, ...]:
    """For lists, which are shown from the index whether or not the store answers."""
    try:
        row = read_live(reader, store, thread_id)
    except StoreError:
        return ()
    return (row,) if row is not None else ()
