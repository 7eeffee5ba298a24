"""Where everything in the picture of lanes lies: dots along the hosts' lanes, seams between turns, ticks for reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

_WIDTH = 1108
_EDGE = 24
_PITCH = (40, 28)  #: distance of two lanes: of a few, and of more than three
_TOP = 26
_STEPS = (14, 72)  #: least and most distance of two dots
_SEAM = 0.8  #: a seam between turns, as a part of a step
_MOST_LANES = 8


class Step(Protocol):
    @property
    def checkpoint_id(self) -> str: ...
    @property
    def parent_checkpoint_id(self) -> str | None: ...
    @property
    def step(self) -> int | None: ...
    @property
    def source(self) -> str: ...
    @property
    def turn(self) -> int: ...
    @property
    def hostname(self) -> str: ...
    @property
    def node_names(self) -> tuple[str, ...]: ...


class Turn(Protocol):
    @property
    def steps(self) -> tuple[Step, ...]: ...


class Mark(Protocol):
    """Reads of one host between two steps that found something, or nothing."""

    @property
    def hostname(self) -> str: ...
    @property
    def found(self) -> bool: ...
    @property
    def count(self) -> int: ...


class Gap(Protocol):
    """Reads just before the step `under`; "" after the newest one."""

    @property
    def under(self) -> str: ...
    @property
    def marks(self) -> tuple[Mark, ...]: ...


@dataclass(frozen=True, slots=True)
class Tick:
    """One or more reads of a lane's host, below the lane."""

    x: float
    lane: int
    found: bool


@dataclass(frozen=True, slots=True)
class Dot:
    step: Step
    x: float
    lane: int
    y: float


@dataclass(frozen=True, slots=True)
class Lanes:
    """Dots oldest first, the hosts of the lanes from above, where a turn begins: (x, turn), and reads."""

    dots: tuple[Dot, ...]
    hosts: tuple[str, ...]
    seams: tuple[tuple[float, int], ...]
    width: float
    ticks: tuple[Tick, ...] = ()

    @property
    def height(self) -> float:
        return height_of(len(self.hosts) - 1, len(self.hosts)) + 46


def lay_out(steps: Sequence[Step], gaps: Sequence[Gap] = ()) -> Lanes:
    """Places for steps that come newest first."""
    ordered = list(reversed(steps))
    readers = [mark.hostname for gap in gaps for mark in gap.marks]
    hosts = _hosts([*(step.hostname for step in ordered), *readers])
    turns = sum(1 for one, two in itertools.pairwise(ordered) if one.turn != two.turn)
    room = (_WIDTH - 2 * _EDGE) / max(1, len(ordered) - 1 + turns * _SEAM)
    pace = min(_STEPS[1], max(_STEPS[0], room))
    dots: list[Dot] = []
    seams: list[tuple[float, int]] = []
    x = float(_EDGE)
    for place, step in enumerate(ordered):
        new_turn = place == 0 or ordered[place - 1].turn != step.turn
        if place:
            x += pace * (1 + _SEAM if new_turn else 1)
        if new_turn:
            seams.append((round(x - pace * (1 + _SEAM) / 2 if place else x - _EDGE / 2, 1), step.turn))
        lane = _lane_of(step.hostname, hosts)
        dots.append(Dot(step, round(x, 1), lane, height_of(lane, len(hosts))))
    ticks = tuple(itertools.chain.from_iterable(_ticks(gap, dots, hosts) for gap in gaps))
    return Lanes(tuple(dots), tuple(hosts), tuple(seams), round(max(_WIDTH, x + _EDGE)), ticks)


def _lane_of(hostname: str, hosts: Sequence[str]) -> int:
    return hosts.index(hostname) if hostname in hosts else len(hosts) - 1


def _ticks(gap: Gap, dots: Sequence[Dot], hosts: Sequence[str]) -> Iterator[Tick]:
    """Side by side, in their order, between the dots that they lie between."""
    at = next((place for place, dot in enumerate(dots) if dot.step.checkpoint_id == gap.under), None)
    if at is None and gap.under:
        return
    left = dots[at - 1].x if at else dots[-1].x if at is None else 0.0
    right = dots[at].x if at is not None else left + _EDGE
    marks = list(dict.fromkeys((_lane_of(mark.hostname, hosts), mark.found) for mark in gap.marks))
    for place, (lane, found) in enumerate(marks, start=1):
        yield Tick(round(left + (right - left) * place / (len(marks) + 1), 1), lane, found)


def height_of(lane: int, lanes: int) -> int:
    return _TOP + lane * (_PITCH[0] if lanes <= 3 else _PITCH[1])


def _hosts(hostnames: Sequence[str]) -> list[str]:
    """In the order in which they come; the host that nobody named below the others, and with it too many."""
    named = list(dict.fromkeys(filter(None, hostnames)))
    unnamed = "" in hostnames or len(named) > _MOST_LANES
    return named[:_MOST_LANES] + ([""] if unnamed else [])
