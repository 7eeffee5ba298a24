"""Thread summaries into the index's rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from inspector.domain.coordinates import looks_random
from inspector.models import UNKNOWN_TIME, StoreEntry, ThreadEntry, ThreadWorker
from inspector.reader import ThreadSummary

_WRITTEN = [field.name for field in ThreadEntry._meta.concrete_fields if field.name not in ("id", "store", "thread_id")]


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
        entries = ThreadEntry.objects.bulk_create(
            [entry_of(store, summary, read_at) for summary in summaries],
            update_conflicts=True,
            unique_fields=["store", "thread_id"],
            update_fields=_WRITTEN,
        )
        _write_workers(entries, summaries)
        _, removed = ThreadEntry.objects.filter(store=store, thread_id__in=gone).delete() if gone else (0, {})
    return removed.get(ThreadEntry._meta.label, 0)


def workers_of(entry: ThreadEntry, summary: ThreadSummary) -> list[ThreadWorker]:
    return [
        ThreadWorker(thread=entry, hostname=hostname, writes=writes) for hostname, writes in summary.row.hosts.items()
    ]


def _write_workers(entries: Sequence[ThreadEntry], summaries: Sequence[ThreadSummary]) -> None:
    """Hosts that no longer wrote anything (pruned away) go; what a probe reported of the others stays."""
    rows = [row for entry, summary in zip(entries, summaries, strict=True) for row in workers_of(entry, summary)]
    ThreadWorker.objects.filter(thread__in=[entry.pk for entry in entries], reads=None, misses=None).delete()
    ThreadWorker.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["thread", "hostname"], update_fields=["writes"]
    )


def entry_of(store: StoreEntry, summary: ThreadSummary, read_at: datetime) -> ThreadEntry:
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
        several_hosts=len([host for host in row.hosts if host]) > 1,
        siblings=row.siblings,
        clock_skew=row.clock_skew,
        rebuilt_values=row.rebuilt_values,
        verified_at=read_at,
    )
