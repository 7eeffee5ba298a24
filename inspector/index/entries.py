"""Thread summaries into the index's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from inspector.domain.thread_ids import RANDOM_SHAPES, id_shape
from inspector.index.lease import Lease
from inspector.index.marking import is_muted
from inspector.index.missed import tell_row, told_nothing
from inspector.index.mutes import Mutes
from inspector.index.replace import replace
from inspector.index.rows import Did, EntryRow, Known, read_known
from inspector.index.workers import several_write
from inspector.models import ABSENT, UNKNOWN_TIME, StoreEntry, ThreadEntry
from inspector.reader import ThreadSummary

#: What a row says of a thread that the store does not hold.
UNSTORED: dict[str, Any] = {
    "stored": False,
    "state": ABSENT,
    "turns": 0,
    "turns_is_lower_bound": False,
    "one_turn": False,
    "checkpoints": 0,
    "writes": 0,
    "namespaces": 0,
    "last_checkpoint_id": "",
    "owner": "",
    "graph": "",
    "id_shape": "",
    "muted": False,
    "metadata": {},
    "random_id": False,
    "several_hosts": False,
    "siblings": False,
    "clock_skew": False,
    "rebuilt_values": False,
}
_UNTOLD = told_nothing()


def write_entries(lease: Lease, asked: Sequence[str], summaries: Sequence[ThreadSummary], read_at: datetime) -> int:
    """Replaces the rows of these threads by their summaries, read no earlier than `read_at`; those of the asked threads
    that are without one are removed. Returns how many were. Where a ledger knows of one, it is marked, by the time of
    its verifying, to wait for what the ledger says of it now. Raises `LeaseTaken`."""
    found = {summary.row.thread_id: summary for summary in summaries}
    with lease.writing() as store:
        before = read_known(store, list(dict.fromkeys([*found, *asked])))
        after: dict[str, Known | None] = {
            thread_id: known_of(store, summary, read_at, before.get(thread_id)) for thread_id, summary in found.items()
        }
        gone = {thread_id: known for thread_id, known in before.items() if known.row.stored and thread_id not in found}
        after |= {thread_id: _removed(known) for thread_id, known in gone.items()}
        replace(store, before, after, read_at)
    return len(gone)


def known_of(store: StoreEntry, summary: ThreadSummary, read_at: datetime, before: Known | None = None) -> Known:
    """The row of a thread and those of its workers. What a ledger says is kept as it was before; hosts of which nothing
    is stored any more (pruned away) go, unless a probe reported of them."""
    if before is None:
        workers = {hostname: Did(writes) for hostname, writes in summary.row.hosts.items()}
        return Known(row_of(store, summary, read_at), workers)
    told = {hostname: did._replace(writes=0) for hostname, did in before.workers.items() if did.reads is not None}
    wrote = {
        hostname: told.get(hostname, Did())._replace(writes=writes) for hostname, writes in summary.row.hosts.items()
    }
    row = row_of(store, summary, read_at, before.reported())._replace(id=before.row.id)
    return Known(tell_row(row, before.row if before.row.reads is not None else None), {**told, **wrote})


def _removed(known: Known) -> Known | None:
    """Nothing is left of it but what a ledger says, where that says something."""
    if known.row.reads is None:
        return None
    told = {hostname: did._replace(writes=0) for hostname, did in known.workers.items() if did.reads is not None}
    return Known(known.row._replace(**UNSTORED, verified_at=UNKNOWN_TIME), told)


def entry_of(
    store: StoreEntry, summary: ThreadSummary, read_at: datetime, reported: Mapping[str, int] | None = None
) -> ThreadEntry:
    """`row_of` as a model's instance, for a page. It says, too, whether a mute covers it now."""
    row = row_of(store, summary, read_at, reported)
    workers = {hostname: Did(reported=count) for hostname, count in (reported or {}).items()}
    workers |= {hostname: Did(writes) for hostname, writes in summary.row.hosts.items()}
    return ThreadEntry(*row._replace(muted=is_muted(Mutes.in_force(store, read_at), row, workers)))


def row_of(
    store: StoreEntry, summary: ThreadSummary, read_at: datetime, reported: Mapping[str, int] | None = None
) -> Any:
    """The `EntryRow` of a thread of which no ledger tells, not yet written. `reported` are checkpoints put by host, as
    probes count them."""
    row = summary.row
    several = len(row.hosts) > 1 or bool(reported)
    shape = id_shape(row.thread_id)
    return EntryRow(
        id=None,
        store_id=store.pk,
        stored=True,
        thread_id=row.thread_id,
        turns=row.turns,
        turns_is_lower_bound=row.turns_is_lower_bound,
        one_turn=row.turns == 1 and not row.turns_is_lower_bound,
        checkpoints=row.checkpoints,
        writes=row.writes,
        namespaces=row.namespaces,
        first_at=summary.first_at or UNKNOWN_TIME,
        last_at=summary.last_at or UNKNOWN_TIME,
        last_checkpoint_id=row.last_checkpoint_id,
        state=summary.state,
        owner=summary.owner,
        graph=summary.graph,
        id_shape=shape,
        muted=False,
        metadata=dict(row.metadata),
        random_id=shape in RANDOM_SHAPES,
        several_hosts=several and several_write(row.hosts, reported or {}),
        siblings=row.siblings,
        clock_skew=row.clock_skew,
        rebuilt_values=row.rebuilt_values,
        verified_at=read_at,
        **_UNTOLD,
    )
