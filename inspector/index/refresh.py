"""Reading threads anew, in as few reads as their time budget allows, and writing what was found.

A thread that cannot be read within the time budget holds up no other: its batch is halved down to it, and it is left
out. As long as one is left out every pass looks, and reads those that were left out before after all the others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from inspector.index.entries import write_entries
from inspector.index.halves import read_in_halves
from inspector.index.lease import Lease
from inspector.index.pace import Pace
from inspector.index.progress import Progress
from inspector.index.rows import batched
from inspector.models import StoreEntry
from inspector.reader import Reader, ThreadSummary

#: Threads recomputed by one query of the store.
BATCH = 200
#: Threads in a row that may take too long before the pass fails: then it is the server that is slow. So many of those
#: that the last pass left out are tried again.
LEFT_OUT = 10


class Refresh:
    """Counts what a pass has read and removed, and knows which threads it had to leave out."""

    def __init__(self, reader: Reader, lease: Lease, pace: Pace, tell: Progress) -> None:
        self._reader = reader
        self._lease = lease
        self._pace = pace
        self._tell = tell
        self._slow: list[str] = lease.entry.skipped  #: left out by the last pass, so read after all others
        self._in_a_row = 0
        self.skipped: list[str] = []
        self.changed = 0
        self.removed = 0

    def read(self, thread_ids: Collection[str], phase: str) -> int:
        """All of these but those that are known to be slow. Returns how many were found."""
        slow = {*self._slow, *self.skipped}
        return self._read_all([thread_id for thread_id in thread_ids if thread_id not in slow], phase, BATCH)

    def try_again(self, wanted: Collection[str]) -> None:
        """Those of the wanted threads that the last pass left out; the rest of these have their turn in the next."""
        waiting = [thread_id for thread_id in self._slow if thread_id in wanted and thread_id not in self.skipped]
        self._in_a_row = 0
        self._read_all(waiting[:LEFT_OUT], "Trying threads again", 1)
        self.skipped = waiting[LEFT_OUT:] + self.skipped

    def write(self, asked: Sequence[str], summaries: Sequence[ThreadSummary], read_at: datetime) -> None:
        self._in_a_row = 0
        self.removed += write_entries(self._lease, asked, summaries, read_at)
        self.changed += len(summaries)

    def leave_out(self, thread_id: str) -> bool:
        """Remembered at once: finding it was expensive, and this pass may yet die. False when it is one too many."""
        self.skipped.append(thread_id)
        self._in_a_row += 1
        known = list(dict.fromkeys([*self._slow, *self.skipped]))
        StoreEntry.objects.filter(pk=self._lease.entry.pk).update(skipped=known)
        return self._in_a_row <= LEFT_OUT

    def _read_all(self, thread_ids: Sequence[str], phase: str, size: int) -> int:
        before = self.changed
        for done, batch in enumerate(batched(thread_ids, size)):
            self._tell(phase, done * size, len(thread_ids))
            with self._pace.step():
                for part in read_in_halves(self._reader, self._lease, batch):
                    if part.too_long is None:
                        self.write(part.thread_ids, part.summaries, part.read_at)
                    elif not self.leave_out(part.thread_ids[0]):
                        raise part.too_long
        return self.changed - before
