"""Who wrote what: one lane a host, a dot for each checkpoint, a line to its parent, a seam between turns.

The picture is for the eye: a sentence (`lane_words.told`) and the list of steps say the same to everyone else, so it is
hidden from screen readers and its links are no tab stops. It is one stop itself, in which the arrow keys move from dot
to dot (static/inspector/js/lanes.js).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from django.http import HttpRequest
from django.template import Context, Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.picture import Picture, PictureStep
from inspector.domain.text import shorten_middle
from inspector.tags.hosts import host_class
from inspector.tags.lane_layout import EDGE, Dot, Gap, Lane, Lanes, lay_out
from inspector.tags.lane_words import SIGNS, dot_words, shape_of, short_hosts
from inspector.tags.links import query_of
from inspector.tags.marks import drawn, plain
from inspector.tags.words import span

register = Library()

_LABELS = 132  #: room for the hosts' names, which stay in sight while the rest scrolls
#: An id longer than this would make every dot's link longer than the rest of the page.
_LONG_ID = 400
#: Least distance of two dots that are drawn in full size.
_ROOMY = 17
#: Characters of a host's name, and on a narrow screen (lanes.css).
_NAME, _NARROW_NAME = 17, 11


@register.simple_tag(takes_context=True)
def show_lanes(
    context: Context, picture: Picture, selected: str, word: str = "turn", gaps: Sequence[Gap] = ()
) -> SafeString:
    """The steps of a picture. A subgraph's turns are calls (`word`)."""
    if not picture.steps:
        return mark_safe("")
    lanes = lay_out(picture.steps, picture.hosts, gaps)
    pieces = _draw(lanes, picture.steps, selected, link_of(context["request"]), word)
    return mark_safe("".join(pieces))  # noqa: S308  escaped where made


def link_of(request: HttpRequest) -> str:
    """What every dot's address begins with; "" where that is too long to be said so often."""
    query = request.GET.copy()
    for name in ("checkpoint", "against", "load", "format", "before", "after", "end"):
        query.pop(name, None)
    text = query_of((name, value) for name, values in query.lists() for value in values)
    return escape(f"?{text}&checkpoint=") if len(text) <= _LONG_ID else ""


def address(checkpoint_id: str) -> str:
    return quote(checkpoint_id, safe="")


def _draw(lanes: Lanes, steps: Sequence[PictureStep], selected: str, link: str, word: str) -> Iterator[str]:
    yield _begin("lanes names", _LABELS, lanes.height)
    names = short_hosts([lane.hostname for lane in lanes.lanes])
    for lane, name in zip(lanes.lanes, names, strict=True):
        yield _name(lane, name)
    yield "</svg>"
    yield _begin("lanes", lanes.width, lanes.height)
    yield from _pauses(lanes)
    rows = "".join(f"M0 {lane.y:g}H{lanes.width:g}" for lane in lanes.lanes)
    yield f'<path class="row" d="{rows}"/>'
    yield from _seams(lanes, word)
    yield from _edges(lanes, steps)
    small = any(two.x - one.x < _ROOMY for one, two in zip(lanes.dots, lanes.dots[1:], strict=False))
    for dot in lanes.dots:
        yield _dot(dot, steps[dot.step], link, word, small=small, chosen=steps[dot.step].checkpoint_id == selected)
    yield from _reads(lanes)
    yield "</svg>"


def _name(lane: Lane, name: str) -> str:
    words = f"{lane.others} more host{'s' if lane.others > 1 else ''}" if lane.others else name
    title = f"<title>{drawn(shorten_middle(lane.hostname, 120))}</title>" if words != lane.hostname else ""
    line = plain(words)  # before it is shortened: what is named by its code point takes more room
    place = f'x="0" y="{lane.y + 4:g}"'
    wide, narrow = (drawn(shorten_middle(line, most)) for most in (_NAME, _NARROW_NAME))
    hue = host_class(lane.hostname)
    if wide == narrow:
        return f'<text class="{hue}" {place}>{wide}{title}</text>'
    return (
        f'<text class="{hue} wide-name" {place}>{wide}{title}</text>'
        f'<text class="{hue} narrow-name" {place}>{narrow}{title}</text>'
    )


def _begin(classes: str, width: float, height: float) -> str:
    return (
        f'<svg class="{classes}" aria-hidden="true" focusable="false" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="xMinYMin slice">'
    )


def _seams(lanes: Lanes, word: str) -> Iterator[str]:
    bottom = lanes.height - 22
    torn = {pause.x for pause in lanes.pauses if pause.torn}
    lines = "".join(f"M{x:g} 18V{bottom:g}" for x, _ in lanes.seams[1:] if x not in torn)
    yield f'<path class="seam" d="{lines}"/>' if lines else ""
    end = -1.0
    for x, turn in lanes.seams:
        if x > end:  # a label that would run into the one before is left out
            words = f"{word} {turn}" if turn else f"before the first {word}"
            yield f'<text class="turn" x="{x + 4:g}" y="{lanes.height - 8:g}">{words}</text>'
            end = x + 8 + 7 * len(words)


