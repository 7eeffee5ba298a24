"""Simulated days: conversations with daily cycles and weekends, over several graphs and hosts, one of which may forget.

Everything follows from a seed. Times are seconds from `random_rows.BEGAN`, which is a Monday, 9 o'clock.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from benchmarks.random_traffic import Told

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
#: The hour of the day at which the traffic begins, and the one with the most of it.
_FIRST, _BUSIEST = 9.0, 15.0


@dataclass(frozen=True, slots=True)
class Graph:
    """`part` of all conversations are its own; `one_turn` of them end with the first answer. Half of the others go on
    within `pause` seconds."""

    name: str
    part: float
    one_turn: float
    pause: float = 60.0


CHAT = Graph("chat", 1.0, 0.25)
MIXED = (Graph("chat", 0.6, 0.2), Graph("research", 0.2, 0.35, 400.0), Graph("classify", 0.2, 1.0))


@dataclass(frozen=True, slots=True)
class Forgets:
    """The host with this number makes a new id for every request from `begin` on and before `end`."""

    host: int
    begin: float
    end: float = math.inf


@dataclass(frozen=True, slots=True)
class Place:
    """`a_day` conversations begin on a weekday, of which the night has few and a weekend `weekend` of it. From day to
    day the share that ends at once differs by some `spread`. Hosts are renamed at `deployments`. `nightly` threads of
    one turn are begun at two o'clock each night, by the first host."""

    hosts: int = 4
    a_day: float = 3_000
    graphs: Sequence[Graph] = (CHAT,)
    sticky: bool = False
    weekend: float = 0.3
    spread: float = 0.04
    deployments: Sequence[float] = ()
    nightly: int = 0
    forgets: Forgets | None = None
    seed: int = 1


@dataclass(slots=True)
class Thread(Told):
    graph: str = ""


@dataclass(order=True, slots=True)
class _Request:
    at: float
    number: int
    thread_id: str = field(compare=False)
    graph: str = field(compare=False)
    host: int | None = field(compare=False)  #: None where any may get it


class Days:
    """`run(until)` goes on from where it was and gives the threads that changed. `begun` counts those that the host
    which forgets made."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.now = 0.0
        self.begun = 0
        self._dice = random.Random(place.seed)  # noqa: S311
        self._numbers = itertools.count()
        self._waiting: list[_Request] = []
        self._threads: dict[str, Thread] = {}
        self._planned = 0.0
        self._shift: dict[int, float] = {}

    def run(self, until: float) -> list[Thread]:
        changed: dict[str, Thread] = {}
        while self._planned < until:
            self._plan(self._planned, self._planned + 5 * MINUTE)
            self._planned += 5 * MINUTE
        while self._waiting and self._waiting[0].at <= until:
            thread = self._serve(heapq.heappop(self._waiting))
            changed[thread.thread_id] = thread
        self.now = until
        if len(self._threads) > 50_000:
            self._threads = {name: one for name, one in self._threads.items() if one.last_at > until - DAY}
        return list(changed.values())

    def name(self, host: int, at: float) -> str:
        """As it is called at this time."""
        release = sum(deployed <= at for deployed in self.place.deployments)
        return f"web-{host}-{release}" if self.place.deployments else f"web-{host}"

    def _plan(self, begin: float, end: float) -> None:
        """Conversations that begin in this time, with all their turns."""
        place, dice = self.place, self._dice
        expected = self._rate((begin + end) / 2) * (end - begin)
        at = begin
        while (at := at + dice.expovariate(expected / (end - begin))) < end:
            self._converse(at, dice.choices(place.graphs, [graph.part for graph in place.graphs])[0])
        if place.nightly and begin <= _next(2.0, begin) < end:
            for number in range(place.nightly):
                self._ask(_next(2.0, begin) + number * 2, self._uuid(), "evaluate", 0)

    def _converse(self, at: float, graph: Graph) -> None:
        dice = self._dice
        host = dice.randrange(self.place.hosts) if self.place.sticky else None
        thread_id = self._uuid()
        self._ask(at, thread_id, graph.name, host)
        if dice.random() < self._one_turn(graph, at):
            return
        while True:
            at += dice.lognormvariate(math.log(graph.pause), 0.9)
            self._ask(at, thread_id, graph.name, host)
            if dice.random() > 0.6:
                return

    def _ask(self, at: float, thread_id: str, graph: str, host: int | None) -> None:
        heapq.heappush(self._waiting, _Request(at, next(self._numbers), thread_id, graph, host))

    def _serve(self, request: _Request) -> Thread:
        at, bad = request.at, self.place.forgets
        number = self._dice.randrange(self.place.hosts) if request.host is None else request.host
        host, thread_id = self.name(number, at), request.thread_id
        if bad is not None and number == bad.host and bad.begin <= at < bad.end:
            thread_id = self._uuid()
            self.begun += 1
        thread = self._threads.get(thread_id)
        if thread is None:
            thread = self._threads[thread_id] = Thread(thread_id, "", at, graph=request.graph)
        thread.turns += 1
        thread.by_host[host] = thread.by_host.get(host, 0) + 1
        thread.last_at = at + self._dice.lognormvariate(0.5, 0.5)
        return thread

    def _rate(self, at: float) -> float:
        """Conversations a second."""
        hour = (_FIRST + at / HOUR) % 24
        wave = math.cos((hour - _BUSIEST) / 24 * 2 * math.pi)
        return self.place.a_day / DAY * max(0.05, 1 + 1.1 * wave) * (self.place.weekend if _is_weekend(at) else 1)

    def _one_turn(self, graph: Graph, at: float) -> float:
        """It is a little higher at night and at weekends, and each day has a shift of its own."""
        if graph.one_turn >= 1:
            return 1.0
        day = int((_FIRST * HOUR + at) // DAY)
        if day not in self._shift:
            self._shift[day] = self._dice.gauss(0, self.place.spread)
        hour = (_FIRST + at / HOUR) % 24
        night = 0.06 * math.cos((hour - 3) / 24 * 2 * math.pi)
        return min(0.95, max(0.02, graph.one_turn + night + self._shift[day] + 0.05 * _is_weekend(at)))

    def _uuid(self) -> str:
        return str(UUID(int=self._dice.getrandbits(128), version=4))


def _is_weekend(at: float) -> bool:
    return int((_FIRST * HOUR + at) // DAY) % 7 >= 5


def _next(hour: float, at: float) -> float:
    """When the clock shows this hour next."""
    midnight = (_FIRST * HOUR + at) // DAY * DAY - _FIRST * HOUR
    due = midnight + hour * HOUR
    return due if due >= at else due + DAY
