"""Who wrote what: one lane a host, a dot for each checkpoint, a line to its parent, a seam between turns.

The picture is for the eye alone; the list of steps beside it says the same to everyone else, so the picture is hidden
from screen readers and its links are no tab stops.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from django.http import HttpRequest
from django.template import Context, Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.text import count_noun, shorten_middle
from inspector.templatetags.hosts import host_class, host_name
from inspector.templatetags.links import query_of
from inspector.templatetags.marks import drawn, plain

register = Library()

_WIDTH = 1108
_LABELS = 132  #: room for the hosts' names, which stay in sight while the rest scrolls
_EDGE = 24
_PITCH = (40, 28)  #: distance of two lanes: of a few, and of more than three
_TOP = 26
_STEPS = (14, 72)  #: least and most distance of two dots
_SEAM = 0.8  #: a seam between turns, as a part of a step
_MOST_LANES = 8
#: An id longer than this would make every dot's link longer than the rest of the page.
_LONG_ID = 400


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


@dataclass(frozen=True, slots=True)
class Dot:
    step: Step
    x: float
    lane: int
    y: float


@dataclass(frozen=True, slots=True)
class Lanes:
    """Dots oldest first, the hosts of the lanes from above, and where a turn begins: (x, turn)."""

    dots: tuple[Dot, ...]
    hosts: tuple[str, ...]
    seams: tuple[tuple[float, int], ...]
    width: float

    @property
    def height(self) -> float:
        return _height_of(len(self.hosts) - 1, len(self.hosts)) + 46


@register.simple_tag(takes_context=True)
def show_lanes(context: Context, turns: Sequence[Turn], selected: str, word: str = "turn") -> SafeString:
    """The picture of the steps in `turns`, newest first as the list has them. A subgraph's turns are calls (`word`)."""
    steps = [step for turn in turns for step in turn.steps]
    if not steps:
        return mark_safe("")
    lanes = lay_out(steps)
    return mark_safe("".join(_draw(lanes, selected, _link(context["request"]), word)))  # noqa: S308  escaped where made


@register.filter
def told(turns: Sequence[Turn]) -> str:
    """The picture in a sentence: who wrote how many of these checkpoints."""
    steps = [step for turn in turns for step in turn.steps]
    counts: dict[str, int] = {}
    for step in steps:
        counts[host_name(step.hostname)] = counts.get(host_name(step.hostname), 0) + 1
    each = ", ".join(f"{plain(host)} {count}" for host, count in counts.items())
    return f"Of {count_noun(len(steps), 'checkpoint')} here, hosts wrote: {each}."


def lay_out(steps: Sequence[Step]) -> Lanes:
    """Places for steps that come newest first."""
    ordered = list(reversed(steps))
    hosts = _hosts(ordered)
    gaps = sum(1 for one, two in itertools.pairwise(ordered) if one.turn != two.turn)
    room = (_WIDTH - 2 * _EDGE) / max(1, len(ordered) - 1 + gaps * _SEAM)
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
        lane = hosts.index(step.hostname) if step.hostname in hosts else len(hosts) - 1
        dots.append(Dot(step, round(x, 1), lane, _height_of(lane, len(hosts))))
    return Lanes(tuple(dots), tuple(hosts), tuple(seams), round(max(_WIDTH, x + _EDGE)))


def _height_of(lane: int, lanes: int) -> int:
    return _TOP + lane * (_PITCH[0] if lanes <= 3 else _PITCH[1])


def _hosts(steps: Iterable[Step]) -> list[str]:
    """In the order in which they first wrote; the host that nobody named below the others, and with it too many."""
    named = list(dict.fromkeys(step.hostname for step in steps if step.hostname))
    unnamed = any(not step.hostname for step in steps) or len(named) > _MOST_LANES
    return named[:_MOST_LANES] + ([""] if unnamed else [])


def _link(request: HttpRequest) -> str:
    """What every dot's address begins with; "" where that is too long to be said so often."""
    query = request.GET.copy()
    for name in ("checkpoint", "against", "load", "format"):
        query.pop(name, None)
    text = query_of((name, value) for name, values in query.lists() for value in values)
    return escape(f"?{text}&checkpoint=") if len(text) <= _LONG_ID else ""


