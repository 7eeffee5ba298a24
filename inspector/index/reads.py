"""What a ledger says of threads, into the index's rows. Absolute values: writing them twice changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from inspector.index.entries import UNSTORED
from inspector.index.missed import TOLD, tell, told_nothing
from inspector.index.workers import Asked, Sum, did_something, several_write
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker

#: Threads that the store does not hold are forgotten when nobody asked for them for so long.
KEEP = timedelta(days=30)

HOSTS = 500  #: hosts that a list can be narrowed to
#: Bytes of an id that the index takes on a ledger's word. Much longer ones go into no unique index of Postgres, so no
#: store there holds them either.
LONGEST_ID = 2_000
#: Rows of forgotten threads that one pass takes away.
FORGOTTEN = 2_000

_ENTRY = [field.name for field in ThreadEntry._meta.concrete_fields if field.name not in ("id", "store", "thread_id")]
_WORKER = ["reads", "misses", "reported", "elsewhere"]
Workers = dict[str, ThreadWorker]


def write_reads(store: StoreEntry, asked: Mapping[str, Asked | None], untold: Collection[str]) -> set[str]:
    """Puts the sums into the rows of these threads; None stands for a thread of which the ledger tells nothing.

    One that has no row as a stored thread is taken not to be in the store, and gets a row of its own where somebody
    asked for it in vain; of the `untold` ones nobody knows. Returns the hosts' names. In a transaction of the caller.
    """
    now = timezone.now()
    entries = {entry.thread_id: entry for entry in ThreadEntry.every.filter(store=store, thread_id__in=list(asked))}
    workers = _read_workers(entries.values())
    changed, dropped = [], []
    for thread_id, sums in asked.items():
        entry = entries.get(thread_id)
        if entry is not None and entry.stored:
            if _note(entry, sums, workers.get(entry.pk, {})):
                changed.append(entry)
        elif sums is not None and _is_kept(thread_id, sums, now) and thread_id not in untold:
            changed.append(_absent(store, thread_id, sums, now))
        elif entry is not None and thread_id not in untold:
            dropped.append(entry.pk)
    ThreadEntry.every.filter(pk__in=dropped).delete()
    written = ThreadEntry.every.bulk_create(
        changed, update_conflicts=True, unique_fields=["store", "thread_id"], update_fields=_ENTRY
    )
    entries |= {entry.thread_id: entry for entry in written}
    told = [entries[thread_id] for thread_id in asked if thread_id in entries and entries[thread_id].pk not in dropped]
    return _write_workers([(entry, asked[entry.thread_id]) for entry in told], workers)


def read_hosts(store: StoreEntry) -> list[str]:
    """Hosts that wrote to a thread or read one, sorted."""
    theirs = ThreadWorker.objects.filter(did_something(), thread__store=store)
    return list(theirs.order_by("hostname").values_list("hostname", flat=True).distinct()[:HOSTS])


def forget_reads(store: StoreEntry) -> None:
    """Takes away everything that came from a ledger."""
    ThreadEntry.every.filter(store=store, stored__in=(False,)).delete()
    named = ThreadWorker.objects.filter(thread__store=store, writes__gt=0).exclude(hostname="")
    several = named.values("thread").annotate(hosts=Count("id")).filter(hosts__gt=1).values("thread")
    doubtful = ThreadEntry.every.filter(store=store, reads__isnull=False, several_hosts=True)
    doubtful.exclude(pk__in=several).update(several_hosts=False)
    ThreadEntry.every.filter(store=store, reads__isnull=False).update(**told_nothing())
    told = ThreadWorker.objects.filter(thread__store=store, reads__isnull=False)
    told.filter(writes=0).delete()
    told.update(reads=None, misses=None, reported=None, elsewhere="")


def forget_old(store: StoreEntry) -> None:
    """Takes away the rows of threads that nobody asked for any more, a bounded number of them."""
    old = ThreadEntry.every.filter(store=store, stored__in=(False,), last_at__lt=timezone.now() - KEEP)
    if gone := list(old.values_list("pk", flat=True)[:FORGOTTEN]):
        ThreadEntry.every.filter(pk__in=gone).delete()


def _read_workers(entries: Iterable[ThreadEntry]) -> dict[int, Workers]:
    found: dict[int, Workers] = {}
    for worker in ThreadWorker.objects.filter(thread__in=[entry.pk for entry in entries]):
        found.setdefault(worker.thread_id, {})[worker.hostname] = worker
    return found


def _note(entry: ThreadEntry, sums: Asked | None, workers: Workers) -> bool:
    """Whether that changed anything."""
    before = [getattr(entry, name) for name in (*TOLD, "missed", "several_hosts")]
    tell(entry, sums)
    hosts = sums.hosts if sums is not None else {}
    reported = {hostname: host.reported for hostname, host in hosts.items() if not host.elsewhere}
    entry.several_hosts = several_write({hostname: worker.writes for hostname, worker in workers.items()}, reported)
    return before != [getattr(entry, name) for name in (*TOLD, "missed", "several_hosts")]


def _is_kept(thread_id: str, sums: Asked, now: datetime) -> bool:
    """Whether a thread that the store does not hold has a row."""
    return sums.in_vain and sums.last_at > now - KEEP and len(thread_id.encode()) <= LONGEST_ID


def _absent(store: StoreEntry, thread_id: str, sums: Asked, now: datetime) -> ThreadEntry:
    entry = ThreadEntry(
        **UNSTORED,
        store=store,
        thread_id=thread_id,
        first_at=sums.first_at,
        last_at=sums.last_at,
        verified_at=now,
    )
    tell(entry, sums)
    return entry


def _write_workers(told: Iterable[tuple[ThreadEntry, Asked | None]], known: Mapping[int, Workers]) -> set[str]:
    """Hosts that the ledger no longer names keep what the store holds of them, or go."""
    changed, dropped = [], []
    names: set[str] = set()
    for entry, sums in told:
        hosts: Mapping[str, Sum] = sums.hosts if sums is not None else {}
        before = known.get(entry.pk, {})
        names |= {hostname for hostname, one in hosts.items() if one.reads or one.reported}
        for hostname in before.keys() | hosts.keys():
            worker = before.get(hostname) or ThreadWorker(thread=entry, hostname=hostname)
            if hostname not in hosts and not worker.writes:
                dropped.append(worker.pk)
            elif _tell(worker, hosts.get(hostname)) or worker.pk is None:
                changed.append(worker)
    ThreadWorker.objects.filter(pk__in=dropped).delete()
    ThreadWorker.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["thread", "hostname"], update_fields=_WORKER
    )
    return names


def _tell(worker: ThreadWorker, sums: Sum | None) -> bool:
    """Whether that changed anything."""
    before = [getattr(worker, name) for name in _WORKER]
    for name in _WORKER:
        setattr(worker, name, getattr(sums, name) if sums is not None else ("" if name == "elsewhere" else None))
    return before != [getattr(worker, name) for name in _WORKER]
