"""A full listing of a store's threads, laid beside the index so that the database itself finds what differs.

The listing lives in a table of the index, not in memory: a million threads are compared by two queries. It belongs to
one sync pass, by whose name its rows are told from those of another that overlaps it or has died.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import uuid4

from django.db.models import Exists, OuterRef
from django.utils import timezone

from inspector.models import Sighting, StoreEntry, ThreadEntry
from inspector.probe.ledger_schema import storable
from inspector.stores.base import CheckpointStore

_BATCH = 2_000
_FORGOTTEN = timedelta(hours=1)  #: sightings of a pass that died

#: Told (phase, done, total) as a pass goes on; total is None while it is not known.
Progress = Callable[[str, int, int | None], None]
Item = TypeVar("Item")


def name_listing(entry: StoreEntry) -> str:
    """A name for a pass and its listing, told from every other and known to be this store's."""
    return f"{entry.pk}-{uuid4().hex}"[:32]


def forget_listings(entry: StoreEntry) -> None:
    """Takes away what earlier passes over this store have listed, and what any pass left behind long ago."""
    Sighting.objects.filter(sync_pass__startswith=f"{entry.pk}-").delete()
    Sighting.objects.filter(seen_at__lt=timezone.now() - _FORGOTTEN).delete()


@contextmanager
def listing_of(entry: StoreEntry, name: str) -> Iterator[Listing]:
    """The listing of one pass, which is gone when the block ends."""
    listing = Listing(entry, name)
    try:
        yield listing
    finally:
        Sighting.objects.filter(sync_pass=name).delete()


@dataclass(frozen=True, slots=True)
class Listing:
    entry: StoreEntry
    name: str

    def fill(self, store: CheckpointStore, seen_at: datetime, tell: Progress) -> int:
        """Lists every thread of the store. Returns how many; a listing that fails ends the store's snapshot, too.

        An id with NUL or half a character in it, as a foreign key in Redis may look like one, fits into no index and no
        address of a page: it is left out, so that it does not hide all others."""
        seen = 0
        with closing(store.iter_thread_counts()) as counts:
            nameable = (count for count in counts if storable(count.thread_id) == count.thread_id)
            for batch in batched(nameable, _BATCH):
                Sighting.objects.bulk_create(
                    Sighting(
                        sync_pass=self.name,
                        thread_id=count.thread_id,
                        checkpoints=count.checkpoints,
                        writes=count.writes,
                        last_checkpoint_id=storable(count.last_checkpoint_id),
                        seen_at=seen_at,
                    )
                    for count in batch
                )
                seen += len(batch)
                tell("Listing threads", seen, None)
        return seen

    def count(self) -> int:
        """Less than was listed when a later pass took it away to list anew."""
        return Sighting.objects.filter(sync_pass=self.name).count()

    def find_stale(self) -> list[str]:
        """Ids whose counts differ from the index, are new to it, or are gone from the store."""
        sightings = Sighting.objects.filter(sync_pass=self.name)
        entries = ThreadEntry.objects.filter(store=self.entry)
        same = entries.filter(
            thread_id=OuterRef("thread_id"),
            checkpoints=OuterRef("checkpoints"),
            writes=OuterRef("writes"),
            last_checkpoint_id=OuterRef("last_checkpoint_id"),
        )
        changed = sightings.filter(~Exists(same)).order_by("last_checkpoint_id").values_list("thread_id", flat=True)
        here = sightings.filter(thread_id=OuterRef("thread_id"))
        gone = entries.filter(~Exists(here)).values_list("thread_id", flat=True)
        return [*changed.iterator(), *gone.iterator()]


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
