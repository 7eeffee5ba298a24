"""Threads straight from the store, in the shape of the index's rows, for pages that show one exactly as it is now."""

from __future__ import annotations

from django.utils import timezone

from inspector.errors import StoreError
from inspector.index.entries import entry_of, workers_of
from inspector.index.queries import Row
from inspector.models import StoreEntry
from inspector.reader import Reader


def read_live(reader: Reader, store: StoreEntry, thread_id: str) -> Row | None:
    """One thread as the store has it now, unsaved; None when it is not there. Raises `StoreError`."""
    now = timezone.now()
    for summary in reader.read_summaries([thread_id]):
        entry = entry_of(store, summary, now)
        return Row(entry, tuple(workers_of(entry, summary)))
    return None


def find_live(reader: Reader, store: StoreEntry, thread_id: str) -> tuple[Row, ...]:
    """For lists, which are shown from the index whether or not the store answers."""
    try:
        row = read_live(reader, store, thread_id)
    except StoreError:
        return ()
    return (row,) if row is not None else ()
