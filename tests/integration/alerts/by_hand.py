"""A store whose index is written by hand, thread by thread, and looked at when a test says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from benchmarks.random_rows import at, summary_of
from benchmarks.simulated_days import HOUR, Thread
from benchmarks.watched_days import ORPHAN_AFTER
from inspector.alerts.watch import Judged, judge_store
from inspector.index.entries import write_entries
from inspector.index.lease import lease_of
from inspector.index.queries import Moment
from inspector.models import AlertEntry, StoreEntry
from inspector.reader import ThreadSummary


@dataclass
class ByHand:
    """Times are seconds from `random_rows.BEGAN`. Threads are seen `delay` seconds after they are written."""

    entry: StoreEntry = field(default_factory=lambda: StoreEntry.objects.create(name=f"store-{uuid4()}"))
    delay: float = 2.0
    _number: int = 0

    def healthy(self, hosts: Sequence[str], begin: float, end: float, *, every: float = 30.0, graph: str = "") -> None:
        """Each host begins a thread so often; nobody goes on with every fourth of them."""
        made = []
        for host in hosts:
            for number in range(int((end - begin) / every)):
                turns = 1 if number % 4 == 3 else 2
                made.append(self.thread(host, begin + number * every, turns=turns, graph=graph))
        self.write(made, seen=max(thread.last_at for thread in made) + self.delay)

    def left(self, host: str, begin: float, number: int, *, every: float = 30.0, graph: str = "") -> list[Thread]:
        """So many of one turn each, written as they come."""
        made = [self.thread(host, begin + place * every, graph=graph) for place in range(number)]
        self.write(made)
        return made

    def thread(self, host: str, begin: float, *, turns: int = 1, pause: float = 60.0, graph: str = "") -> Thread:
        self._number += 1
        last = begin + (turns - 1) * pause
        return Thread(str(UUID(int=self._number, version=4)), "", begin, last, turns, {host: turns}, graph=graph)

    def write(self, threads: Sequence[Thread], *, seen: float | None = None) -> None:
        """`seen` at this time, or each soon after its last turn."""
        groups: dict[float, list[ThreadSummary]] = defaultdict(list)
        for thread in threads:
            read_at = thread.last_at + self.delay if seen is None else seen
            groups[read_at].append(summary_of(thread, owners=False, graph=thread.graph))
        with lease_of(self.entry) as lease:
            for read_at, summaries in sorted(groups.items()):
                write_entries(lease, [], summaries, at(read_at))

    def look(self, now: float, *, synced: float | None = None) -> Judged:
        """At a time when the last pass began then, or just now."""
        self.entry.synced_at = at(now if synced is None else synced)
        self.entry.save(update_fields=["synced_at"])
        return self.judge(now)

    def judge(self, now: float) -> Judged:
        return judge_store(self.entry, Moment(at(now), ORPHAN_AFTER))

    @property
    def fires(self) -> list[str]:
        theirs = AlertEntry.objects.filter(store=self.entry, ended_at=None)
        return list(theirs.order_by("hostname").values_list("hostname", flat=True))


def day_of(hand: ByHand, *hosts: str) -> float:
    """Twelve healthy hours of these hosts; when they end."""
    hand.healthy(hosts, 0, 12 * HOUR, every=120.0)
    return 12 * HOUR
