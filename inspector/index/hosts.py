"""What the index knows of hosts as such: which wrote lately without a probe, and which missed reads."""

from __future__ import annotations

from collections.abc import Collection

from inspector.index.queries import FLAGS, Moment
from inspector.index.workers import did_something
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker

#: Threads, newest first, whose hosts count as writing still: names of pods that are long gone say nothing.
_NEWEST = 2_000


def unwatched_hosts(entry: StoreEntry) -> list[str]:
    """Hosts that wrote to the threads with the newest checkpoints and of whose reads there no probe tells, sorted; ""
    where some writes name none."""
    newest = ThreadEntry.objects.filter(store=entry).order_by("-last_at", "-id").values("pk")[:_NEWEST]
    workers = ThreadWorker.objects.filter(thread__in=newest)
    told = workers.filter(reads__isnull=False).values_list("hostname", flat=True)
    wrote = workers.filter(writes__gt=0).values_list("hostname", flat=True)
    return sorted(set(wrote.distinct()) - set(told.distinct()))


def hosts_that_missed(entry: StoreEntry, hostnames: Collection[str], moment: Moment) -> set[str]:
    """Those of these hosts that the list of threads with missed reads shows something for."""
    missed = ThreadEntry.every.filter(FLAGS["missed-reads"](moment), store=entry)
    theirs = ThreadWorker.objects.filter(did_something(), hostname__in=hostnames, thread__in=missed.values("pk"))
    return set(theirs.values_list("hostname", flat=True).distinct()) if hostnames else set()
