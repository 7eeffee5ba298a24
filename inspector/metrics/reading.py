"""The index's numbers for one scrape: tallies, and rows of the few threads that are too young to tell.

No transaction holds them together: one over an index in SQLite would keep the sync from writing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from inspector.index.counts import count_found, count_orphans
from inspector.index.kinds import Moment
from inspector.index.scope import Scope, ThreadQuery
from inspector.metrics.deliveries import read_deliveries
from inspector.metrics.figures import Figures, Finding, StoreFigures
from inspector.metrics.hosts import read_hosts
from inspector.metrics.names import HOSTS, OTHER, label_of
from inspector.models import AlertEntry, FindingEntry, StoreEntry, StoreTally


def read_figures(names: Sequence[str], moment: Moment, *, told_of: Collection[str] | None = None) -> Figures:
    """Of the stores that are called so, in this order, with the messages about all stores, or `told_of` some. Raises
    Django's `Error` where the index cannot be read."""
    columns = ("name", "synced_at", "error", "diagnosed_at", "ledger", "ledger_error")
    found = {entry.name: entry for entry in StoreEntry.objects.filter(name__in=names).only(*columns)}
    stores = tuple(_read_store(found.get(name) or StoreEntry(name=name), moment) for name in names)
    return Figures(stores, read_deliveries(told_of))


def _read_store(entry: StoreEntry, moment: Moment) -> StoreFigures:
    if entry.pk is None:
        return StoreFigures(entry, moment.now, StoreTally(), 0, 0, 0, {}, (), {})
    orphans = count_orphans(entry, moment)
    return StoreFigures(
        entry=entry,
        now=moment.now,
        tally=StoreTally.objects.filter(store=entry).first() or StoreTally(store=entry),
        orphans=orphans.all,
        muted_orphans=orphans.muted,
        missed_read_threads=_count_missed(entry, moment),
        hosts=read_hosts(entry, moment),
        findings=_read_findings(entry),
        firing=_read_firing(entry),
    )


def _count_missed(entry: StoreEntry, moment: Moment) -> int:
    scope = Scope.of(entry, ThreadQuery(flag="missed-reads"), moment)
    return sum(number.value for number in count_found(scope).values())


def _read_findings(entry: StoreEntry) -> tuple[Finding, ...]:
    rows = FindingEntry.objects.filter(store=entry).order_by("rule").values_list("rule", "status")
    return tuple(Finding(rule, status) for rule, status in rows)


def _read_firing(entry: StoreEntry) -> dict[str, int]:
    """The last ones that fired have series of their own where there are too many."""
    fire = (
        AlertEntry.objects.filter(store=entry, ended_at=None).order_by("-fired_at").values_list("hostname", flat=True)
    )
    firing: dict[str, int] = {}
    for place, hostname in enumerate(fire):
        label = label_of(hostname) if place < HOSTS else OTHER
        firing[label] = firing.get(label, 0) + 1
    return firing
