"""A long thread in one strip that fits its page: how many checkpoints each host wrote where, the seams of the turns,
pauses, and where the steps on the page lie. Each turn, or some turns together, is a link that moves there."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.template import Context, Library
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.picture import Overview, Picture
from inspector.tags.hosts import host_class
from inspector.tags.lanes import address, link_of
from inspector.tags.words import clock, span

register = Library()

#: Width of the strip in its own units, of which the older, folded turns take a part.
_WIDTH = 1000.0
_FOLDED = 120.0
_BINS, _BARS = 200, 720  #: places along the strip, and bars of all hosts together
_ROW, _TOP, _FOOT = 11, 16, 18
_MOST_ROWS = 9
_LINKS, _FOLDED_LINKS = 48, 6
_LABELS, _PAUSES = 6, 5
_APART = 0.13  #: of two labels, as a part of the width
_LONG = 3600.0


@dataclass(frozen=True, slots=True)
class Part:
    """Turns `first` to `last`, from `x` on, and the id of the checkpoint with which they begin."""

    first: int
    last: int
    x: float
    width: float
    checkpoint_id: str


@register.simple_tag(takes_context=True)
def show_overview(context: Context, picture: Picture, word: str = "turn") -> SafeString:
    if picture.overview is None:
        return mark_safe("")
    pieces = _draw(picture.overview, picture.hosts, link_of(context["request"]), word)
    return mark_safe("".join(pieces))  # noqa: S308  escaped where made


def parts_of(strip: Overview) -> list[Part]:
    """What the strip links to: the folded turns in a few parts, the others one by one or some together."""
    begin = _begin(strip)
    parts = []
    size = -(-len(strip.folded) // _FOLDED_LINKS)
    groups = [strip.folded[at : at + size] for at in range(0, len(strip.folded), size or 1)]
    for place, group in enumerate(groups):
        part = begin / len(groups)
        parts.append(Part(group[0].turn, group[-1].turn, place * part, part, group[0].checkpoint_id))
    least = len(strip.steps) / _LINKS
    pending: list[tuple[int, int, int]] = []  # first place, first and last turn
    at = 0
    for _, members in itertools.groupby(strip.steps, key=lambda step: step.turn):
        count = sum(1 for _ in members)
        turn = strip.steps[at].turn
        if pending and at - pending[-1][0] < least:
            pending[-1] = (pending[-1][0], min(pending[-1][1], turn), max(pending[-1][2], turn))
        else:
            pending.append((at, turn, turn))
        at += count
    pitch = (_WIDTH - begin) / max(1, len(strip.steps))
    ends = [*(one[0] for one in pending[1:]), len(strip.steps)]
    for (first, low, high), end in zip(pending, ends, strict=True):
        x, width = begin + first * pitch, (end - first) * pitch
        parts.append(Part(low, high, x, width, strip.steps[first].checkpoint_id))
    return parts


def _begin(strip: Overview) -> float:
    """Where the steps begin that are drawn one by one."""
    return _FOLDED if strip.older else 0.0


def _draw(strip: Overview, hosts: Sequence[str], link: str, word: str) -> Iterator[str]:
    rows = min(_MOST_ROWS, len(hosts))
    bottom = _TOP + rows * _ROW
    parts = parts_of(strip)
    yield f'<svg class="strip" aria-hidden="true" focusable="false" width="100%" height="{bottom + _FOOT}">'
    yield f'<svg width="100%" height="{bottom}" viewBox="0 0 {_WIDTH:g} {bottom}" preserveAspectRatio="none">'
    yield f'<rect class="ground" x="0" y="{_TOP}" width="{_WIDTH:g}" height="{bottom - _TOP}"/>'
    if strip.older:
        yield f'<rect class="folded" x="0" y="{_TOP}" width="{_begin(strip):g}" height="{bottom - _TOP}"/>'
    seams = "".join(f"M{part.x:.5g} {_TOP}V{bottom}" for part in parts[1:])
    yield f'<path class="seam" d="{seams}"/>' if seams else ""
    yield from _density(strip, hosts)
    yield _shown(strip, parts, bottom)
    yield from _links(parts, strip, link, word, bottom)
    yield "</svg>"
    yield from _labels(parts, word, bottom)
    yield from _pauses(strip)
    yield "</svg>"


def _density(strip: Overview, hosts: Sequence[str]) -> Iterator[str]:
    """A row a host: the more of the checkpoints of a place it wrote, the higher its bar there."""
    begin, count = _begin(strip), len(strip.steps)
    bins = min(_BINS, count, _BARS // min(_MOST_ROWS, len(hosts)))
    row_of = {host: min(place, _MOST_ROWS - 1) for place, host in enumerate(hosts)}
    found = Counter((row_of.get(step.hostname, 0), place * bins // count) for place, step in enumerate(strip.steps))
    width = (_WIDTH - begin) / bins
    most = -(-count // bins)
    bars: dict[int, list[str]] = {}
    for (row, place), number in sorted(found.items()):
        height = round(2 + (_ROW - 3) * min(1.0, number / most), 1)
        low = _TOP + (row + 1) * _ROW - 1
        x = begin + (place + 0.5) * width
        bars.setdefault(row, []).append(f"M{x:.4g} {low}v-{height:g}")
    for row, paths in bars.items():
        shared = row == _MOST_ROWS - 1 and len(hosts) > _MOST_ROWS
        hue = host_class("" if shared else hosts[row])
        yield f'<path class="bar {hue}" stroke-width="{width * 0.8:.3g}" d="{"".join(paths)}"/>'


def _shown(strip: Overview, parts: Sequence[Part], bottom: float) -> str:
    """Where the steps on the page lie."""
    begin = _begin(strip)
    pitch = (_WIDTH - begin) / max(1, len(strip.steps))
    if strip.first >= 0:
        x, width = begin + strip.first * pitch, (strip.last - strip.first + 1) * pitch
    else:
        before = [part for part in parts if part.x < begin and part.checkpoint_id <= strip.listed]
        part = before[-1] if before else parts[0]
        x, width = part.x, part.width
    width = max(width, 5)
    x = min(x, _WIDTH - width)
    return f'<rect class="shown" {_box(x, width, bottom)}/>'


def _links(parts: Sequence[Part], strip: Overview, link: str, word: str, bottom: float) -> Iterator[str]:
    times = {step.checkpoint_id: step.at for step in strip.steps}
    for part in parts if link else ():
        at = times.get(part.checkpoint_id)
        since = f" · from {clock(at)}" if at is not None else " · not drawn one by one"
        box = f'<rect class="to" {_box(part.x, part.width, bottom)}/><title>{_turns(part, word)}{since}</title>'
        yield f'<a href="{link}{address(part.checkpoint_id)}" tabindex="-1">{box}</a>'


def _box(x: float, width: float, bottom: float) -> str:
    return f'x="{x:.5g}" y="{_TOP - 3}" width="{width:.4g}" height="{bottom - _TOP + 3}"'


def _turns(part: Part, word: str) -> str:
    if not part.last:
        return f"before the first {word}"
    if part.first == part.last:
        return f"{word} {part.last:,}"
    return f"{word}s {max(part.first, 1):,} to {part.last:,}"


def _labels(parts: Sequence[Part], word: str, bottom: float) -> Iterator[str]:
    """The numbers of some turns, as far apart as there is room for; every other one only where there is more."""
    shown: list[float] = []
    for part in parts:
        x = part.x / _WIDTH
        if part.last and x <= 0.93 and (not shown or x - shown[-1] >= 1 / _LABELS):
            classes = ' class="alt"' if len(shown) % 2 else ""
            yield f'<text{classes} x="{x * 100:.4g}%" y="{bottom + 13}">{word} {max(part.first, 1):,}</text>'
            shown.append(x)


def _pauses(strip: Overview) -> Iterator[str]:
    """The longest ones, above the strip."""
    begin = _begin(strip)
    pitch = (_WIDTH - begin) / max(1, len(strip.steps))
    pairs = enumerate(itertools.pairwise(strip.steps), start=1)
    waits = [((two.at - one.at).total_seconds(), place) for place, (one, two) in pairs if one.at and two.at]
    taken: list[float] = []
    for wait, place in heapq.nlargest(4 * _PAUSES, waits):
        x = (begin + place * pitch) / _WIDTH
        if wait < _LONG or len(taken) == _PAUSES:
            break
        if all(abs(x - other) > _APART for other in taken) and 0.04 < x < 0.96:
            classes = "pause alt" if len(taken) > 1 else "pause"
            yield f'<text class="{classes}" x="{x * 100:.4g}%" y="10">{span(wait)}</text>'
            taken.append(x)
