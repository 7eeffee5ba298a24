"""Folds a ledger into the index: how often each host read each thread, and which threads are asked for in vain.

The ledger says which threads something was added to since the last time, and their sums are written anew, so that a
fold that dies or repeats does no harm. How far it came is written together with what it read. A pass
folds a bounded number of pages and the next one goes on. Trouble with a ledger is remembered for the pages and is no
trouble of the pass. Where there is no ledger, another one, or nothing in it any more, what was folded is taken away.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from inspector.errors import StoreError
from inspector.index.entries import write_entries
from inspector.index.halves import read_in_halves
from inspector.index.lease import Lease, LeaseTaken
from inspector.index.places import Places, note_identities, places_of
from inspector.index.reads import forget_old, forget_reads, write_reads
from inspector.index.rows import batched
from inspector.index.tallies import hosts_of
from inspector.index.unplaced import find_placed, unplaced
from inspector.index.whole import read_whole
from inspector.index.workers import Asked, Owned, own, sum_up
from inspector.ledger.base import THREADS, Counted, LedgerReader
from inspector.ledger.patience import PATIENCE
from inspector.ledger.position import reach
from inspector.models import UNKNOWN_TIME, StoreEntry, ThreadEntry
from inspector.reader import Reader
from inspector.stores.guard import deadline

logger = logging.getLogger(__name__)

#: Pages of changed threads that one pass folds.
PAGES = 20
#: Threads that the index has not met, read from the store at once.
BATCH = 200
#: Threads whose reads wait until the store can tell of them. Where there are more, it is the server that is slow.
UNTOLD = 1_000
#: Which rules made sums of a ledger's rows. Another number here makes every ledger be folded anew.
_RULES = 1


@dataclass(frozen=True, slots=True)
class FoldReport:
    """`more` when the ledger holds changes that the next pass goes on with; `error` when it could not be read."""

    threads: int
    more: bool
    error: str = ""
    hint: str = ""


def fold_ledger(
    lease: Lease, reader: Reader, ledger: LedgerReader | None, *, others: Sequence[Reader] = (), anew: bool = False
) -> FoldReport:
    """One fold of a store's ledger; None where it has none. `others` are the stores beside it, whose rows are not this
    one's; `anew` takes away what was folded before. A `StoreError` is remembered and told, not raised. Raises
    `LeaseTaken`."""
    entry = lease.entry
    try:
        if ledger is None:
            report = _fold_nothing(lease, reader, others)
        else:
            report = _Fold(lease, reader, ledger, others).run(anew)
    except LeaseTaken:
        raise
    except StoreError as error:
        if error.message != entry.ledger_error:
            logger.warning("%s %s", error.message, error.hint)
        note_trouble(entry.name, error.message, error.hint)
        return FoldReport(0, False, error.message, error.hint)
    except Exception as error:
        note_trouble(
            entry.name, f"The ledger could not be folded ({type(error).__name__}).", "The log has the details."
        )
        raise
    note_trouble(entry.name, "", "")
    return report


def fold_threads(
    lease: Lease, reader: Reader, ledger: LedgerReader, thread_ids: Sequence[str], *, others: Sequence[Reader] = ()
) -> None:
    """What a ledger says of these threads, out of turn: how far it is folded stays as it was. A `StoreError` is
    remembered as by a fold. Raises `LeaseTaken`."""
    try:
        _Fold(lease, reader, ledger, others).run_for(thread_ids)
    except StoreError as error:
        note_trouble(lease.entry.name, error.message, error.hint)


def note_trouble(store: str, error: str, hint: str) -> None:
    """Remembers for the pages why a store's ledger could not be read."""
    StoreEntry.objects.filter(name=store).update(ledger_error=error, ledger_error_hint=hint)


def _fold_nothing(lease: Lease, reader: Reader, others: Sequence[Reader]) -> FoldReport:
    """The store has no ledger. Its names are noted still: they tell its rows apart in the ledgers of others."""
    note_identities(reader, lease.entry)
    _begin(lease, "", places_of(reader, others), anew=False)
    return FoldReport(0, more=False)


def _begin(lease: Lease, ledger: str, places: Places, *, anew: bool) -> None:
    """Starts from the beginning where this is another ledger, or other identities tell its rows apart."""
    entry = lease.entry
    told = json.dumps([_RULES, sorted(places.here), sorted(places.there)])
    rule = hashlib.sha256(told.encode()).hexdigest()[:32]
    other = anew or entry.ledger != ledger
    if not other and rule == entry.ledger_rule:
        return
    with lease.writing():
        if other:
            forget_reads(entry)
            _update(entry, ledger_untold=[], ledger_seen_at=None)
        _update(entry, ledger=ledger, ledger_rule=rule, ledger_after="", ledger_unplaced={})


def _update(entry: StoreEntry, **values: object) -> None:
    for name, value in values.items():
        setattr(entry, name, value)
    StoreEntry.objects.filter(pk=entry.pk).update(**values)


