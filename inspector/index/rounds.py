"""Rounds of verifying: rows that were rewritten in place change no count, so every thread is read once more.

When the server's counters say that there may be such rows, a round begins, and each pass verifies some threads of it,
those first that were not verified for longest. It ends whatever is written meanwhile; counters that move during a round
make one more follow it. Where the server cannot tell, one round follows the other.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from inspector.models import StoreEntry, ThreadEntry
from inspector.stores.base import Fingerprint

#: Threads verified by one pass after rows were rewritten. A full pass verifies them all.
SCRUB = 2_000
#: Where more are left than this, nobody wants to know how many.
_MANY = 100_000


def note_rewrites(entry: StoreEntry, fingerprint: Fingerprint, *, looked: bool, full: bool) -> bool:
    """Begins a round, unless one is under way: then says whether another has to follow. What was verified before the
    fingerprint was read may have been rewritten before it, too."""
    unknown = fingerprint.rewrites is None
    moved = not unknown and fingerprint.rewrites != entry.rewrites
    if not (full or moved or (unknown and looked)):
        return False
    under_way = unverified(entry).exclude(thread_id__in=entry.skipped).exists()
    if full or not under_way:
        entry.rewritten_at = timezone.now()
        entry.rewrites = fingerprint.rewrites or ""
        entry.save(update_fields=["rewritten_at", "rewrites"])
        return False
    return moved


def unverified(entry: StoreEntry) -> QuerySet[ThreadEntry]:
    """Threads that this round has yet to verify."""
    threads = ThreadEntry.objects.filter(store=entry)
    since = entry.rewritten_at
    return threads.filter(verified_at__lt=since) if since else threads.none()


def next_to_verify(entry: StoreEntry, *, full: bool) -> list[str]:
    """Threads that may have been rewritten, longest unverified first."""
    waiting = unverified(entry).exclude(thread_id__in=entry.skipped).order_by("verified_at")
    return list(waiting.values_list("thread_id", flat=True)[: None if full else SCRUB])


def count_left(entry: StoreEntry, skipped: list[str]) -> int:
    """At most 100,000."""
    left = unverified(entry).exclude(thread_id__in=skipped).order_by()[:_MANY]
    return left.count() if entry.rewritten_at else 0
