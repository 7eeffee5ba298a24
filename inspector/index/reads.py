"""What a ledger says of threads, into the index's rows. Absolute values: writing them twice changes nothing.

All of it belongs in a transaction of `Lease.writing`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from inspector.index.entries import UNSTORED
from inspector.index.missed import tell_row, told_nothing
from inspector.index.replace import replace
from inspector.index.rows import Did, EntryRow, Known, batched, read_known, read_rows
from inspector.index.workers import Asked, several_write
from inspector.models import StoreEntry, ThreadEntry

#: Threads that the store does not hold are forgotten when nobody asked for them for so long.
KEEP = timedelta(days=30)
#: Bytes of an id that the index takes on a ledger's word. Much longer ones go into no unique index of Postgres, so no
#: store there holds them either.
LONGEST_ID = 2_000
#: Rows of forgotten threads that one pass takes away.
FORGOTTEN = 2_000
_BATCH = 2_000


def write_reads(store: StoreEntry, asked: Mapping[str, Asked | None], untold: Collection[str]) -> None:
    """Puts the sums into the rows of these threads; None stands for a thread of which the ledger tells nothing.

    One that has no row as a stored thread is taken not to be in the store, and gets a row of its own where somebody
    asked for it in vain; of the `untold` ones nobody knows.
    """
    now = timezone.now()
    before = read_known(store, list(asked))
    after: dict[str, Known | None] = {}
    for thread_id, sums in asked.items():
        known = before.get(thread_id)
        if known is not None and known.row.stored:
            after[thread_id] = _told(known, sums)
        elif thread_id not in untold:
            kept = sums is not None and _is_kept(thread_id, sums, now)
            after[thread_id] = _absent(store, thread_id, sums, now, known) if sums is not None and kept else None
    replace(store, before, after, now)


def forget_reads(store: StoreEntry) -> None:
    """Takes away everything that came from a ledger."""
    told = ThreadEntry.every.filter(Q(stored__in=(False,)) | Q(reads__isnull=False), store=store)
    _forget(store, list(told.values_list("pk", flat=True)))


def forget_old(store: StoreEntry) -> None:
    """Takes away the rows of threads that nobody asked for any more, a bounded number of them."""
    old = ThreadEntry.every.filter(store=store, stored__in=(False,), last_at__lt=timezone.now() - KEEP)
    _forget(store, list(old.values_list("pk", flat=True)[:FORGOTTEN]))


def _forget(store: StoreEntry, rows: list[int]) -> None:
    for some in batched(rows, _BATCH):
        before = {known.row.thread_id: known for known in read_rows(some)}
        after = {thread_id: _told(known, None) if known.row.stored else None for thread_id, known in before.items()}
        replace(store, before, after, timezone.now())


def _told(known: Known, sums: Asked | None) -> Known:
    """A stored thread with what the ledger says of it now."""
    workers = _workers(known, sums)
    found = Known(tell_row(known.row, sums), workers)
    named = {hostname: did.writes for hostname, did in workers.items()}
    found.row = found.row._replace(several_hosts=several_write(named, found.reported()))
    return found


def _is_kept(thread_id: str, sums: Asked, now: datetime) -> bool:
    """Whether a thread that the store does not hold has a row."""
    return sums.in_vain and sums.last_at > now - KEEP and len(thread_id.encode()) <= LONGEST_ID


def _absent(store: StoreEntry, thread_id: str, sums: Asked, now: datetime, known: Known | None) -> Known:
    row = EntryRow(
        **UNSTORED,
        **told_nothing(),
        id=known.row.id if known is not None else None,
        store_id=store.pk,
        thread_id=thread_id,
        first_at=sums.first_at,
        last_at=sums.last_at,
        verified_at=now,
    )
    return Known(tell_row(row, sums), _workers(known, sums))


def _workers(known: Known | None, sums: Asked | None) -> dict[str, Did]:
    """Hosts that the ledger no longer names keep what the store holds of them, or go."""
    before = known.workers if known is not None else {}
    wrote = {hostname: Did(did.writes) for hostname, did in before.items() if did.writes}
    told = {
        hostname: Did(
            wrote[hostname].writes if hostname in wrote else 0, one.reads, one.misses, one.reported, one.elsewhere
        )
        for hostname, one in (sums.hosts if sums is not None else {}).items()
    }
    return {**wrote, **told}
