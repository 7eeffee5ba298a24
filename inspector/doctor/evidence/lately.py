"""Threads of a stretch of time, as rules ask the index for them: by state or flag, newest first, and how many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from django.db.models import Sum

from inspector.domain.text import count_noun, thousands
from inspector.index.queries import Row, ThreadQuery, find_threads
from inspector.models import HourTally

if TYPE_CHECKING:
    from inspector.doctor.case import Case

#: What happened within it is going on still. What is older is mended, or has stopped by itself.
DAY = timedelta(days=1)
#: A run that nobody writes to for so long has ended, well or not; one that failed would have been tried again.
SETTLED = timedelta(minutes=30)
#: Threads that are listed, and looked at for mutes.
_LISTED = 60


@dataclass(frozen=True, slots=True)
class Found:
    """The newest of some threads, without the muted ones, and how many there are, or at least are (`exact`). Where only
    the newest are listed, as many of the others are taken to be muted."""

    rows: tuple[Row, ...]
    total: int
    exact: bool = True


def find(
    case: Case,
    slug: str,
    *,
    state: str = "",
    flag: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Found:
    """Stored threads of a state or with a flag and their last activity in that time. `slug` is the rule whose mutes
    hold."""
    query = ThreadQuery(state=state, flag=flag, since=since, until=until, limit=_LISTED)
    page = find_threads(case.entry, query, case.moment, sight=case.reader.sight)
    rows = tuple(row for row in page.rows if not case.mutes.thread(slug, row.entry.thread_id))
    total = page.total * len(rows) // len(page.rows) if rows else 0
    return Found(rows, total, page.total_is_exact)


def count_active(case: Case, since: datetime) -> int:
    """Threads that were active or began since then; at least so many where they are too many to count."""
    active = find_threads(case.entry, ThreadQuery(since=since, limit=1), case.moment, sight=case.reader.sight).total
    begun = HourTally.objects.filter(store=case.entry, by="all", hour__gte=since).aggregate(n=Sum("threads"))["n"]
    return max(active, begun or 0)


def within(rows: tuple[Row, ...], *, least: int, most: int, seconds: float) -> Iterator[Row]:
    """Some rows to be looked at in the store: at least some, and more of them while the time lasts."""
    until = monotonic() + seconds
    for number, row in enumerate(rows[:most]):
        if number >= least and monotonic() > until:
            return
        yield row


def settled_before(case: Case) -> datetime:
    """What was written before then has been left: for half an hour, or for as long as makes an orphan where that is
    longer."""
    return case.moment.now - max(SETTLED, timedelta(seconds=case.moment.orphan_after))


def in_words(found: Found) -> str:
    """ "1 thread", "At least 5,000 threads"."""
    return f"{'' if found.exact else 'At least '}{count_noun(found.total, 'thread')}"


def share_in_words(found: Found, active: int) -> str:
    """ "4 of 12 threads", "None of 12 threads"."""
    many = thousands(found.total) if found.total else "None"
    return f"{'' if found.exact else 'At least '}{many} of {count_noun(active, 'thread')}"
