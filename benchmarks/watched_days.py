"""Simulated days through the real index: written by its own writers, as passes would, and judged again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from benchmarks.random_rows import at, summary_of
from benchmarks.simulated_days import MINUTE, Days, Thread
from inspector.alerts.watch import judge_store
from inspector.index.entries import write_entries
from inspector.index.lease import lease_of
from inspector.index.queries import Moment
from inspector.models import AlertEntry, StoreEntry

#: Seconds that make an orphan.
ORPHAN_AFTER = 1_800.0
_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert, and how many threads the host that forgets had made when it fired."""

    alert: AlertEntry
    bad: int
    at: float


@dataclass
class Watched:
    """`learn(until)` only writes, as of a store that is older than the dashboard; `watch(until, every)` writes and
    judges each so many seconds."""

    days: Days
    entry: StoreEntry = field(init=False)
    fired: list[Fired] = field(default_factory=list)
    ended: list[AlertEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.entry = StoreEntry.objects.create(name=f"days-{uuid4()}")

    def learn(self, until: float, *, every: float = 360 * MINUTE) -> None:
        while self.days.now < until:
            self.step(min(until, self.days.now + every))

    def watch(self, until: float, *, every: float = 20 * MINUTE) -> None:
        while self.days.now < until:
            self.step(min(until, self.days.now + every))
            self.judge()

    def step(self, until: float) -> None:
        self.write(self.days.run(until))
        self.entry.synced_at = at(until)
        StoreEntry.objects.filter(pk=self.entry.pk).update(synced_at=self.entry.synced_at)

    def write(self, threads: Iterable[Thread]) -> None:
        made = [summary_of(thread, owners=False, graph=thread.graph) for thread in threads]
        with lease_of(self.entry) as lease:
            for first in range(0, len(made), _ROWS):
                write_entries(lease, [], made[first : first + _ROWS], at(self.days.now))

    def judge(self) -> None:
        judged = judge_store(self.entry, Moment(at(self.days.now), ORPHAN_AFTER))
        self.fired += [Fired(alert, self.days.begun, self.days.now) for alert in judged.began]
        self.ended += judged.ended
