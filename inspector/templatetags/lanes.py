"""Who wrote what: one lane a host, a dot for each checkpoint, a line to its parent, a seam between turns.

The picture is for the eye alone; the list of steps beside it says the same to everyone else, so the picture is hidden
from screen readers and its links are no tab stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from django.http import HttpRequest
from django.template import Context, Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.text import count_noun, shorten_middle
from inspector.templatetags.hosts import host_class, host_name
from inspector.templatetags.lane_layout import Dot, Gap, Lanes, Turn, height_of, lay_out
from inspector.templatetags.links import query_of
from inspector.templatetags.marks import drawn, plain

register = Library()

_LABELS = 132  #: room for the hosts' names, which stay in sight while the rest scrolls
_BELOW = 9  #: how far under its lane a read is drawn
_MOST_TOLD = 8
#: An id longer than this would make every dot's link longer than the rest of the page.
_LONG_ID = 400


@register.simple_tag(takes_context=True)
def show_lanes(
    context: Context, turns: Sequence[Turn], selected: str, word: str = "turn", gaps: Sequence[Gap] = ()
) -> SafeString:
    """The picture of the steps in `turns`, newest first as the list has them. A subgraph's turns are calls (`word`)."""
    steps = [step for turn in turns for step in turn.steps]
    if not steps:
        return mark_safe("")
    lanes = lay_out(steps, gaps)
    return mark_safe("".join(_draw(lanes, selected, _link(context["request"]), word)))  # noqa: S308  escaped where made


@register.filter
def told(turns: Sequence[Turn], gaps: Sequence[Gap] = ()) -> str:
    """The picture in a sentence: who wrote how many of these checkpoints, and who read between them."""
    steps = [step for turn in turns for step in turn.steps]
    counts: dict[str, int] = {}
    for step in steps:
        counts[host_name(step.hostname)] = counts.get(host_name(step.hostname), 0) + 1
    each = ", ".join(f"{plain(host)} {count}" for host, count in counts.items())
    return f"Of {count_noun(len(steps), 'checkpoint')} here, hosts wrote: {each}.{_reads_told(gaps)}"


def _reads_told(gaps: Iterable[Gap]) -> str:
    reads: dict[str, int] = {}
    missed: dict[str, int] = {}
    for mark in (mark for gap in gaps for mark in gap.marks):
        reads[mark.hostname] = reads.get(mark.hostname, 0) + mark.count
        missed[mark.hostname] = missed.get(mark.hostname, 0) + (0 if mark.found else mark.count)
    if not reads:
        return ""
    each = [
        f"{plain(host_name(host))} {count}" + (f", {missed[host]} of them found nothing" if missed[host] else "")
        for host, count in reads.items()
    ]
    rest = f"; and {count_noun(len(each) - _MOST_TOLD, 'more host')}" if len(each) > _MOST_TOLD else ""
    return f" Reads between them: {'; '.join(each[:_MOST_TOLD])}{rest}."


def _link(request: HttpRequest) -> str:
    """What every dot's address begins with; "" where that is too long to be said so often."""
    query = request.GET.copy()
    for name in ("checkpoint", "against", "load", "format"):
        query.pop(name, None)
    text = query_of((name, value) for name, values in query.lists() for value in values)
    return escape(f"?{text}&checkpoint=") if len(text) <= _LONG_ID else ""


def _draw(lanes: Lanes, selected: str, link: str, word: str) -> Iterator[str]:
    rows = [height_of(row, len(lanes.hosts)) for row in range(len(lanes.hosts))]
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
    yield from _reads(lanes)
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


def _reads(lanes: Lanes) -> Iterator[str]:
    """A path for all the reads of a lane that found something, and one for those that did not."""
    drawn_so: dict[tuple[int, bool], list[float]] = {}
    for tick in lanes.ticks:
        drawn_so.setdefault((tick.lane, tick.found), []).append(tick.x)
    for (lane, found), places in drawn_so.items():
        y = height_of(lane, len(lanes.hosts)) + _BELOW
        shape, classes = ("h2.5v8h-2.5z", "rd") if found else ("h3v7h-3z", "rd no")
        lines = "".join(f"M{x - 1:g} {y:g}{shape}" for x in places)
        yield f'<path class="{host_class(lanes.hosts[lane])} {classes}" d="{lines}"/>'


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
