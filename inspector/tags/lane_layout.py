"""Where everything in the picture of lanes lies: dots along the hosts' lanes, branches on rows below them, seams of
turns, tears where time is left out, ticks for reads."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_WIDTH = 1048
EDGE = 24
_TOP = (24, 36)  #: above the first lane, without and with pauses to tell
_PITCH = (40, 30)  #: distance of two lanes: of a few, and of more than three
_ROW = 16  #: of a branch below its lane
_BELOW = 9  #: how far under the last row of its lane a read is drawn
_FOOT = 36
_PACE = (14.0, 64.0)  #: least and most distance of two dots that are as fast as can be
_SEAM = 0.7  #: a seam between turns, as a part of that
_MOST_LANES = 8
#: Where time is left out, in seconds: what is told at all, and what is always torn.
_PAUSE, _LONG = 60.0, 6 * 3600.0
_MOST_TEARS = 8


class Step(Protocol):
    @property
    def checkpoint_id(self) -> str: ...
    @property
    def parent_checkpoint_id(self) -> str | None: ...
    @property
    def turn(self) -> int: ...
    @property
    def hostname(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def level(self) -> int: ...


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
    def marks(self) -> Sequence[Mark]: ...


@dataclass(frozen=True, slots=True)
class Lane:
    """One host's, or that of the `others`, which are too many for lanes of their own. `rows` are the branch levels that
    have a row here, `y` is that of the first."""

    hostname: str
    others: int
    y: float
    rows: tuple[int, ...]

    def y_of(self, level: int) -> float:
        return self.y + _ROW * self.rows.index(level)

    @property
    def below(self) -> float:
        return self.y + _ROW * (len(self.rows) - 1) + _BELOW


@dataclass(frozen=True, slots=True)
class Tick:
    """One or more reads of a lane's host, below the lane."""

    x: float
    y: float
    hostname: str
    found: bool


@dataclass(frozen=True, slots=True)
class Dot:
    step: int  #: its place among the steps
    x: float
    y: float
    lane: int


@dataclass(frozen=True, slots=True)
class Pause:
    """So many seconds between two steps. `torn` where so much is left out that the picture is torn there."""

    x: float
    seconds: float
    torn: bool


@dataclass(frozen=True, slots=True)
class Lanes:
    """Dots in the order of the steps, lanes from above, where a turn begins: (x, turn), pauses, and reads."""

    dots: tuple[Dot, ...]
    lanes: tuple[Lane, ...]
    seams: tuple[tuple[float, int], ...]
    pauses: tuple[Pause, ...]
    ticks: tuple[Tick, ...]
    width: float
    height: float


def lay_out(steps: Sequence[Step], hosts: Sequence[str], gaps: Sequence[Gap] = ()) -> Lanes:
    """Places for steps that come oldest first. `hosts` are in the order of their lanes."""
    marks = [mark for gap in gaps for mark in gap.marks]
    levels: dict[str, set[int]] = {}
    for step in steps:
        levels.setdefault(step.hostname, set()).add(step.level)
    for mark in marks:
        levels.setdefault(mark.hostname, set())
    ordered = sorted(levels, key=lambda host: hosts.index(host) if host in hosts else len(hosts))
    xs, seams, pauses = _places(steps)
    lanes, lane_of = _lanes(ordered, levels, float(_TOP[1] if pauses else _TOP[0]))
    dots = tuple(
        Dot(place, x, lanes[lane_of[step.hostname]].y_of(step.level), lane_of[step.hostname])
        for place, (step, x) in enumerate(zip(steps, xs, strict=True))
    )
    places = {step.checkpoint_id: place for place, step in enumerate(steps)}
    ticks = [tick for gap in gaps for tick in _ticks(gap, xs, places, lanes, lane_of)]
    height = lanes[-1].below - _BELOW + _FOOT if lanes else 0
    width = round(max(_WIDTH, (xs[-1] if xs else 0) + EDGE))
    return Lanes(dots, lanes, seams, pauses, tuple(ticks), width, height)


def _lanes(hosts: Sequence[str], levels: Mapping[str, set[int]], y: float) -> tuple[tuple[Lane, ...], dict[str, int]]:
    """In the order in which hosts come; below them a lane for those that are too many, and one for whoever named no
    host."""
    named = [host for host in hosts if host]
    groups = [[host] for host in named[:_MOST_LANES]]
    groups += [named[_MOST_LANES:]] if named[_MOST_LANES:] else []
    groups += [[""]] if "" in hosts else []
    pitch = _PITCH[0] if len(groups) <= 3 else _PITCH[1]
    lanes = []
    for place, group in enumerate(groups):
        rows = tuple(sorted(set().union(*(levels[host] for host in group)))) or (0,)
        others = len(group) if place == _MOST_LANES and group[0] else 0
        lanes.append(Lane("" if others else group[0], others, y, rows))
        y += pitch + _ROW * (len(rows) - 1)
    return tuple(lanes), {host: place for place, group in enumerate(groups) for host in group}


def _places(steps: Sequence[Step]) -> tuple[list[float], tuple[tuple[float, int], ...], tuple[Pause, ...]]:
    """Where each step is: further from the one before the longer it took, by the logarithm and within bounds."""
    waits = [_seconds(one, two) for one, two in itertools.pairwise(steps)]
    turned = [one.turn != two.turn for one, two in itertools.pairwise(steps)]
    weights = [_weight(wait) + (_SEAM if new else 0) for wait, new in zip(waits, turned, strict=True)]
    room = (_WIDTH - 2 * EDGE) / max(1.0, sum(weights))
    pace = min(_PACE[1], max(_PACE[0], room))
    xs = [float(EDGE)] if steps else []
    for weight in weights:
        xs.append(round(xs[-1] + pace * weight, 1))
    seams = [(xs[0] - EDGE / 2, steps[0].turn)] if steps else []
    seams += [
        (round((xs[place] + xs[place + 1]) / 2, 1), steps[place + 1].turn) for place, new in enumerate(turned) if new
    ]
    long = sorted((wait for wait in waits if wait >= _PAUSE), reverse=True)[:_MOST_TEARS]
    pauses = tuple(
        Pause(round((xs[place] + xs[place + 1]) / 2, 1), wait, torn=wait in long or wait >= _LONG)
        for place, wait in enumerate(waits)
        if wait >= _PAUSE
    )
    return xs, tuple(seams), pauses


def _seconds(one: Step, two: Step) -> float:
    return (two.at - one.at).total_seconds() if one.at is not None and two.at is not None else 0.0


def _weight(seconds: float) -> float:
    """1 for a step that takes no time, up to 2."""
    return 1 + min(1.0, 0.3 * math.log10(1 + max(0.0, seconds)))


def _ticks(
    gap: Gap, xs: Sequence[float], places: Mapping[str, int], lanes: Sequence[Lane], lane_of: Mapping[str, int]
) -> Iterator[Tick]:
    """Side by side, in their order, between the dots that they lie between."""
    at = places.get(gap.under)
    if at is None and gap.under:
        return
    left = xs[at - 1] if at else xs[-1] if at is None else 0.0
    right = xs[at] if at is not None else left + EDGE
    kinds = list(dict.fromkeys((lane_of[mark.hostname], mark.found) for mark in gap.marks))
    for place, (lane, found) in enumerate(kinds, start=1):
        yield Tick(
            round(left + (right - left) * place / (len(kinds) + 1), 1), lanes[lane].below, lanes[lane].hostname, found
        )
