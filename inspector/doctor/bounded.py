"""A store looked at without an index of it: its newest threads, within a bounded time, read into a throwaway one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from time import monotonic as _now

from django.utils import timezone

from inspector.errors import StoreTimeout
from inspector.index.asking import ask_all
from inspector.index.connections import all_readers, get_ledger
from inspector.index.entries import write_entries
from inspector.index.fold import fold_ledger, fold_threads
from inspector.index.halves import read_in_halves
from inspector.index.lease import Lease, lease_of
from inspector.index.places import note_identities
from inspector.index.rows import batched
from inspector.index.tallies import hosts_of, read_tally
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import storable
from inspector.reader import Reader
from inspector.stores.guard import deadline
from inspector.stores.newest import Newest, NewestStore

#: Threads that are read, and checkpoints among which the newest ones are looked for.
THREADS, CHECKPOINTS = 5_000, 50_000
#: Seconds that all of it may take; the ledger has what the store leaves, and this much at least.
SECONDS, _LEDGER = 20.0, 3.0
#: Threads read by one query: few, so that a slow store is left in time.
_BATCH = 100

Tell = Callable[[int, int], None]  #: threads read, of how many


@dataclass(frozen=True, slots=True)
class Glance:
    """What was read. `whole` says that it is all of the store; else `of` is about how many threads the store holds,
    None where that cannot be told."""

    threads: int
    whole: bool
    of: int | None


def read_newest(reader: Reader, *, seconds: float = SECONDS, tell: Tell = lambda done, total: None) -> Glance:
    """Reads a store that the index has not met. Of one that is read whole, the index then says so. Raises
    `StoreError` where the store does not answer at all."""
    until = _now() + seconds
    entry, _ = StoreEntry.objects.get_or_create(name=reader.store.name)
    _greet(reader)
    with lease_of(entry) as lease:
        with deadline(seconds):
            note_identities(reader, entry)
            newest = _find(reader)
            wanted = newest.thread_ids(THREADS)
            complete = _read(lease, reader, wanted, until, tell)
        read = read_tally(entry)
        whole = newest.whole and complete and len(wanted) == len(newest.last_ids)
        _fold(lease, reader, wanted, max(until - _now(), _LEDGER))
        _note(entry, whole=whole)
    return Glance(read.threads, whole, read.threads if whole else _total(newest, read.threads, read.checkpoints))


def _greet(reader: Reader) -> None:
    """A server that hangs is not waited for as long as a read of many threads may take."""
    heard = ask_all([reader], "facts", lambda one: one.store.read_facts())[reader.store.name]
    if heard.error is not None:
        raise heard.error


def _find(reader: Reader) -> Newest:
    store = reader.store
    if isinstance(store, NewestStore):
        return store.find_newest(CHECKPOINTS)
    with closing(store.iter_thread_counts()) as counts:
        listed = list(counts)
    last_ids = {count.thread_id: count.last_checkpoint_id for count in listed}
    return Newest(last_ids, True, sum(count.checkpoints for count in listed))


def _read(lease: Lease, reader: Reader, wanted: Sequence[str], until: float, tell: Tell) -> bool:
    """False when the time was over before all of them were read."""
    done = 0
    try:
        for batch in batched([one for one in wanted if storable(one) == one], _BATCH):
            if _now() > until:
                return False
            for part in read_in_halves(reader, lease, batch):
                if part.too_long is None:
                    write_entries(lease, part.thread_ids, part.summaries, part.read_at)
            done += len(batch)
            tell(done, len(wanted))
    except StoreTimeout:
        return False
    return True


def _fold(lease: Lease, reader: Reader, wanted: Sequence[str], seconds: float) -> None:
    """All of a ledger where that is soon done, and of a longer one what it says of the threads that were read."""
    others = [other for other in all_readers().values() if other.store.name != reader.store.name]
    with deadline(seconds):
        ledger = get_ledger(reader.store.name)
        report = fold_ledger(lease, reader, ledger, others=others)
        if report.more and ledger is not None:
            fold_threads(lease, reader, ledger, wanted, others=others)


def _note(entry: StoreEntry, *, whole: bool) -> None:
    held = read_tally(entry)
    entry.threads, entry.checkpoints, entry.hosts = held.threads, held.checkpoints, hosts_of(entry)
    entry.synced_at = timezone.now() if whole else None
    entry.save(update_fields=["threads", "checkpoints", "hosts", "synced_at"])


def _total(newest: Newest, threads: int, checkpoints: int) -> int | None:
    """As many as there would be if all had as many checkpoints as those that were read."""
    if newest.checkpoints is None or newest.checkpoints < 0 or not checkpoints:
        return None
    return max(len(newest.last_ids), round(newest.checkpoints * threads / checkpoints))
