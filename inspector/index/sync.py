"""One sync pass: find the threads that changed, and write each of them anew from one snapshot.

Nothing in the schema of a checkpoint store orders changes by time. A store that can be followed is walked through once,
and from then on asked what is new (`follow`); any other is listed and compared (`compare`) whenever it says that
something changed. Rows that were rewritten in place are found by rounds of verifying (`rounds`).

Writing a thread replaces its row by its exact value, so a pass that dies or repeats does no harm, and what it had not
reached is found again by the next one. Only one process writes at a time (`lease`).
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from inspector.errors import StoreError
from inspector.index import rounds
from inspector.index.compare import find_stale
from inspector.index.follow import LEFT_OUT, Follow
from inspector.index.lease import Lease, LeaseTaken
from inspector.index.pace import GENTLE, Pace, PassStopped
from inspector.index.progress import Progress, silent
from inspector.index.refresh import Refresh
from inspector.index.rounds import count_left, next_to_verify, note_rewrites, unverified
from inspector.index.tallies import hosts_of, read_tally
from inspector.index.walk import begin_walk, is_walking, walk
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.stores.base import Fingerprint
from inspector.stores.followed import FollowedStore

#: Which rules made the index's rows. Another number here makes every store's threads be read anew.
_RULES = 3
#: What a pass tells of itself at its end.
_COUNTED = ["threads", "checkpoints", "hosts", "error", "error_hint"]
_TOLD = [*_COUNTED, "skipped", "compare", "server", "synced_at", "fingerprint"]


@dataclass(frozen=True, slots=True)
class PassReport:
    """What a pass did. `complete` when it left no thread out and has none left to read, compare or verify, so that the
    index equalled the store as it was when the pass began."""

    store: str
    looked: bool  #: False when the store's fingerprint said that nothing had changed
    changed: int
    removed: int
    verified: int
    skipped: int  #: threads that took longer than the time budget and are not in the index as they are now
    building: bool  #: the walk through all threads goes on in the next pass
    waiting: bool  #: all threads have to be compared with the store, which has its turn later
    round: datetime | None  #: when the round began that verifies the threads; None before the first
    left: int  #: threads that this round has yet to verify, 100,000 at most
    queued: bool  #: rows were rewritten since the round began, so another one follows it
    complete: bool
    seconds: float
    folding: bool = False  #: the ledger holds more than the pass folded, which the next one goes on with
    ledger_error: str = ""  #: why the ledger could not be read, in words; "" when it could
    ledger_hint: str = ""


def sync_store(
    lease: Lease, reader: Reader, *, full: bool = False, pace: Pace = GENTLE, progress: Progress | None = None
) -> PassReport:
    """One pass over one store. `full` reads every thread anew. Raises `StoreError`, remembered for the pages,
    `LeaseTaken`, and whatever the pace does."""
    try:
        return _Pass(lease, reader, full, pace, progress or silent).run()
    except StoreError as error:
        remember(lease.entry, error.message, error.hint)
        raise
    except (LeaseTaken, PassStopped):
        raise
    except Exception as error:
        remember(lease.entry, f"The sync pass failed ({type(error).__name__}).", "The dashboard's log has the details.")
        raise


def remember(entry: StoreEntry, error: str, hint: str) -> None:
    with suppress(DatabaseError):  # the index itself may be what failed
        StoreEntry.objects.filter(pk=entry.pk).update(error=error, error_hint=hint)


class _Pass:
    def __init__(self, lease: Lease, reader: Reader, full: bool, pace: Pace, tell: Progress) -> None:
        self._lease = lease
        self._entry = lease.entry
        self._reader = reader
        self._full = full
        self._pace = pace
        self._tell = tell
        self._refresh = Refresh(reader, lease, pace, tell)
        self._started = time.monotonic()
        self._began_at = timezone.now()
        self._stale: set[str] = set()  #: threads that were found to differ, also those too slow to be read
        self._verified = 0
        self._verified_all = False  #: that this round has yet to verify, but for those left out

    def run(self) -> PassReport:
        fingerprint = self._read_fingerprint()
        looked = self._full or not fingerprint.rows or fingerprint.rows != self._entry.fingerprint
        queued = note_rewrites(self._entry, fingerprint, looked=looked, full=self._full)
        sound = self._look() if looked else True
        if not is_walking(self._entry):
            self._verify()
        self._finish(fingerprint, looked=looked, sound=sound)
        left = 0 if self._verified_all else count_left(self._entry, self._refresh.skipped)
        return PassReport(
            store=self._entry.name,
            looked=looked,
            changed=self._refresh.changed - self._verified,
            removed=self._refresh.removed,
            verified=self._verified,
            skipped=len(self._refresh.skipped),
            building=is_walking(self._entry),
            waiting=not sound and not is_walking(self._entry),
            round=self._entry.rewritten_at,
            left=left,
            queued=queued,
            complete=sound and not (self._refresh.skipped or left or queued),
            seconds=time.monotonic() - self._started,
        )

    def _read_fingerprint(self) -> Fingerprint:
        """The store's, together with what else decides what the index holds: other settings make other rows."""
        found = self._reader.store.read_fingerprint()
        reader = self._reader
        masks = reader.sight.masks.fingerprint if reader.sight.masks is not None else ""
        keys = (reader.host_keys, reader.owner_keys, reader.graph_keys)
        how = repr((_RULES, *keys, reader.sight.key is not None, masks))
        return replace(
            found,
            rows=found.rows and f"{found.rows}|{how}",
            rewrites=None if found.rewrites is None else f"{found.rewrites}|{how}",
        )

    def _look(self) -> bool:
        """Reads what changed. True when the index then equals the store as it was when the pass began."""
        store = self._reader.store
        if not isinstance(store, FollowedStore):
            self._stale.update(find_stale(self._lease, store, self._began_at, self._tell))
            self._refresh.read(self._stale, "Reading threads")
            return True
        if not is_walking(self._entry) and (self._full or self._entry.synced_at is None):
            begin_walk(self._entry, store)
        if is_walking(self._entry) and not self._walk(store):
            return False
        self._stale.update(self._entry.skipped)  # nothing else tells that they are not as in the store
        return Follow(self._lease, store, self._refresh, self._pace, self._tell, self._began_at, self._stale).run()

    def _walk(self, store: FollowedStore) -> bool:
        return walk(self._lease, self._reader, store, self._refresh, self._pace, self._tell)

    def _verify(self) -> None:
        full = self._full and not isinstance(self._reader.store, FollowedStore)  # a walk has just read them all
        waiting = next_to_verify(self._entry, full=full)
        self._verified = self._refresh.read(waiting, "Verifying threads")
        self._verified_all = len(waiting) < rounds.SCRUB
        slow = unverified(self._entry).filter(thread_id__in=self._entry.skipped)
        self._refresh.try_again({*self._stale, *slow.values_list("thread_id", flat=True)})

    def _finish(self, fingerprint: Fingerprint, *, looked: bool, sound: bool) -> None:
        entry, skipped = self._entry, self._refresh.skipped
        if looked or self._verified:
            self._count()
        if is_walking(entry):
            entry.error = entry.error_hint = ""
            self._lease.save(_COUNTED)
            return
        if set(entry.skipped).difference(skipped):
            entry.compare = LEFT_OUT
        entry.skipped = skipped
        entry.error, entry.error_hint = _told_of(len(skipped))
        if not entry.server or (looked and self._may_be_another_server()):
            entry.server = self._reader.store.read_facts().server
        entry.synced_at = self._began_at
        entry.fingerprint = fingerprint.rows or "" if sound and not skipped else ""
        self._lease.save(_TOLD)

    def _count(self) -> None:
        entry, tally = self._entry, read_tally(self._entry)
        if self._refresh.changed or self._refresh.removed or tally.checkpoints != entry.checkpoints:
            entry.hosts = hosts_of(entry)
        entry.threads, entry.checkpoints = tally.threads, tally.checkpoints

    def _may_be_another_server(self) -> bool:
        """One that was restarted has lost its counters, and all threads were compared."""
        followed = isinstance(self._reader.store, FollowedStore)
        return self._full or not followed or self._entry.compared_at == self._began_at


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
