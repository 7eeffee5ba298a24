"""One sync pass: find the threads that changed, and write each of them anew from one snapshot.

Nothing in the schema of a checkpoint store orders changes by time, so a pass compares a full listing of counts with the
index and recomputes the threads that differ. A listing cannot see rows that were rewritten in place; when the server's
counters say that there may be some, every thread is verified once, some in each pass: a round. It ends whatever is
written meanwhile; counters that move during a round make one more follow it. Writing a thread replaces its row
by its exact value, so a pass that dies, repeats or overlaps another does no harm, and what it had not reached is found
again by the next listing. Passes that overlap can leave an older reading behind, so whoever writes while another pass
is under way makes sure that the store is looked at once more (`_Pass._claim`).

A thread that cannot be read within the time budget holds up no other: its batch is halved down to it, and it is left
out. As long as one is left out every pass looks, and reads those that were left out before after all the others.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from inspector.errors import ReadTooLong, StoreError
from inspector.index.entries import write_entries
from inspector.index.listing import Progress, batched, forget_listings, listing_of, name_listing
from inspector.index.reads import read_hosts
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import Reader, ThreadSummary
from inspector.stores.base import Fingerprint

#: Threads recomputed by one query of the store.
BATCH = 200
#: Threads verified by one pass after rows were rewritten. A full pass verifies them all.
SCRUB = 2_000
#: Threads in a row that may take too long before the pass fails: then it is the server that is slow. So many of those
#: that the last pass left out are tried again.
_LEFT_OUT = 10
#: Which rules made the index's rows. Another number here makes every store's threads be read anew.
_RULES = 1
#: What a pass tells of itself at its end.
_TOLD = ["threads", "checkpoints", "hosts", "skipped", "error", "error_hint", "server", "synced_at"]


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did. `complete` when it was not overtaken by another, left no thread out and has none left to verify,
    so that the index equalled the store as it was when the pass began."""

    store: str
    looked: bool  #: False when the store's fingerprint said that nothing had changed
    changed: int
    removed: int
    verified: int
    skipped: int  #: threads that took longer than the time budget and are not in the index as they are now
    overtaken: bool  #: a later pass began listing meanwhile, and this one left the listing to it
    round: datetime | None  #: when the round began that verifies the threads; None before the first
    left: int  #: threads that this round has yet to verify
    queued: bool  #: rows were rewritten since the round began, so another one follows it
    complete: bool
    seconds: float
    folding: bool = False  #: the ledger holds more than the pass folded, which the next one goes on with
    ledger_error: str = ""  #: why the ledger could not be read, in words; "" when it could
    ledger_hint: str = ""


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
        self._id = name_listing(entry)
        self._started = time.monotonic()
        self._began_at = timezone.now()
        self._slow: list[str] = entry.skipped  #: left out by the last pass, so read after all others
        self._skipped: list[str] = []
        self._in_a_row = 0
        self._claim = entry.fingerprint  #: what the entry's fingerprint reads as long as no other pass wrote

    def run(self) -> PassReport:
        fingerprint = self._read_fingerprint()
        looked = self._full or not fingerprint.rows or fingerprint.rows != self._entry.fingerprint
        if looked:
            self._begin()
        queued = self._note_rewrites(fingerprint, looked)
        stale = self._find_stale() if looked else []
        overtaken = stale is None
        changed, removed = self._refresh(self._quick(stale or []), "Reading threads")
        verified, gone = self._refresh(self._quick(self._to_verify()), "Verifying threads")
        again, gone_again = self._try_again(stale or [])
        if not overtaken:
            self._finish(fingerprint, looked)
        left = self._unverified().exclude(thread_id__in=self._skipped).count()
        return PassReport(
            store=self._entry.name,
            looked=looked,
            changed=changed + again,
            removed=removed + gone + gone_again,
            verified=verified,
            skipped=len(self._skipped),
            overtaken=overtaken,
            round=self._entry.rewritten_at,
            left=left,
            queued=queued,
            complete=not (overtaken or self._skipped or left or queued),
            seconds=time.monotonic() - self._started,
        )

    def _quick(self, thread_ids: Sequence[str]) -> list[str]:
        slow = {*self._slow, *self._skipped}
        return [thread_id for thread_id in thread_ids if thread_id not in slow]

    def _try_again(self, stale: Sequence[str]) -> tuple[int, int]:
        """Reads threads that the last pass left out and that still differ from the store, or may; the others of these
        have their turn in the next pass."""
        unverified = self._unverified().filter(thread_id__in=self._slow).values_list("thread_id", flat=True)
        wanted = {*stale, *unverified}
        waiting = [thread_id for thread_id in self._slow if thread_id in wanted]
        self._in_a_row = 0
        done = self._refresh(waiting[:_LEFT_OUT], "Trying threads again", size=1)
        self._skipped = waiting[_LEFT_OUT:] + self._skipped
        return done

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
        forget_listings(self._entry)

    def _note_rewrites(self, fingerprint: Fingerprint, looked: bool) -> bool:
        """Begins a round of verifying every thread, unless one is under way: then says whether another has to follow.
        Where the server cannot tell, one round follows the other. What was verified before the fingerprint was read may
        have been rewritten before it, too."""
        unknown = fingerprint.rewrites is None
        moved = not unknown and fingerprint.rewrites != self._entry.rewrites
        under_way = self._unverified().exclude(thread_id__in=self._slow).exists()
        if self._full or (not under_way and (moved or (unknown and looked))):
            self._entry.rewritten_at = timezone.now()
            self._entry.rewrites = fingerprint.rewrites or ""
            self._entry.save(update_fields=["rewritten_at", "rewrites"])
            return False
        return moved

    def _find_stale(self) -> list[str] | None:
        """Ids of threads whose row is not what the store says. None when a later pass began listing meanwhile."""
        with listing_of(self._entry, self._id) as listing:
            seen = listing.fill(self._reader.store, self._began_at, self._tell)
            return listing.find_stale() if listing.count() == seen else None

    def _to_verify(self) -> list[str]:
        """Threads that may have been rewritten, longest unverified first."""
        waiting = self._unverified().exclude(thread_id__in=self._slow).order_by("verified_at")
        return list(waiting.values_list("thread_id", flat=True)[: None if self._full else SCRUB])

    def _unverified(self) -> QuerySet[ThreadEntry]:
        entries = ThreadEntry.objects.filter(store=self._entry)
        since = self._entry.rewritten_at
        return entries.filter(verified_at__lt=since) if since else entries.none()

    def _refresh(self, thread_ids: Sequence[str], phase: str, *, size: int = 0) -> tuple[int, int]:
        """Writes these threads anew. Returns how many, and how many were gone instead."""
        changed = removed = done = 0
        for batch in batched(thread_ids, size or BATCH):
            for part, summaries, read_at in self._read(batch):
                removed += write_entries(self._entry, part, summaries, read_at, claim=self._claim)
                changed += len(summaries)
            done += len(batch)
            self._tell(phase, done, len(thread_ids))
        return changed, removed

    def _read(self, thread_ids: list[str]) -> Iterator[tuple[list[str], list[ThreadSummary], datetime]]:
        """In as few reads as their time budget allows: (threads, what was found of them, when the read began)."""
        read_at = timezone.now()
        try:
            summaries = self._reader.read_summaries(thread_ids)
        except ReadTooLong:
            half = len(thread_ids) // 2
            if not half:
                self._leave_out(thread_ids[0])
                if self._in_a_row > _LEFT_OUT:
                    raise
                return
        else:
            self._in_a_row = 0
            yield thread_ids, summaries, read_at
            return
        yield from self._read(thread_ids[:half])
        yield from self._read(thread_ids[half:])

    def _leave_out(self, thread_id: str) -> None:
        """Remembered at once: finding it was expensive, and this pass may yet die."""
        self._skipped.append(thread_id)
        self._in_a_row += 1
        known = list(dict.fromkeys([*self._slow, *self._skipped]))
        StoreEntry.objects.filter(pk=self._entry.pk).update(skipped=known)

    def _finish(self, fingerprint: Fingerprint, looked: bool) -> None:
        if looked:
            self._count()
        self._entry.skipped = self._skipped
        self._entry.error, self._entry.error_hint = _told_of(len(self._skipped))
        if not self._entry.server or looked:
            self._entry.server = self._reader.store.read_facts().server
        self._entry.synced_at = self._began_at
        self._entry.save(update_fields=_TOLD)
        known = "" if self._skipped else fingerprint.rows or ""
        StoreEntry.objects.filter(pk=self._entry.pk, fingerprint=self._claim).update(fingerprint=known)

    def _count(self) -> None:
        """What every page shows of the whole store: counted once a pass, not once a page."""
        totals = ThreadEntry.objects.filter(store=self._entry).aggregate(
            threads=Count("id"), checkpoints=Sum("checkpoints")
        )
        self._entry.threads = totals["threads"]
        self._entry.checkpoints = totals["checkpoints"] or 0
        self._entry.hosts = read_hosts(self._entry)


def _told_of(skipped: int) -> tuple[str, str]:
    """The error and its hint, of a pass that ended but left threads out."""
    if not skipped:
        return "", ""
    which = "1 thread took" if skipped == 1 else f"{skipped} threads took"
    verb = "is" if skipped == 1 else "are"
    return (
        f"{which} longer than the read's time budget and {verb} not in the index as stored now. The others are.",
        "Each pass tries again. INSPECTOR_STATEMENT_TIMEOUT raises the budget.",
    )


def _silent(phase: str, done: int, total: int | None) -> None:
    return None
