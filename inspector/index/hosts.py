"""What the index knows of hosts as such: which wrote lately without a probe, and which missed reads."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, F, Q

from inspector.index.counts import hosts_of_young
from inspector.index.kinds import Moment, once_missed
from inspector.models import HostTally, StoreEntry, ThreadEntry, ThreadWorker

#: Threads, newest first, whose hosts count as writing still: names of pods that are long gone say nothing.
_NEWEST = 2_000


def unwatched_hosts(entry: StoreEntry) -> list[str]:
    """Hosts that wrote to the threads with the newest checkpoints and of whose reads there no probe tells, sorted; ""
    where some writes name none."""
    newest = ThreadEntry.objects.filter(store=entry).order_by("-last_at", "-id").values("pk")[:_NEWEST]
    said = ThreadWorker.objects.filter(thread__in=newest).values("hostname")
    said = said.annotate(told=Count("reads"), wrote=Count("id", filter=Q(writes__gt=0)))
    return sorted(said.filter(told=0, wrote__gt=0).values_list("hostname", flat=True))


def hosts_that_missed(entry: StoreEntry, hostnames: Collection[str], moment: Moment) -> set[str]:
    """Those of these hosts that the list of threads with missed reads shows something for."""
    theirs = HostTally.objects.filter(store=entry, hostname__in=hostnames)
    kept = theirs.values_list("hostname", F("missed") + F("absent_missed"), F("missed_once") + F("absent_missed_once"))
    rows = list(kept) if hostnames else []
    found = {hostname for hostname, missed, _ in rows if missed}
    maybe = {hostname: once for hostname, missed, once in rows if once and not missed}
    young = hosts_of_young(entry, once_missed(since=moment.orphan_before), maybe) if maybe else {}
    return found | {hostname for hostname, once in maybe.items() if once > young.get(hostname, 0)}
