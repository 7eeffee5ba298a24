"""Thread summaries into the index's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from inspector.domain.coordinates import looks_random
from inspector.index.missed import TOLD, tell
from inspector.index.workers import several_write
from inspector.models import ABSENT, UNKNOWN_TIME, StoreEntry, ThreadEntry, ThreadWorker
from inspector.reader import ThreadSummary

#: What the store does not say: the row's key, and what the ledger says of its reads.
_NOT_WRITTEN = ("id", "store", "thread_id", *TOLD)
_WRITTEN = [field.name for field in ThreadEntry._meta.concrete_fields if field.name not in _NOT_WRITTEN]
#: What a row says of a thread that the store does not hold.
UNSTORED: dict[str, Any] = {
    "stored": False,
    "state": ABSENT,
    "turns": 0,
    "turns_is_lower_bound": False,
    "checkpoints": 0,
    "writes": 0,
    "namespaces": 0,
    "last_checkpoint_id": "",
    "owner": "",
    "metadata": {},
    "random_id": False,
    "several_hosts": False,
    "siblings": False,
    "clock_skew": False,
    "rebuilt_values": False,
}


def write_entries(
    store: StoreEntry, asked: Sequence[str], summaries: Sequence[ThreadSummary], read_at: datetime, *, claim: str
) -> int:
    """Replaces the rows of the asked threads by their summaries, read no earlier than `read_at`; those without a
    summary are removed. Returns how many were. Where `claim` is not the store's fingerprint any more, another pass
    writes too, perhaps from a later reading: then no fingerprint is known, and the next pass looks again."""
    found = {summary.row.thread_id for summary in summaries}
    gone = [thread_id for thread_id in asked if thread_id not in found]
    with transaction.atomic():
        held = StoreEntry.objects.select_for_update().get(pk=store.pk)  # a pass that begins now waits for this one
        if held.fingerprint != claim:
            StoreEntry.objects.filter(pk=store.pk).update(fingerprint="")
        reported = _read_reported(store, [*found])
        made = [entry_of(store, summary, read_at, reported.get(summary.row.thread_id, {})) for summary in summaries]
        _tell_all(store, made)
        entries = ThreadEntry.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["store", "thread_id"],
            update_fields=_WRITTEN,
        )
        _write_workers(entries, summaries)
        return _remove(store, gone)


def _tell_all(store: StoreEntry, entries: Sequence[ThreadEntry]) -> None:
    """Puts in what the ledger says in the rows that these replace: whether reads missed depends on both."""
    rows = ThreadEntry.every.filter(store=store, reads__isnull=False)
    told = {row.thread_id: row for row in rows.filter(thread_id__in=[entry.thread_id for entry in entries])}
    for entry in entries:
        tell(entry, told.get(entry.thread_id))


def _remove(store: StoreEntry, thread_ids: Sequence[str]) -> int:
    """Rows of threads that are gone. Those that a ledger knows are marked, by the time of their verifying, to wait for
    what it says of them now."""
    if not thread_ids:
        return 0
    entries = ThreadEntry.objects.filter(store=store, thread_id__in=thread_ids)
    _, removed = entries.filter(reads=None).delete()
    waiting = list(entries.values_list("pk", flat=True))
    ThreadEntry.objects.filter(pk__in=waiting).update(**UNSTORED, verified_at=UNKNOWN_TIME)
    ThreadWorker.objects.filter(thread__in=waiting, reads=None).delete()
    ThreadWorker.objects.filter(thread__in=waiting).update(writes=0)
    return removed.get(ThreadEntry._meta.label, 0) + len(waiting)


def _read_reported(store: StoreEntry, thread_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """By thread and host, the checkpoints that probes say were put here."""
    rows = ThreadWorker.objects.filter(
        thread__store=store, thread__thread_id__in=thread_ids, reported__gt=0, elsewhere=""
    )
    found: dict[str, dict[str, int]] = {}
    for thread_id, hostname, count in rows.values_list("thread__thread_id", "hostname", "reported"):
        found.setdefault(thread_id, {})[hostname] = count or 0
    return found


def workers_of(entry: ThreadEntry, summary: ThreadSummary) -> list[ThreadWorker]:
    return [
        ThreadWorker(thread=entry, hostname=hostname, writes=writes) for hostname, writes in summary.row.hosts.items()
    ]


def _write_workers(entries: Sequence[ThreadEntry], summaries: Sequence[ThreadSummary]) -> None:
    """Hosts of which nothing is stored any more (pruned away) go, unless a probe reported of them."""
    rows = [row for entry, summary in zip(entries, summaries, strict=True) for row in workers_of(entry, summary)]
    before = ThreadWorker.objects.filter(thread__in=[entry.pk for entry in entries])
    before.filter(reads=None).delete()
    before.update(writes=0)
    ThreadWorker.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["thread", "hostname"], update_fields=["writes"]
    )


def entry_of(
    store: StoreEntry, summary: ThreadSummary, read_at: datetime, reported: Mapping[str, int] | None = None
) -> ThreadEntry:
    """The row of a thread. `reported` are checkpoints put by host, as probes count them."""
    row = summary.row
    return ThreadEntry(
        store=store,
        thread_id=row.thread_id,
        turns=row.turns,
        turns_is_lower_bound=row.turns_is_lower_bound,
        checkpoints=row.checkpoints,
        writes=row.writes,
        namespaces=row.namespaces,
        first_at=summary.first_at or UNKNOWN_TIME,
        last_at=summary.last_at or UNKNOWN_TIME,
        last_checkpoint_id=row.last_checkpoint_id,
        state=summary.state,
        owner=summary.owner,
        metadata=dict(row.metadata),
        random_id=looks_random(row.thread_id),
        several_hosts=several_write(row.hosts, reported or {}),
        siblings=row.siblings,
        clock_skew=row.clock_skew,
        rebuilt_values=row.rebuilt_values,
        verified_at=read_at,
    )