def _pauses(lanes: Lanes) -> Iterator[str]:
    """Tears first, then what else there is room to tell."""
    bottom = lanes.height - 22
    tears = [pause.x for pause in lanes.pauses if pause.torn]
    if tears:
        band = "".join(f"M{x - 5:g} 18h10V{bottom:g}h-10z" for x in tears)
        sides = "".join(f"M{x + side:g} 18V{bottom:g}" for x in tears for side in (-5, 5))
        yield f'<path class="tear" d="{band}"/><path class="torn" d="{sides}"/>'
    taken: list[tuple[float, float]] = []
    for pause in sorted(lanes.pauses, key=lambda one: (not one.torn, one.x)):
        words = span(pause.seconds)
        half = 3.2 * len(words) + 4
        x = min(max(pause.x, half), lanes.width - half)
        if all(x + half < left or x - half > right for left, right in taken):
            taken.append((x - half, x + half))
            yield f'<text class="pause" x="{x:g}" y="12">{words}</text>'


def _edges(lanes: Lanes, steps: Sequence[PictureStep]) -> Iterator[str]:
    """Lines to parents, in one path for each kind. Who has its parent beyond the picture's edge comes from there."""
    place = {step.checkpoint_id: index for index, step in enumerate(steps)}
    paths: dict[str, list[str]] = {}
    for dot in lanes.dots:
        step = steps[dot.step]
        above = place.get(step.parent_checkpoint_id or "")
        kind = "line rival" if step.sibling else "line fork" if step.fork else "line left" if step.left else "line"
        if above is None:
            if step.parent_checkpoint_id:
                far = step.left or step.fork or dot.step > 0
                paths.setdefault(kind, []).append(f"M{dot.x - (14 if far else EDGE):g} {dot.y:g}H{dot.x:g}")
        else:
            paths.setdefault(kind, []).append(_edge(lanes.dots[above], dot, leaves=steps[above].level != step.level))
    for kind, lines in sorted(paths.items()):
        yield f'<path class="{kind}" d="{"".join(lines)}"/>'


def _edge(parent: Dot, dot: Dot, *, leaves: bool) -> str:
    """Along the parent's row and then over to the child's; what leaves its parent's branch turns away at once."""
    begin, width = f"M{parent.x:g} {parent.y:g}", dot.x - parent.x
    if parent.y == dot.y:
        return f"{begin}H{dot.x:g}" if width > 0 else f"{begin}q{width / 2:g} -18 {width:g} 0"
    bend = min(abs(width), 28) / 2 * (1 if width >= 0 else -1)
    fall = dot.y - parent.y
    curve = f"c{bend:g} 0 {bend:g} {fall:g} {2 * bend:g} {fall:g}"
    return f"{begin}{curve}H{dot.x:g}" if leaves else f"{begin}H{dot.x - 2 * bend:g}{curve}"


def _reads(lanes: Lanes) -> Iterator[str]:
    """A path for all the reads of a lane that found something, and one for those that did not."""
    drawn_so: dict[tuple[str, bool], list[str]] = {}
    for tick in lanes.ticks:
        shape = "h2.5v8h-2.5z" if tick.found else "h3v7h-3z"
        drawn_so.setdefault((tick.hostname, tick.found), []).append(f"M{tick.x - 1:g} {tick.y:g}{shape}")
    for (hostname, found), lines in drawn_so.items():
        yield f'<path class="{host_class(hostname)} {"rd" if found else "rd no"}" d="{"".join(lines)}"/>'


def _dot(dot: Dot, step: PictureStep, link: str, word: str, *, small: bool, chosen: bool) -> str:
    title = f"<title>{drawn(dot_words(step, word))}</title>"
    classes = [host_class(step.hostname), shape_of(step.source)]
    classes += [name for name, holds in (("left", step.left), ("sib", step.sibling), ("on", chosen)) if holds]
    shape = f'<g class="{" ".join(classes)}">{title}{_figure(dot, step, small=small, chosen=chosen)}</g>'
    if not link:
        return shape
    return f'<a href="{link}{address(step.checkpoint_id)}" tabindex="-1">{shape}</a>'


def _figure(dot: Dot, step: PictureStep, *, small: bool, chosen: bool) -> str:
    x, y = f"{dot.x:g}", f"{dot.y:g}"
    radius = 4.0 if small else 5.0
    pieces = []
    if chosen:
        pieces.append(f'<circle class="halo" cx="{x}" cy="{y}" r="{radius + 5:g}"/>')
    elif step.sibling:
        pieces.append(f'<circle class="ring" cx="{x}" cy="{y}" r="{radius + 3:g}"/>')
    if shape_of(step.source).startswith("by"):
        side = radius + 1.5
        pieces.append(f'<path d="M{x} {dot.y - side:g}l{side:g} {side:g}l{-side:g} {side:g}l{-side:g} {-side:g}z"/>')
    else:
        pieces.append(f'<circle cx="{x}" cy="{y}" r="{radius - 0.5 if step.source == "input" else radius:g}"/>')
    y = f"{dot.y - radius - (9 if chosen else 6 if step.sibling else 4):g}"
    for place, mark in enumerate(mark for mark in step.marks if mark in SIGNS):
        pieces.append(f'<text class="sign {mark}" x="{dot.x + 8 * place:g}" y="{y}">{SIGNS[mark]}</text>')
    return "".join(pieces)
