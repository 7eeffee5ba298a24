"""What a scrape tells, as plain numbers. Made by `metrics.reading`, shown by `metrics.families`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inspector.index.begun import Sums
from inspector.models import StoreEntry, StoreTally


@dataclass(frozen=True, slots=True)
class HostFigures:
    """Of one host, or of all that have no series of their own. A thread that several hosts wrote to counts for each."""

    threads: int = 0
    one_turn: int = 0
    writes: int = 0  #: checkpoints that the store holds of it, by their metadata
    told: int = 0  #: threads of which its probe tells
    reads: int = 0
    misses: int = 0
    begun: Mapping[str, Sums] = field(default_factory=dict)  #: by the window's name

    def plus(self, other: HostFigures, sign: int = 1) -> HostFigures:
        windows = {**self.begun, **other.begun}
        return HostFigures(
            self.threads + sign * other.threads,
            self.one_turn + sign * other.one_turn,
            self.writes + sign * other.writes,
            self.told + sign * other.told,
            self.reads + sign * other.reads,
            self.misses + sign * other.misses,
            {name: self.begun.get(name, Sums()).plus(other.begun.get(name, Sums()), sign) for name in windows},
        )


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    status: str


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """Of one configured store. `entry` has no key before the first pass over it; nothing is known of it then."""

    entry: StoreEntry
    now: datetime
    tally: StoreTally
    orphans: int
    muted_orphans: int
    missed_read_threads: int
    hosts: Mapping[str, HostFigures]  #: by the value of the label
    findings: tuple[Finding, ...]
    firing: Mapping[str, int]  #: alerts by the value of the label

    @property
    def is_known(self) -> bool:
        """Whether anything of it was indexed yet, be it a part."""
        return bool(self.tally.threads or self.tally.absent or self.entry.synced_at)


@dataclass(frozen=True, slots=True)
class Figures:
    """`deliveries` are by channel and state."""

    stores: tuple[StoreFigures, ...]
    deliveries: Mapping[tuple[str, str], int]
