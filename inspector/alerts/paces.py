"""How soon threads go on here: by it, a young thread counts in a window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from inspector.doctor.evidence.pace import Pace

#: Threads that went on, from which a pace is learnt that an alert may rest on.
ENOUGH = 30


class Told(NamedTuple):
    """A thread that is old enough to have gone on if it ever does. Seconds."""

    graph: str
    hosts: tuple[str, ...]
    age: float
    gap: float | None  #: until its second turn; None where none came


@dataclass(frozen=True, slots=True)
class Paces:
    """By host and by graph, of those with enough threads."""

    orphan_after: float  #: seconds; a thread that is idle for longer is decided
    hosts: Mapping[str, Pace] = field(default_factory=dict)
    graphs: Mapping[str, Pace] = field(default_factory=dict)

    @classmethod
    def learn(cls, told: Iterable[Told], orphan_after: float) -> Paces:
        hosts: dict[str, list[Told]] = defaultdict(list)
        graphs: dict[str, list[Told]] = defaultdict(list)
        for thread in told:
            graphs[thread.graph].append(thread)
            for host in thread.hosts:
                hosts[host].append(thread)
        return cls(orphan_after, _learn(hosts), _learn(graphs))

    def weight(self, host: str, graph: str, age: float) -> float:
        """How much a thread of this age (seconds since its last turn) tells: the share of those that go on which have
        done so by then, by the slower one of its host and its graph. Where neither is known, it has to wait."""
        if age >= self.orphan_after:
            return 1.0
        if age <= 0:
            return 0.0
        known = [pace for pace in (self.hosts.get(host), self.graphs.get(graph)) if pace is not None]
        return min((self._by(pace, age) for pace in known), default=0.0)

    def _by(self, pace: Pace, age: float) -> float:
        ever = pace.share(self.orphan_after)
        return min(1.0, pace.cautious(age) / ever) if ever else 0.0


def _learn(groups: Mapping[str, list[Told]]) -> dict[str, Pace]:
    found = {}
    for name, threads in groups.items():
        gaps = [thread.gap for thread in threads if thread.gap is not None]
        idle = [thread.age for thread in threads if thread.gap is None]
        if len(gaps) >= ENOUGH and (pace := Pace.learn(gaps, idle)) is not None:
            found[name] = pace
    return found
