"""Which hosts wrote to a store lately."""

from __future__ import annotations

from inspector.models import StoreEntry, ThreadEntry, ThreadWorker

#: Threads, newest first, whose hosts count as writing still: names of pods that are long gone say nothing.
_NEWEST = 2_000


def recent_hosts(entry: StoreEntry) -> list[str]:
    """Hosts that wrote to the threads with the newest checkpoints, sorted; "" where some writes name none."""
    newest = ThreadEntry.objects.filter(store=entry).order_by("-last_at", "-id").values("pk")[:_NEWEST]
    hosts = ThreadWorker.objects.filter(thread__in=newest, writes__gt=0).values_list("hostname", flat=True)
    return sorted(set(hosts.distinct()))
