"""The tallies of a store made anew from all of its rows, by a few queries that group them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Least, TruncHour

from inspector.index.lease import Lease
from inspector.index.tallies import KIND, MOST_READS, Change, Kind
from inspector.index.workers import did_put, did_something, did_write
from inspector.models import UNKNOWN_TIME, HostTally, HourTally, StoreEntry, StoreTally, ThreadEntry, ThreadWorker

_OF_WORKER = [f"thread__{name}" for name in KIND]


def _at_most(column: str) -> Least:
    """Postgres' own word passes over what is null."""
    return Least(Coalesce(F(column), 0), MOST_READS, output_field=BigIntegerField())


_TOLD: dict[str, Any] = {
    "all_told": Count("reads"),
    "all_reads": Sum(_at_most("reads"), output_field=BigIntegerField()),
    "all_misses": Sum(_at_most("misses"), output_field=BigIntegerField()),
}


def recount(lease: Lease) -> None:
    """Writes the three tables of tallies anew. Raises `LeaseTaken`."""
    with lease.writing() as store:
        for model in (StoreTally, HostTally, HourTally):
            model._base_manager.filter(store=store).delete()
        count_rows(store).write()


def count_rows(store: StoreEntry) -> Change:
    """What all rows of a store count as."""
    change = Change(store)
    put = ThreadWorker.objects.filter(did_put(), thread=OuterRef("pk"))
    stored = ThreadEntry.objects.filter(store=store)
    absent = ThreadEntry.every.filter(store=store, stored__in=(False,), verified_at__gt=UNKNOWN_TIME)
    _count_threads(change, stored.values_list(*KIND))
    _count_threads(change, absent.annotate(put=Exists(put)).values_list(*KIND, "put"))
    workers = ThreadWorker.objects.filter(store=store)
    theirs = workers.filter(did_something(), stored__in=(True,))
    _count_hosts(change, theirs.values_list("hostname", *_OF_WORKER))
    asked = workers.filter(did_something(), stored__in=(False,), thread__verified_at__gt=UNKNOWN_TIME)
    put = ThreadWorker.objects.filter(did_put(), thread=OuterRef("thread"))
    _count_hosts(change, asked.annotate(put=Exists(put)).values_list("hostname", *_OF_WORKER, "put"))
    begun = stored.annotate(hour=TruncHour("first_at", tzinfo=UTC))
    for by, column in (("all", Value("")), ("graph", F("graph")), ("shape", F("id_shape"))):
        hours = begun.annotate(named=column).values_list("named", "hour", *KIND)
        for name, hour, *kind, threads in hours.annotate(number=Count("id")).order_by():
            _count_hour(change, by, name, hour, kind, threads)
    wrote = workers.filter(did_write(), stored__in=(True,)).annotate(hour=TruncHour("thread__first_at", tzinfo=UTC))
    hours_of = wrote.values_list("hostname", "hour", *_OF_WORKER).annotate(number=Count("id")).order_by()
    for hostname, hour, *kind, threads in hours_of:
        _count_hour(change, "host", hostname, hour, kind, threads)
    return change


def _count_threads(change: Change, grouped: QuerySet[ThreadEntry, Any]) -> None:
    sums = grouped.annotate(number=Count("id"), all_checkpoints=Sum("checkpoints"), all_writes=Sum("writes"), **_TOLD)
    for *kind, threads, checkpoints, writes, told, reads, misses in sums.order_by():
        change.kinds[Kind._make(_whole(kind))] = [threads, checkpoints, writes, told, reads or 0, misses or 0]


def _count_hosts(change: Change, grouped: QuerySet[ThreadWorker, Any]) -> None:
    sums = grouped.annotate(number=Count("id"), all_writes=Sum("writes"), **_TOLD).order_by()
    for hostname, *kind, threads, checkpoints, told, reads, misses in sums:
        change.hosts[hostname, Kind._make(_whole(kind))] = [threads, checkpoints, 0, told, reads or 0, misses or 0]


def _count_hour(change: Change, by: str, name: str, hour: datetime, kind: list[Any], threads: int) -> None:
    change.add_hour(by, name, hour, Kind._make(_whole(kind)), threads)


def _whole(kind: list[Any]) -> list[Any]:
    """With `put`, which no stored thread has."""
    return kind if len(kind) > len(KIND) else [*kind, False]