class _Fold:
    def __init__(self, lease: Lease, reader: Reader, ledger: LedgerReader, others: Sequence[Reader]) -> None:
        self._lease = lease
        self._reader = reader
        self._entry = lease.entry
        self._ledger = ledger
        self._others = others
        self._places = Places()
        self._unplaced: dict[str, str] = {}

    def run(self, anew: bool) -> FoldReport:
        note_identities(self._reader, self._entry)
        self._places = places_of(self._reader, self._others)
        with deadline(PATIENCE):  # the store's next pass waits for this, and a ledger may keep silent
            exists = self._ledger.exists()
        emptied = not exists and bool(self._entry.ledger_after)
        _begin(self._lease, self._ledger.safe_url, self._places, anew=anew or emptied)
        if not exists:
            return FoldReport(0, more=False)
        self._rewind()
        self._settle_gone()
        self._settle_untold()
        threads, more = self._fold_pages()
        with self._lease.writing():
            forget_old(self._entry)
            _update(self._entry, ledger_seen_at=timezone.now())
        return FoldReport(threads, more)

    def run_for(self, thread_ids: Sequence[str]) -> None:
        self._places = places_of(self._reader, self._others)
        for batch in batched(list(thread_ids), THREADS):
            self._fold(batch)

    def _rewind(self) -> None:
        """Goes back to the first counts of workers that know by now which data they had counted at: they may be
        another store's."""
        waiting = self._entry.ledger_unplaced
        if not waiting:
            return
        placed, left = find_placed(waiting, self._ledger.read_workers().reports)
        after = min([self._entry.ledger_after, *(waiting[name] for name in placed)], key=reach)
        if left != waiting or after != self._entry.ledger_after:
            _update(self._entry, ledger_unplaced=left, ledger_after=after)

    def _settle_gone(self) -> None:
        """Threads that left the store: whether somebody has asked for them since."""
        gone = ThreadEntry.every.filter(store=self._entry, stored__in=(False,), verified_at=UNKNOWN_TIME)
        thread_ids = list(gone.values_list("thread_id", flat=True)[:THREADS])
        if thread_ids:
            self._fold(thread_ids)

    def _settle_untold(self) -> None:
        """Threads that were too slow to read when they were folded, and that the pass before this did not leave out."""
        slow = set(self._entry.skipped)
        thread_ids = [thread_id for thread_id in self._entry.ledger_untold if thread_id not in slow][:THREADS]
        if thread_ids:
            self._fold(thread_ids)

    def _fold_pages(self) -> tuple[int, bool]:
        """How many threads were folded, and whether there are more."""
        threads = 0
        for _ in range(PAGES):
            changes = self._ledger.read_changes(self._entry.ledger_after)
            self._fold(changes.thread_ids, changes.after)
            threads += len(changes.thread_ids)
            if not changes.more:
                return threads, False
        return threads, True

    def _fold(self, thread_ids: Sequence[str], after: str | None = None) -> None:
        """Writes the sums of these threads, and `after` as how far the ledger is folded."""
        self._lease.renew()
        asked = self._ask_ledger(thread_ids)
        untold = self._ask_store([thread_id for thread_id, sums in asked.items() if sums is not None])
        if not asked and after == self._entry.ledger_after:
            return
        with self._lease.writing() as held:
            write_reads(self._entry, asked, untold)
            hosts = hosts_of(self._entry)
            if hosts != held.hosts:
                _update(self._entry, hosts=hosts)
            left = [*(waiting for waiting in held.ledger_untold if waiting not in asked), *sorted(untold)][-UNTOLD:]
            if left != held.ledger_untold:
                _update(self._entry, ledger_untold=left)
            if self._unplaced.keys() - held.ledger_unplaced.keys():
                _update(self._entry, ledger_unplaced={**self._unplaced, **held.ledger_unplaced})
            if after is not None:
                _update(self._entry, ledger_after=after)

    def _ask_ledger(self, thread_ids: Sequence[str]) -> dict[str, Asked | None]:
        asked: dict[str, Asked | None] = dict.fromkeys(thread_ids)
        for counted in read_whole(self._ledger, thread_ids):
            asked |= self._sum_up(counted)
        return asked

    def _sum_up(self, counted: Sequence[Counted]) -> dict[str, Asked]:
        self._unplaced |= dict.fromkeys(unplaced(counted), self._entry.ledger_after)
        rows: dict[str, list[Owned]] = {}
        for row in own(counted, self._places.here, self._places.there):
            rows.setdefault(row.counted.thread_id, []).append(row)
        return {thread_id: sum_up(theirs) for thread_id, theirs in rows.items()}

    def _ask_store(self, thread_ids: Sequence[str]) -> set[str]:
        """Reads threads that the index has not met, so that one whose checkpoints are seconds old is never called
        absent. Returns those that the store could not tell of in time; once a pass has read them, they are folded."""
        rows = ThreadEntry.every.filter(store=self._entry, thread_id__in=thread_ids)  # asked for `stored`, SQLite scans
        slow = set(self._entry.skipped)
        unmet = set(thread_ids) - {thread_id for thread_id, stored in rows.values_list("thread_id", "stored") if stored}
        untold = unmet & slow
        for batch in batched(sorted(unmet - slow), BATCH):
            for part in read_in_halves(self._reader, self._lease, batch):
                if part.too_long is not None:
                    untold |= set(part.thread_ids)
                elif found := [summary.row.thread_id for summary in part.summaries]:
                    write_entries(self._lease, found, part.summaries, part.read_at)
        return untold
