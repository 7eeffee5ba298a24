"""A pass over one store as its tests run it: at once, without rests, and with the lease that a pass needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from inspector.index.lease import Lease, lease_of
from inspector.index.pace import FAST, Pace
from inspector.index.progress import Progress
from inspector.index.sync import PassReport, sync_store
from inspector.models import StoreEntry
from inspector.reader import Reader


def sync(reader: Reader, *, full: bool = False, pace: Pace = FAST, progress: Progress | None = None) -> PassReport:
    """One pass over the store alone; its ledger is left as it is."""
    with leased(reader) as lease:
        return sync_store(lease, reader, full=full, pace=pace, progress=progress)


@contextmanager
def leased(reader: Reader) -> Iterator[Lease]:
    """The lease of a store's rows. The store is made known to the index first."""
    entry, _ = StoreEntry.objects.get_or_create(name=reader.store.name)
    with lease_of(entry) as lease:
        yield lease
