"""Every metric: its name, what it means, and where its numbers come from. `docs/how-to/prometheus.md` is held to this
table by a test.

Names follow Prometheus' own conventions. All of them are gauges: whatever is counted here is counted in a store as it
is now, and pruning lowers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family

from inspector import __version__
from inspector.index.begun import Sums
from inspector.metrics.figures import Figures, HostFigures, StoreFigures

PREFIX = "checkpoint_inspector_"
#: Values of the labels, in their order, and the number.
Sample = tuple[Sequence[str], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `help` is one sentence."""

    name: str  #: without the prefix
    help: str
    labels: tuple[str, ...]
    samples: Callable[[Figures], Iterable[Sample]]

    def family(self, figures: Figures) -> Family:
        family = GaugeMetricFamily(PREFIX + self.name, self.help, labels=self.labels)
        for values, number in self.samples(figures):
            family.add_metric(values, number)
        return family


def families(figures: Figures) -> Iterator[Family]:
    return (metric.family(figures) for metric in METRICS)


def _of_store(name: str, help: str, number: Callable[[StoreFigures], float | None]) -> Metric:
    """One series a store; none where its number is not known."""

    def samples(figures: Figures) -> Iterator[Sample]:
        for store in figures.stores:
            value = number(store)
            if value is not None:
                yield (store.entry.name,), value

    return Metric(name, help, ("store",), samples)


def _counted(name: str, help: str, number: Callable[[StoreFigures], int]) -> Metric:
    """One series a store, once something of it is indexed."""
    return _of_store(name, help, lambda store: number(store) if store.is_known else None)


def _of_host(name: str, help: str, number: Callable[[HostFigures], int | None]) -> Metric:
    """One series a host; none where its number is not known."""

    def samples(figures: Figures) -> Iterator[Sample]:
        for store in figures.stores:
            for host, of_host in store.hosts.items():
                value = number(of_host)
                if value is not None:
                    yield (store.entry.name, host), value

    return Metric(name, help, ("store", "host"), samples)


def _of_window(name: str, help: str, number: Callable[[Sums], int]) -> Metric:
    """One series a host and window; none for a host that began nothing in it."""

    def samples(figures: Figures) -> Iterator[Sample]:
        for store in figures.stores:
            for host, of_host in store.hosts.items():
                for window, sums in of_host.begun.items():
                    if sums.threads:
                        yield (store.entry.name, host, window), number(sums)

    return Metric(name, help, ("store", "host", "window"), samples)


def _findings(figures: Figures) -> Iterator[Sample]:
    for store in figures.stores:
        for finding in store.findings:
            yield (store.entry.name, finding.rule, finding.status), 1


def _firing(figures: Figures) -> Iterator[Sample]:
    for store in figures.stores:
        for host, number in store.firing.items():
            yield (store.entry.name, host), number


def _lag(store: StoreFigures) -> float | None:
    at = store.entry.synced_at
    return max(0.0, (store.now - at).total_seconds()) if at else None


def _second(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _success(store: StoreFigures) -> int | None:
    if store.entry.error:
        return 0
    return 1 if store.entry.synced_at else None


def _ledger(store: StoreFigures) -> int | None:
    return int(not store.entry.ledger_error) if store.entry.ledger else None


def _building(store: StoreFigures) -> int:
    return int(store.entry.synced_at is None)


METRICS: tuple[Metric, ...] = (
    Metric(
        "build_info", "The version of Checkpoint Inspector; always 1.", ("version",), lambda _: [((__version__,), 1)]
    ),
    _counted("threads", "Threads that the store holds.", lambda store: store.tally.threads),
    _counted("one_turn_threads", "Threads with exactly one turn.", lambda store: store.tally.one_turn),
    _counted(
        "orphan_threads",
        "One-turn threads that nobody went on with for INSPECTOR_ORPHAN_AFTER seconds, muted ones among them.",
        lambda store: store.orphans,
    ),
    _counted("muted_orphan_threads", "Orphan threads that a mute covers.", lambda store: store.muted_orphans),
    _counted(
        "absent_threads",
        "Threads that workers asked for and the store does not hold.",
        lambda store: store.tally.absent,
    ),
    _counted(
        "missed_read_threads",
        "Threads with a read that should have found a checkpoint and did not, absent ones among them.",
        lambda store: store.missed_read_threads,
    ),
    _counted("checkpoints", "Checkpoints that the store holds.", lambda store: store.tally.checkpoints),
    _of_host("host_threads", "Threads that a host wrote to or read.", lambda host: host.threads),
    _of_host("host_one_turn_threads", "Threads of a host with exactly one turn.", lambda host: host.one_turn),
    _of_host("host_writes", "Checkpoints of a host that the store holds, by their metadata.", lambda host: host.writes),
    _of_host(
        "host_reads",
        "Reads of threads that the probes of a host report; no series where none does.",
        lambda host: host.reads if host.told else None,
    ),
    _of_host(
        "host_read_misses",
        "Reads among them that found no checkpoint, the first one of each new thread included.",
        lambda host: host.misses if host.told else None,
    ),
    _of_window(
        "begun_threads",
        "Threads that a host wrote to and that began in the last full hours that are old enough to tell.",
        lambda sums: sums.threads,
    ),
    _of_window("left_threads", "Threads among the begun ones that were left after one turn.", lambda sums: sums.left),
    _of_window("muted_left_threads", "Threads among the left ones that a mute covers.", lambda sums: sums.left_muted),
    Metric(
        "finding",
        "The present status of a rule of the diagnosis; 1 for that status.",
        ("store", "rule", "status"),
        _findings,
    ),
    _of_store(
        "diagnosis_timestamp_seconds",
        "When the rules of the diagnosis were last asked, as Unix time.",
        lambda store: _second(store.entry.diagnosed_at),
    ),
    Metric(
        "alerts_firing", "Alerts about orphans that fire now; no series where none does.", ("store", "host"), _firing
    ),
    _of_store("index_lag_seconds", "Seconds since the last finished pass over the store began.", _lag),
    _of_store(
        "index_last_success_timestamp_seconds",
        "When the last finished pass over the store began, as Unix time.",
        lambda store: _second(store.entry.synced_at),
    ),
    _of_store("index_building", "Whether the first pass over the store is yet to end.", _building),
    _of_store(
        "store_up",
        "Whether the last pass could read the store: 0 where it failed, or left threads out for want of time.",
        _success,
    ),
    _of_store("ledger_up", "Whether the ledger of the probes could be read; no series where none is known.", _ledger),
    Metric(
        "deliveries",
        "Messages about alerts, by channel and by how far they have come.",
        ("channel", "state"),
        lambda figures: [(key, number) for key, number in figures.deliveries.items()],
    ),
)
