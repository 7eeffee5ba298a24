"""One sync pass: find the threads that changed, and write each of them anew from one snapshot.

Nothing in the schema of a checkpoint store orders changes by time, so a pass compares a full listing of counts with the
index and recomputes the threads that differ. A listing cannot see rows that were rewritten in place; when the server's
counters say that there may be some, every thread is verified once, some in each pass. Writing a thread replaces its row
by its exact value, so a pass that dies, repeats or overlaps another does no harm, and what it had not reached is found
again by the next listing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TypeVar
from uuid import uuid4

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from inspector.errors import StoreError
from inspector.index.entries import write_entries
from inspector.models import Sighting, StoreEntry, ThreadEntry
from inspector.reader import Reader
from inspector.stores.base import Fingerprint

#: Threads recomputed by one query of the store.
BATCH = 200
#: Threads verified by one pass after rows were rewritten. A full pass verifies them all.
SCRUB = 2_000
_LISTING_BATCH = 2_000
_FORGOTTEN = timedelta(hours=1)  #: sightings of a pass that died

#: Told (phase, done, total) as a pass goes on; total is None while it is not known.
Progress = Callable[[str, int, int | None], None]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did. `complete` when no thread is left to verify, so that the index equalled the
    store as it was when the pass began."""

    store: str
    looked: bool  #: False when the store's fingerprint said that nothing had changed
    changed: int
    removed: int
    verified: int
    complete: bool
    seconds: float


def sync_store(reader: Reader, *, full: bool = False, progress: Progress | None = None) -> PassReport:
    """One pass over one store. `full` recomputes every thread. Raises `StoreError`, remembered for the pages."""
    entry, _ = StoreEntry.objects.get_or_create(name=reader.store.name)
    try:
        return _Pass(reader, entry, full, progress or _silent).run()
    except StoreError as error:
        StoreEntry.objects.filter(pk=entry.pk).update(error=error.message, error_hint=error.hint)
        raise


class _Pass:
    def __init__(self, reader: Reader, entry: StoreEntry, full: bool, progress: Progress) -> None:
        self._reader = reader
        self._entry = entry
        self._full = full
        self._tell = progress
        self._id = uuid4().hex
        self._started = time.monotonic()
        self._began_at = timezone.now()

    def run(self) -> PassReport:
        fingerprint = self._reader.store.read_fingerprint()
        looked = self._full or not fingerprint.rows or fingerprint.rows != self._entry.fingerprint
        changed = removed = 0
        if looked:
            self._note_rewrites(fingerprint)
            try:
                self._list_store()
                changed, removed = self._refresh(self._stale(), "Reading threads")
            finally:
                Sighting.objects.filter(sync_pass=self._id).delete()
                Sighting.objects.filter(seen_at__lt=timezone.now() - _FORGOTTEN).delete()
        verified = self._scrub()
        self._finish(fingerprint, looked)
        complete = not self._unverified().exists()
        seconds = time.monotonic() - self._started
        return PassReport(self._entry.name, looked, changed, removed, verified, complete, seconds)

    def _note_rewrites(self, fingerprint: Fingerprint) -> None:
        """Begins a round of verifying every thread. Where the server cannot tell, one round follows the other."""
        unknown = fingerprint.rewrites is None
        moved = not unknown and fingerprint.rewrites != self._entry.rewrites
        if self._full or moved or (unknown and not self._unverified().exists()):
            self._entry.rewritten_at = self._began_at
            self._entry.rewrites = fingerprint.rewrites or ""
            self._entry.save(update_fields=["rewritten_at", "rewrites"])

    def _list_store(self) -> None:
        started = time.monotonic()
        seen = 0
        for batch in _batches(self._reader.store.iter_thread_counts(), _LISTING_BATCH):
            Sighting.objects.bulk_create(
                Sighting(
                    sync_pass=self._id,
                    thread_id=count.thread_id,
                    checkpoints=count.checkpoints,
                    writes=count.writes,
                    last_checkpoint_id=count.last_checkpoint_id,
                    seen_at=self._began_at,
                )
                for count in batch
            )
            seen += len(batch)
            self._tell("Listing threads", seen, None)
        self._entry.pass_seconds = time.monotonic() - started

    def _stale(self) -> list[str]:
        """Ids whose counts differ from the index, are new to it, or are gone from the store."""
        sightings = Sighting.objects.filter(sync_pass=self._id)
        entries = ThreadEntry.objects.filter(store=self._entry)
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

    def _scrub(self) -> int:
        """Verifies threads that may have been rewritten, longest unverified first. Returns how many."""
        waiting = self._unverified().order_by("verified_at")
        ids = list(waiting.values_list("thread_id", flat=True)[: None if self._full else SCRUB])
        self._refresh(ids, "Verifying threads")
        return len(ids)

    def _unverified(self) -> QuerySet[ThreadEntry]:
        entries = ThreadEntry.objects.filter(store=self._entry)
        since = self._entry.rewritten_at
        return entries.filter(verified_at__lt=since) if since else entries.none()

    def _refresh(self, thread_ids: Sequence[str], phase: str) -> tuple[int, int]:
        changed = removed = 0
        for batch in _batches(thread_ids, BATCH):
            read_at = timezone.now()
            summaries = self._reader.read_summaries(batch)
            removed += write_entries(self._entry, batch, summaries, read_at)
            changed += len(summaries)
            self._tell(phase, changed + removed, len(thread_ids))
        return changed, removed

    def _finish(self, fingerprint: Fingerprint, looked: bool) -> None:
        entries = ThreadEntry.objects.filter(store=self._entry)
        if looked:
            totals = entries.aggregate(threads=Count("id"), checkpoints=Sum("checkpoints"))
            self._entry.threads = totals["threads"]
            self._entry.checkpoints = totals["checkpoints"] or 0
        self._entry.fingerprint = fingerprint.rows or ""
        self._entry.error = self._entry.error_hint = ""
        if not self._entry.server or looked:
            self._entry.server = self._reader.store.read_facts().server
        self._entry.synced_at = self._began_at
        self._entry.save()


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _silent(phase: str, done: int, total: int | None) -> None:
    return None