def _draw(lanes: Lanes, selected: str, link: str, word: str) -> Iterator[str]:
    rows = [_height_of(row, len(lanes.hosts)) for row in range(len(lanes.hosts))]
    yield _begin("lanes names", _LABELS, lanes.height)
    for y, host in zip(rows, lanes.hosts, strict=True):
        yield f'<text class="{host_class(host)}" x="0" y="{y + 4}">{drawn(shorten_middle(host_name(host), 18))}</text>'
    yield "</svg>"
    yield _begin("lanes", lanes.width, lanes.height)
    yield f'<path class="row" d="{"".join(f"M0 {y}H{lanes.width:g}" for y in rows)}"/>'
    yield from _seams(lanes, word)
    yield from _parents(lanes)
    for dot in lanes.dots:
        yield _dot(dot, link, chosen=dot.step.checkpoint_id == selected)
    yield "</svg>"


def _begin(classes: str, width: float, height: float) -> str:
    return (
        f'<svg class="{classes}" aria-hidden="true" focusable="false" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="xMinYMin slice">'
    )


def _seams(lanes: Lanes, word: str) -> Iterator[str]:
    bottom = lanes.height - 28
    lines = "".join(f"M{x:g} 6V{bottom:g}" for x, _ in lanes.seams[1:])
    yield f'<path class="seam" d="{lines}"/>' if lines else ""
    end = -1.0
    for x, turn in lanes.seams:
        if x > end:  # a label that would run into the one before is left out
            words = f"{word} {turn}" if turn else f"before the first {word}"
            yield f'<text class="turn" x="{x + 4:g}" y="{lanes.height - 10:g}">{words}</text>'
            end = x + 8 + 7 * len(words)


def _parents(lanes: Lanes) -> Iterator[str]:
    """Lines in one path; those that skip a step (forks, replays) in another, bowed around what lies between."""
    place = {dot.step.checkpoint_id: index for index, dot in enumerate(lanes.dots)}
    straight, bowed = [], []
    for index, dot in enumerate(lanes.dots):
        above = place.get(dot.step.parent_checkpoint_id or "")
        if above is None:
            continue
        parent = lanes.dots[above]
        half = (dot.x - parent.x) / 2
        if index - above != 1:
            lift = min(parent.y, dot.y) - 20
            bowed.append(
                f"M{parent.x:g} {parent.y:g}C{parent.x + 8:g} {lift:g} {dot.x - 8:g} {lift:g} {dot.x:g} {dot.y:g}"
            )
        elif parent.lane == dot.lane:
            straight.append(f"M{parent.x:g} {parent.y:g}H{dot.x:g}")
        else:
            straight.append(
                f"M{parent.x:g} {parent.y:g}c{half:g} 0 {half:g} {dot.y - parent.y:g} {2 * half:g} {dot.y - parent.y:g}"
            )
    if straight:
        yield f'<path class="line" d="{"".join(straight)}"/>'
    if bowed:
        yield f'<path class="line fork" d="{"".join(bowed)}"/>'


def _dot(dot: Dot, link: str, *, chosen: bool) -> str:
    step = dot.step
    words = [f"step {step.step}" if step.step is not None else "step", step.source, *step.node_names[:3]]
    words.append(host_name(step.hostname))
    title = f"<title>{drawn(shorten_middle(' · '.join(filter(None, words)), 120))}</title>"
    classes = f"{host_class(step.hostname)} {_shape(step.source)}{' on' if chosen else ''}"
    shape = f'<g class="{classes}">{title}{_mark(dot, chosen)}</g>'
    if not link:
        return shape
    return f'<a href="{link}{_address(step.checkpoint_id)}" tabindex="-1">{shape}</a>'


def _shape(source: str) -> str:
    """Inputs are rings, steps of the loop dots, what people did by hand (update, fork) diamonds."""
    return {"input": "in", "loop": "lo"}.get(source, "by")


def _mark(dot: Dot, chosen: bool) -> str:
    x, y = dot.x, dot.y
    halo = f'<circle class="halo" cx="{x:g}" cy="{y:g}" r="10"/>' if chosen else ""
    if _shape(dot.step.source) == "by":
        return f'{halo}<path d="M{x:g} {y - 7:g}l7 7l-7 7l-7-7z"/>'
    return f'{halo}<circle cx="{x:g}" cy="{y:g}" r="{5 if dot.step.source != "input" else 4.5:g}"/>'


def _address(checkpoint_id: str) -> str:
    return quote(checkpoint_id, safe="")
