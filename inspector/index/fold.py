"""Folds a ledger into the index: how often each host read each thread, and which threads are asked for in vain.

The ledger says which threads something was added to since the last time, and their sums are written anew, so that a
fold that dies, repeats or meets another does no harm. How far it came is written together with what it read. A pass
folds a bounded number of pages and the next one goes on. Trouble with a ledger is remembered for the pages and is no
trouble of the pass.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from inspector.errors import ReadTooLong, StoreError
from inspector.index.entries import write_entries
from inspector.index.listing import batched
from inspector.index.reads import HOSTS, forget_old, forget_reads, write_reads
from inspector.index.workers import Asked, Owned, own, sum_up
from inspector.ledger.base import THREADS, LedgerReader
from inspector.models import UNKNOWN_TIME, StoreEntry, ThreadEntry
from inspector.reader import Reader

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
    """`more` when the ledger holds changes that the next pass goes on with."""

    threads: int
    more: bool


def fold_ledger(
    reader: Reader, ledger: LedgerReader, *, others: Sequence[Reader] = (), anew: bool = False
) -> FoldReport:
    """One fold of a store's ledger. `others` are the stores beside it, whose rows are not this one's; `anew` takes
    away what was folded before. A `StoreError` is remembered, not raised."""
    entry, _ = StoreEntry.objects.get_or_create(name=reader.store.name)
    try:
        report = _Fold(reader, entry, ledger, others).run(anew)
    except StoreError as error:
        if error.message != entry.ledger_error:
            logger.warning("%s %s", error.message, error.hint)
        note_trouble(entry.name, error.message, error.hint)
        return FoldReport(0, more=False)
    except Exception as error:
        note_trouble(
            entry.name, f"The ledger could not be folded ({type(error).__name__}).", "The log has the details."
        )
        raise
    note_trouble(entry.name, "", "")
    return report


def note_trouble(store: str, error: str, hint: str) -> None:
    """Remembers for the pages why a store's ledger could not be read."""
    StoreEntry.objects.filter(name=store).update(ledger_error=error, ledger_error_hint=hint)


class _Fold:
    def __init__(self, reader: Reader, entry: StoreEntry, ledger: LedgerReader, others: Sequence[Reader]) -> None:
        self._reader = reader
        self._entry = entry
        self._ledger = ledger
        self._others = others
        self._here: list[str] = []
        self._there: list[str] = []

    def run(self, anew: bool) -> FoldReport:
        if not self._ledger.exists():  # or no more: what comes next is another one
            self._update(ledger_after="")
            forget_old(self._entry)
            return FoldReport(0, more=False)
        self._here, self._there = self._read_identities(), self._identities_of_others()
        self._begin(anew)
        self._settle_gone()
        self._settle_untold()
        threads, more = self._fold_pages()
        forget_old(self._entry)
        self._update(ledger_seen_at=timezone.now())
        return FoldReport(threads, more)

    def _read_identities(self) -> list[str]:
        """Names that the store goes by now, and those before: workers that reported before a server was restarted may
        know it by another. They are forgotten when none is left, for that is another store under the same name."""
        now = self._reader.store.read_identities()
        before = self._entry.identities if set(now) & set(self._entry.identities) else []
        return sorted({*before, *now})

    def _identities_of_others(self) -> list[str]:
        known = dict(StoreEntry.objects.values_list("name", "identities"))
        found: set[str] = set()
        for other in self._others:
            names = known.get(other.store.name) or []
            with suppress(StoreError):  # one that was never read and is down: what it holds will be told apart later
                names = names or other.store.read_identities()
            found |= set(names)
        return sorted(found)

    def _begin(self, anew: bool) -> None:
        """Starts from the beginning where this is another ledger, or other identities tell its rows apart."""
        told = json.dumps([_RULES, self._here, self._there])
        rule = hashlib.sha256(told.encode()).hexdigest()[:32]
        other = anew or self._entry.ledger != self._ledger.safe_url
        if not other and rule == self._entry.ledger_rule:
            return
        with transaction.atomic():
            if other:
                forget_reads(self._entry)
            self._update(identities=self._here, ledger=self._ledger.safe_url, ledger_rule=rule, ledger_after="")

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
            after = self._entry.ledger_after
            changes = self._ledger.read_changes(after)
            if not self._fold(changes.thread_ids, changes.after):
                return threads, False  # another pass folds the same ledger
            threads += len(changes.thread_ids)
            if not changes.more:
                return threads, False
        return threads, True

    def _fold(self, thread_ids: Sequence[str], after: str | None = None) -> bool:
        """Writes the sums of these threads, and `after` as how far the ledger is folded. False when another pass came
        farther meanwhile: what was read here may be older than what it wrote."""
        asked = self._ask_ledger(thread_ids)
        untold = self._ask_store([thread_id for thread_id, sums in asked.items() if sums is not None])
        if not asked and after == self._entry.ledger_after:
            return True
        with transaction.atomic():
            held = StoreEntry.objects.select_for_update().get(pk=self._entry.pk)
            if held.ledger_after != self._entry.ledger_after:
                return False
            names = write_reads(self._entry, asked, untold) if asked else set()
            hosts = sorted({*held.hosts, *names})[:HOSTS]
            if hosts != held.hosts:
                self._update(hosts=hosts)
            left = [*(waiting for waiting in held.ledger_untold if waiting not in asked), *sorted(untold)][-UNTOLD:]
            if left != held.ledger_untold:
                self._update(ledger_untold=left)
            if after is not None:
                self._update(ledger_after=after)
        return True

    def _ask_ledger(self, thread_ids: Sequence[str]) -> dict[str, Asked | None]:
        rows: dict[str, list[Owned]] = {}
        counted = self._ledger.read_counts(thread_ids).rows if thread_ids else ()
        for row in own(counted, self._here, self._there):
            rows.setdefault(row.counted.thread_id, []).append(row)
        return {thread_id: sum_up(rows[thread_id]) if thread_id in rows else None for thread_id in thread_ids}

    def _ask_store(self, thread_ids: Sequence[str]) -> set[str]:
        """Reads threads that the index has not met, so that one whose checkpoints are seconds old is never called
        absent. Returns those that the store could not tell of in time; once a pass has read them, they are folded."""
        met = ThreadEntry.objects.filter(store=self._entry, thread_id__in=thread_ids)
        slow = set(self._entry.skipped)
        unmet = set(thread_ids).difference(met.values_list("thread_id", flat=True))
        untold = unmet & slow
        for batch in batched(sorted(unmet - slow), BATCH):
            untold |= self._read(batch)
        return untold

    def _read(self, thread_ids: list[str]) -> set[str]:
        claim = StoreEntry.objects.values_list("fingerprint", flat=True).get(pk=self._entry.pk)
        read_at = timezone.now()
        try:
            summaries = self._reader.read_summaries(thread_ids)
        except ReadTooLong:
            half = len(thread_ids) // 2
            return self._read(thread_ids[:half]) | self._read(thread_ids[half:]) if half else set(thread_ids)
        if found := [summary.row.thread_id for summary in summaries]:
            write_entries(self._entry, found, summaries, read_at, claim=claim)
        return set()

    def _update(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self._entry, name, value)
        StoreEntry.objects.filter(pk=self._entry.pk).update(**values)
