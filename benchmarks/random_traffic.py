"""Conversations at several hosts, some of which make a new thread for every request: what an index knows of them.

Everything follows from a seed. Times are seconds from the beginning of the traffic.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Site:
    """`forgetful` of the hosts make a new id for every request from `since` on. `one_turn` is the share of
    conversations that end with their first answer. Where hosts are not `sticky`, each turn goes to any of them."""

    hosts: int = 4
    forgetful: int = 1
    one_turn: float = 0.2
    sticky: bool = False
    since: float = 0.0
    every: float = 5.0  #: seconds between two new conversations, at each host
    pause: float = 40.0  #: seconds until somebody goes on: half of them sooner, half of them later
    seed: int = 1

    @property
    def names(self) -> list[str]:
        return [f"web-{number}" for number in range(1, self.hosts + 1)]

    @property
    def wrong(self) -> list[str]:
        return self.names[: self.forgetful]


@dataclass(slots=True)
class Told:
    """A thread, and by host its turns there, and how many of the reads before them found nothing."""

    thread_id: str
    owner: str
    first_at: float
    last_at: float = 0.0
    turns: int = 0
    by_host: dict[str, int] = field(default_factory=dict)
    misses: dict[str, int] = field(default_factory=dict)
    last_miss_at: float = 0.0


class Traffic:
    """`until(threads)` runs it until a host has begun so many threads since `since`: the first of those that forget, or
    where none does, the first of all. It goes on from where it was."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.now = 0.0
        self.threads: dict[str, Told] = {}
        self._dice = random.Random(site.seed)  # noqa: S311
        self._begun = dict.fromkeys(site.names, 0)
        self._requests = self._draw()
        self._people: list[str] = []

    def until(self, threads: int) -> None:
        watched = self.site.wrong or self.site.names
        while max(self._begun[name] for name in watched) < threads:
            self._serve(*next(self._requests))

    def _serve(self, at: float, thread_id: str, owner: str, host: str) -> None:
        self.now = at
        if host in self.site.wrong and at >= self.site.since:
            thread_id = self._uuid()
        thread = self.threads.get(thread_id)
        if thread is None:
            thread = self.threads[thread_id] = Told(thread_id, owner, at)
            thread.misses[host] = 1
            thread.last_miss_at = at
            self._begun[host] += at >= self.site.since
        thread.turns += 1
        thread.by_host[host] = thread.by_host.get(host, 0) + 1
        thread.last_at = at + self._dice.lognormvariate(0.5, 0.5)

    def _draw(self) -> Iterator[tuple[float, str, str, str]]:
        """Requests in the order of their times: when, for which thread, whose, and at which host."""
        site, dice, numbers = self.site, self._dice, itertools.count()
        waiting: list[tuple[float, int, str, str, str]] = []
        at = 0.0
        while True:
            at += dice.expovariate(site.hosts / site.every)
            while waiting and waiting[0][0] <= at:
                time, _, *request = heapq.heappop(waiting)
                yield (time, *self._placed(*request))
            thread_id, owner, host = self._uuid(), self._person(), dice.choice(site.names)
            heapq.heappush(waiting, (at, next(numbers), thread_id, owner, host))
            time = at
            for _ in range(self._turns() - 1):
                time += dice.lognormvariate(0, 0.9) * site.pause
                heapq.heappush(waiting, (time, next(numbers), thread_id, owner, host))

    def _placed(self, thread_id: str, owner: str, host: str) -> tuple[str, str, str]:
        return thread_id, owner, host if self.site.sticky else self._dice.choice(self.site.names)

    def _turns(self) -> int:
        if self._dice.random() < self.site.one_turn:
            return 1
        turns = 2
        while self._dice.random() < 0.6:
            turns += 1
        return turns

    def _person(self) -> str:
        """Three of ten have been here before."""
        if not self._people or self._dice.random() < 0.7:
            self._people.append(f"person-{len(self._people)}")
            return self._people[-1]
        return self._dice.choice(self._people)

    def _uuid(self) -> str:
        return str(UUID(int=self._dice.getrandbits(128), version=4))
