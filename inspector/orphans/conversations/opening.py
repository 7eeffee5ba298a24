"""A one-turn thread as the grouping sees it, and a group of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

#: From here on a group is called likely; below, it is a perhaps. Below the other one it is cut into parts.
LIKELY, TOLD = 0.8, 0.5


@dataclass(frozen=True, slots=True)
class Opening:
    """`owner` and `graph` are "" where nothing names them, `hosts` those that wrote to it. `first` is the first thing
    that a person said in it; None where that was not read."""

    thread_id: str
    at: datetime  #: when it began
    owner: str = ""
    hosts: tuple[str, ...] = ()
    graph: str = ""
    first: str | None = None
    shape: str = ""

    @property
    def place(self) -> tuple[datetime, str]:
        """Its place in time. Clocks tie; then ids decide, so that one list has one order."""
        return self.at, self.thread_id


@dataclass(frozen=True, slots=True)
class Join:
    """How a thread came to its group: with what chance it goes on in it, from 0 to 1, and how many other threads it
    could follow as well."""

    chance: float
    others: int = 0
    signs: tuple[str, ...] = ()  #: in words, see `wording`
    doubtful: bool = False  #: the time alone decided, and could have decided otherwise


@dataclass(frozen=True)
class Group:
    """Threads of one conversation, in time order, and how each but the first was joined to those before it."""

    openings: tuple[Opening, ...]
    joins: tuple[Join, ...] = field(default=())

    @property
    def owner(self) -> str:
        return self.openings[0].owner

    @property
    def graph(self) -> str:
        return next((one.graph for one in self.openings if one.graph), "")

    @property
    def first_at(self) -> datetime:
        return self.openings[0].at

    @property
    def last_at(self) -> datetime:
        return self.openings[-1].at

    @property
    def thread_ids(self) -> tuple[str, ...]:
        return tuple(one.thread_id for one in self.openings)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Those with the most threads first."""
        return _most(host for one in self.openings for host in one.hosts)

    @property
    def shapes(self) -> tuple[str, ...]:
        return _most(one.shape for one in self.openings)

    @cached_property
    def confidence(self) -> float:
        """Of all pairs of its threads, the share that can be expected to belong together: two threads do where every
        join between them is right."""
        total = run = 0.0
        for join in self.joins:
            run = (run + 1) * join.chance  # pairs that end here, each with its chance
            total += run
        return total / _pairs(len(self.openings)) if self.joins else 1.0

    @property
    def likely(self) -> bool:
        return self.confidence >= LIKELY

    @property
    def others(self) -> int:
        """Threads that some thread of it could follow as well, at most."""
        return max((join.others for join in self.joins), default=0)


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def _most(names: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(names)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))
