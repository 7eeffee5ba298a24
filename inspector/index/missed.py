"""Threads with reads that found nothing where something should be: one rule, for the database and for one row.

The first read of every new thread misses and is no fault. So a miss counts when it came after the first checkpoint,
here or elsewhere. Where no read found anything it counts, too, unless it was just that first one: there were more, the
id looks made anew for each, or nobody wrote.
"""

from __future__ import annotations

from django.db.models import F, Q

from inspector.index.entries import ABSENT
from inspector.models import UNKNOWN_TIME, ThreadEntry


def is_missed() -> Q:
    late = Q(last_miss_at__gt=F("first_at"), first_at__gt=UNKNOWN_TIME) | Q(last_miss_at__gt=F("elsewhere_at"))
    unwritten = Q(state=ABSENT, elsewhere_at=None)
    never_found = Q(misses=F("reads")) & (Q(random_id=True) | Q(reads__gt=1) | unwritten)
    return Q(misses__gt=0) & (late | never_found)


def has_missed(entry: ThreadEntry) -> bool:
    """What `is_missed` asks the database."""
    reads, misses, missed_at = entry.reads or 0, entry.misses or 0, entry.last_miss_at or UNKNOWN_TIME
    elsewhere = entry.elsewhere_at
    late = missed_at > entry.first_at > UNKNOWN_TIME or (elsewhere is not None and missed_at > elsewhere)
    unwritten = entry.state == ABSENT and elsewhere is None
    never_found = misses == reads and (entry.random_id or reads > 1 or unwritten)
    return misses > 0 and (late or never_found)
