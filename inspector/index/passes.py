"""A whole pass over a configured store: the store itself, then its ledger."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from inspector.errors import ConfigError
from inspector.index.connections import all_readers, get_ledger
from inspector.index.fold import fold_ledger, note_trouble
from inspector.index.lease import Lease, lease_of
from inspector.index.marking import mark_rows
from inspector.index.pace import GENTLE, Pace
from inspector.index.progress import Progress
from inspector.index.sync import PassReport, sync_store
from inspector.models import StoreEntry
from inspector.models.database import connection
from inspector.reader import Reader

#: kB of an index in SQLite that a pass keeps in memory.
_ROOM = 64_000


def run_pass(
    reader: Reader, *, full: bool = False, pace: Pace = GENTLE, progress: Progress | None = None
) -> PassReport:
    """Marks rows anew where mutes came or went, syncs the store, then folds its ledger, also where nothing in the store
    changed: people move only the mutes, and reads only the ledger. Raises `StoreError` for the store, and `LeaseTaken`
    where another process syncs it; trouble with the ledger is remembered for the pages, and told in the report."""
    _take_room()
    entry, _ = StoreEntry.objects.get_or_create(name=reader.store.name)
    with lease_of(entry) as lease:
        mark_rows(lease, timezone.now(), sleep=pace.sleep)
        report = sync_store(lease, reader, full=full, pace=pace, progress=progress)
        return _fold(lease, reader, report, anew=full)


def _take_room() -> None:
    """A pass puts rows all over SQLite's indexes, and would write a page of them again and again. Of this thread's
    connection, and not of the many that only read."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{_ROOM}")


def _fold(lease: Lease, reader: Reader, report: PassReport, *, anew: bool) -> PassReport:
    try:
        readers = all_readers()
        if readers.get(reader.store.name) is not reader:
            return report
        ledger = get_ledger(reader.store.name)
    except ConfigError as error:
        note_trouble(reader.store.name, error.message, error.hint)
        return replace(report, ledger_error=error.message, ledger_hint=error.hint)
    others = [other for other in readers.values() if other is not reader]
    folded = fold_ledger(lease, reader, ledger, others=others, anew=anew)
    return replace(report, folding=folded.more, ledger_error=folded.error, ledger_hint=folded.hint)
