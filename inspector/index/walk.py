"""The walk through all threads of a store in its own order, each read once: the first build, and a full pass.

How far it came is written down with every step, so that a process which is killed loses the step it was at and no more.
"""

from __future__ import annotations

import time

from django.utils import timezone

from inspector.errors import ReadTooLong
from inspector.index.ahead import Scans, scans_of
from inspector.index.follow import SETTLE
from inspector.index.lazy import drop_lazy_indexes, make_lazy_indexes
from inspector.index.lease import Lease
from inspector.index.pace import SLICE, Pace
from inspector.index.progress import Progress
from inspector.index.refresh import Refresh
from inspector.index.tallies import read_tally
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import Reader
from inspector.stores.followed import FollowedStore

#: Checkpoints that one step reads, about: to begin with, at least and at most. Where even so few take too long, the
#: step is made ever smaller, down to the one thread that is to be left out.
_FIRST, _FEWEST, _MOST = 5_000, 50, 50_000
#: A first build of so many checkpoints does without the indexes that it can make faster at its end.
_LARGE = 100_000
_FIELDS = ["walk_after", "walk_began_at", "walk_done", "walk_total", "walk_seconds"]
_BEGUN = ["position", "proven", "checkpoints_apart", "writes_apart", "compare", "fingerprint"]


def is_walking(entry: StoreEntry) -> bool:
    return entry.walk_after is not None


def begin_walk(entry: StoreEntry, store: FollowedStore) -> None:
    changes = store.read_changes("")
    entry.position = entry.proven = changes.position  # what comes after it will be followed
    entry.checkpoints_apart = None if changes.checkpoints is None else -changes.checkpoints
    entry.writes_apart = None if changes.writes is None else -changes.writes
    entry.compare, entry.fingerprint = "walk", ""  # so that every pass goes on with it
    entry.walk_after = ""
    entry.walk_began_at = timezone.now()
    entry.walk_done = 0
    entry.walk_total = store.read_extent()
    entry.walk_seconds = 0.0
    entry.save(update_fields=[*_FIELDS, *_BEGUN])
    if (entry.walk_total or 0) > _LARGE and not ThreadEntry.every.exists():
        drop_lazy_indexes()


def walk(lease: Lease, reader: Reader, store: FollowedStore, refresh: Refresh, pace: Pace, tell: Progress) -> bool:
    """Goes on for a slice of time, and until it came further: reads that are cut may take longer than that. True when
    it came to the end: then what the index held before and the walk has not met is read once more, and goes where it is
    gone."""
    entry = lease.entry
    started, size, came_from = time.monotonic(), _FIRST, entry.walk_after
    with scans_of(reader, store, ahead=pace.unsparing) as scans:
        while entry.walk_after == came_from or time.monotonic() - started < SLICE:
            lease.renew()
            began, came_from = time.monotonic(), entry.walk_after
            with pace.step():
                size = _step(entry, scans, store, refresh, size, pace.stride)
            entry.walk_seconds += time.monotonic() - began
            if entry.walk_after is None:
                _end(lease, refresh)
                return True
            lease.save(_FIELDS)
            tell("Reading threads", entry.walk_done, max(entry.walk_total or 0, entry.walk_done))
    return False


def _step(entry: StoreEntry, scans: Scans, store: FollowedStore, refresh: Refresh, size: int, stride: float) -> int:
    """Reads the next threads. Returns how many checkpoints the next step should read, so that it takes its stride."""
    after = entry.walk_after or ""
    try:
        scanned = scans.take(after, size)
    except ReadTooLong:
        if size > 1:
            return max(1, size // 4)
        slow = store.read_next(after)
        if slow and not refresh.leave_out(slow):
            raise
        entry.walk_after = slow or None
        return size
    size = int(min(_MOST, max(_FEWEST, size * min(2.0, stride / max(scanned.seconds, 0.001)))))
    scans.begin(scanned.last, size)
    refresh.write([], scanned.summaries, scanned.read_at)
    entry.walk_after = scanned.last or None
    entry.walk_done += sum(summary.row.checkpoints for summary in scanned.summaries)
    return size


def _end(lease: Lease, refresh: Refresh) -> None:
    entry = lease.entry
    unmet = ThreadEntry.objects.filter(store=entry, verified_at__lt=entry.walk_began_at)
    refresh.read(list(unmet.values_list("thread_id", flat=True)), "Looking for threads that are gone")
    held = read_tally(entry)
    if entry.checkpoints_apart is not None:
        entry.checkpoints_apart += held.checkpoints
    if entry.writes_apart is not None:
        entry.writes_apart += held.writes
    make_lazy_indexes()
    entry.walk_after = None
    entry.compare, entry.compared_at = SETTLE, entry.walk_began_at
    lease.save([*_FIELDS, "checkpoints_apart", "writes_apart", "compare", "compared_at"])
