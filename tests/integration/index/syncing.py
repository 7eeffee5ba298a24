"""A pass over one store as its tests run it: at once, without rests, and with the lease that a pass needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from inspector.index.fold import FoldReport, fold_ledger
from inspector.index.lease import Lease, lease_of
from inspector.index.pace import FAST, Pace
from inspector.index.progress import Progress
from inspector.index.sync import PassReport, sync_store
from inspector.ledger.base import LedgerReader
from inspector.models import StoreEntry
from inspector.reader import Reader
from tests.integration.index.tallied import assert_tallies_are_right


def sync(reader: Reader, *, full: bool = False, pace: Pace = FAST, progress: Progress | None = None) -> PassReport:
    """One pass over the store alone; its ledger is left as it is."""
    with leased(reader) as lease:
        return sync_store(lease, reader, full=full, pace=pace, progress=progress)


def fold(
    reader: Reader, ledger: LedgerReader | None, *, others: Sequence[Reader] = (), anew: bool = False
) -> FoldReport:
    """One fold of a ledger alone, which leaves the tallies right."""
    with leased(reader) as lease:
        report = fold_ledger(lease, reader, ledger, others=others, anew=anew)
        assert_tallies_are_right(lease.entry)
        return report


@contextmanager
def leased(reader: Reader) -> Iterator[Lease]:
    """The lease of a store's rows. The store is made known to the index first."""
    entry, _ = StoreEntry.objects.get_or_create(name=reader.store.name)
    with lease_of(entry) as lease:
        yield lease


def stop_after(steps: int) -> Progress:
    """Ends a pass by an interrupt once it has told of itself so many times."""
    told: list[str] = []

    def stop(phase: str, done: int, total: int | None) -> None:
        told.append(phase)
        if len(told) > steps:
            raise KeyboardInterrupt

    return stop
