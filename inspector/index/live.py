"""Threads straight from the store, in the shape of the index's rows, for pages that show one exactly as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from inspector.decode import Sight
from inspector.errors import StoreError
from inspector.index.entries import entry_of
from inspector.index.missed import tell
from inspector.index.queries import Row, find_thread
from inspector.index.workers import Asked
from inspector.models import StoreEntry, ThreadWorker
from inspector.reader import Reader, ThreadSummary


@dataclass(frozen=True, slots=True)
class LiveThread:
    """A thread as its store has it now, of which nothing is saved. `read_at` is when it was read."""

    store: StoreEntry
    summary: ThreadSummary
    read_at: datetime
    sight: Sight

    def row(self, asked: Asked | None = None) -> Row:
        """Its reads are those of `asked` where the ledger was read as well, else those that the index knows of."""
        return _with_known(self) if asked is None else _with_asked(self, asked)


def read_live(reader: Reader, store: StoreEntry, thread_id: str) -> LiveThread | None:
    """None for one that is not there. Raises `StoreError`."""
    now = timezone.now()
    for summary in reader.read_summaries([thread_id]):
        return LiveThread(store, summary, now, reader.sight)
    return None


def _with_asked(live: LiveThread, asked: Asked) -> Row:
    told = {
        hostname: ThreadWorker(
            hostname=hostname, reads=one.reads, misses=one.misses, reported=one.reported, elsewhere=one.elsewhere
        )
        for hostname, one in asked.hosts.items()
    }
    row = _with_reads(live, told)
    tell(row.entry, asked)
    return row


def _with_known(live: LiveThread) -> Row:
    known = _known(live)
    told = {worker.hostname: worker for row in known for worker in row.workers if worker.reads is not None}
    found = _with_reads(live, told)
    for row in known:
        tell(found.entry, row.entry)
    return found


def _known(live: LiveThread) -> tuple[Row, ...]:
    return find_thread(live.store, live.summary.row.thread_id, sight=live.sight)


def _with_reads(live: LiveThread, told: Mapping[str, ThreadWorker]) -> Row:
    reported = {hostname: worker.reported or 0 for hostname, worker in told.items() if not worker.elsewhere}
    entry = entry_of(live.store, live.summary, live.read_at, reported)
    if live.sight.shape:  # a mute may be of the owner, whom the summary does not name
        entry.muted = any(row.entry.muted for row in _known(live))
    workers = {
        hostname: ThreadWorker(thread=entry, hostname=hostname, writes=writes)
        for hostname, writes in live.summary.row.hosts.items()
    }
    for hostname, worker in told.items():
        mine = workers.setdefault(hostname, ThreadWorker(thread=entry, hostname=hostname))
        mine.reads, mine.misses = worker.reads, worker.misses
        mine.reported, mine.elsewhere = worker.reported, worker.elsewhere
    return Row(entry, tuple(workers.values()))


def find_live(reader: Reader, store: StoreEntry, thread_id: str) -> tuple[Row, ...]:
    """For lists, which are shown from the index whether or not the store answers."""
    try:
        live = read_live(reader, store, thread_id)
    except StoreError:
        return ()
    return (live.row(),) if live is not None else ()
