"""One sync pass: find the threads that changed, and write each of them anew from one snapshot.

Nothing in the schema of a checkpoint store orders changes by time, so a pass compares a full listing of counts with the
index and recomputes the threads that differ. A listing cannot see rows that were rewritten in place; when the server's
counters say that there may be some, every thread is verified once, some in each pass. Writing a thread replaces its row
by its exact value, so a pass that dies, repeats or overlaps another does no harm, and what it had not reached is found
again by the next listing. Passes that overlap can leave an older reading behind, so whoever writes while another pass
is under way makes sure that the store is looked at once more (`_Pass._claim`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TypeVar
from uuid import uuid4

from django.db import DatabaseError
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from inspector.errors import StoreError
from inspector.index.entries import write_entries
from inspector.models import Sighting, StoreEntry, ThreadEntry, ThreadWorker
from inspector.reader import Reader
from inspector.stores.base import Fingerprint

#: Threads recomputed by one query of the store.
BATCH = 200
#: Threads verified by one pass after rows were rewritten. A full pass verifies them all.
SCRUB = 2_000
_LISTING_BATCH = 2_000
#: Which rules made the index's rows. Another number here makes every store's threads be read anew.
_RULES = 1
_HOSTS = 500  #: hosts that a list can be narrowed to
_FORGOTTEN = timedelta(hours=1)  #: sightings of a pass that died
#: What a pass tells of itself at its end.
_TOLD = ["threads", "checkpoints", "hosts", "pass_seconds", "error", "error_hint", "server", "synced_at"]

#: Told (phase, done, total) as a pass goes on; total is None while it is not known.
Progress = Callable[[str, int, int | None], None]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did. `complete` when it was not overtaken by another and no thread is left to verify, so that the
    index equalled the store as it was when the pass began."""

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
        _remember(entry, error.message, error.hint)
        raise
    except Exception as error:
        _remember(entry, f"The sync pass failed ({type(error).__name__}).", "The dashboard's log has the details.")
        raise


def _remember(entry: StoreEntry, error: str, hint: str) -> None:
    with suppress(DatabaseError):  # the index itself may be what failed
        StoreEntry.objects.filter(pk=entry.pk).update(error=error, error_hint=hint)


class _Pass:
    def __init__(self, reader: Reader, entry: StoreEntry, full: bool, progress: Progress) -> None:
        self._reader = reader
        self._entry = entry
        self._full = full
        self._tell = progress
        self._id = f"{entry.pk}-{uuid4().hex}"[:32]
        self._started = time.monotonic()
        self._began_at = timezone.now()
        self._claim = entry.fingerprint  #: what the entry's fingerprint reads as long as no other pass wrote

    def run(self) -> PassReport:
        fingerprint = self._read_fingerprint()
        looked = self._full or not fingerprint.rows or fingerprint.rows != self._entry.fingerprint
        changed = removed = 0
        overtaken = False
        if looked:
            self._begin()
            self._note_rewrites(fingerprint)
            stale = self._find_stale()
            overtaken = stale is None
            changed, removed = self._refresh(stale or [], "Reading threads")
        verified = self._scrub()
        if not overtaken:
            self._finish(fingerprint, looked)
        complete = not overtaken and not self._unverified().exists()
        seconds = time.monotonic() - self._started
        return PassReport(self._entry.name, looked, changed, removed, verified, complete, seconds)

    def _read_fingerprint(self) -> Fingerprint:
        """The store's, together with what else decides what the index holds: other settings make other rows."""
        found = self._reader.store.read_fingerprint()
        how = repr((_RULES, self._reader.host_keys, self._reader.owner_keys, self._reader.key is not None))
        return replace(
            found,
            rows=found.rows and f"{found.rows}|{how}",
            rewrites=None if found.rewrites is None else f"{found.rewrites}|{how}",
        )

    def _begin(self) -> None:
        """Puts this pass's name in place of the fingerprint, which an earlier pass then no longer finds, and takes away
        what that one has listed: it may be dead, and if it is not, it leaves the listing to this one."""
        self._claim = f"pass {self._id}"
        StoreEntry.objects.filter(pk=self._entry.pk).update(fingerprint=self._claim)
        Sighting.objects.filter(sync_pass__startswith=f"{self._entry.pk}-").delete()
        Sighting.objects.filter(seen_at__lt=timezone.now() - _FORGOTTEN).delete()

    def _note_rewrites(self, fingerprint: Fingerprint) -> None:
        """Begins a round of verifying every thread. Where the server cannot tell, one round follows the other. What was
        verified before the fingerprint was read may have been rewritten before it, too."""
        unknown = fingerprint.rewrites is None
        moved = not unknown and fingerprint.rewrites != self._entry.rewrites
        if self._full or moved or (unknown and not self._unverified().exists()):
            self._entry.rewritten_at = timezone.now()
            self._entry.rewrites = fingerprint.rewrites or ""
            self._entry.save(update_fields=["rewritten_at", "rewrites"])

    def _find_stale(self) -> list[str] | None:
        """Ids of threads whose row is not what the store says. None when a later pass began listing meanwhile."""
        mine = Sighting.objects.filter(sync_pass=self._id)
        try:
            seen = self._list_store()
            return self._stale() if mine.count() == seen else None
        finally:
            mine.delete()

    def _list_store(self) -> int:
        started = time.monotonic()
        seen = 0
        with closing(self._reader.store.iter_thread_counts()) as counts:  # a listing that fails ends its snapshot, too
            for batch in _batches(counts, _LISTING_BATCH):
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
        return seen

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
        changed = removed = done = 0
        for batch in _batches(thread_ids, BATCH):
            read_at = timezone.now()
            summaries = self._reader.read_summaries(batch)
            removed += write_entries(self._entry, batch, summaries, read_at, claim=self._claim)
            changed += len(summaries)
            done += len(batch)
            self._tell(phase, done, len(thread_ids))
        return changed, removed

    def _finish(self, fingerprint: Fingerprint, looked: bool) -> None:
        if looked:
            self._count()
        self._entry.error = self._entry.error_hint = ""
        if not self._entry.server or looked:
            self._entry.server = self._reader.store.read_facts().server
        self._entry.synced_at = self._began_at
        self._entry.save(update_fields=_TOLD)
        StoreEntry.objects.filter(pk=self._entry.pk, fingerprint=self._claim).update(fingerprint=fingerprint.rows or "")

    def _count(self) -> None:
        """What every page shows of the whole store: counted once a pass, not once a page."""
        totals = ThreadEntry.objects.filter(store=self._entry).aggregate(
            threads=Count("id"), checkpoints=Sum("checkpoints")
        )
        hosts = ThreadWorker.objects.filter(thread__store=self._entry, writes__gt=0)
        self._entry.threads = totals["threads"]
        self._entry.checkpoints = totals["checkpoints"] or 0
        self._entry.hosts = list(hosts.order_by("hostname").values_list("hostname", flat=True).distinct()[:_HOSTS])


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _silent(phase: str, done: int, total: int | None) -> None:
    return None
