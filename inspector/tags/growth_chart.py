"""The chart of a state's size: bytes at each step, one layer a channel, as SVG that the style sheet colours.

Each layer reaches from the floor to its upper edge and is drawn before those below it, so that one line is enough of
it. A layer with room for it bears its name: colour alone tells nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Protocol

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.channels import is_internal
from inspector.domain.growth import ChannelGrowth
from inspector.domain.text import text_size
from inspector.tags.marks import drawn
from inspector.tags.scales import draw_marks, fold, size_marks

register = Library()

#: Columns at most, and turns or groups of turns among them: the others are for turns that are longer than most.
_POINTS, _TURNS = 150, 100
#: From so many turns on, only one that has more than this part of all steps is split.
_MANY = 20
_TOP, _HIGH = 14, 190
_FLOOR = _TOP + _HIGH
HEIGHT = _FLOOR + 20
#: Pixels that a layer needs to bear its name.
_LINE = 15
_OTHERS, _OWN = "other channels", "LangGraph's own"
#: Rows of the table behind the chart.
_ROWS = 40


class Size(Protocol):
    """A step's sizes (`views.contexts.size.StepSize`)."""

    @property
    def step(self) -> int | None: ...
    @property
    def turn(self) -> int: ...
    @property
    def total_bytes(self) -> int: ...
    @property
    def document_bytes(self) -> int: ...
    @property
    def channels(self) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class GrowthRow:
    turn: int
    step: int | None
    total_bytes: int
    parts: tuple[int, ...]


@register.simple_tag
def show_growth(sizes: Sequence[Size], layers: Sequence[str], word: str) -> SafeString:
    """`sizes` oldest first; `layers` are the channels with a colour of their own, heaviest first."""
    return mark_safe("".join(_Growth(sizes, layers, word).draw()))  # noqa: S308  numbers, and names `drawn` escapes


@register.simple_tag
def growth_rows(sizes: Sequence[Size], layers: Sequence[str]) -> list[GrowthRow]:
    """The table behind the chart: the last step of each turn, or of some turns."""
    ends = list({size.turn: size for size in sizes}.values())
    chosen = [group[-1] for group in fold(ends, _ROWS)]
    return [GrowthRow(size.turn, size.step, size.total_bytes, _parts(size, layers)) for size in chosen]


def _parts(size: Size, layers: Sequence[str]) -> tuple[int, ...]:
    """Bytes of each layer, of all other channels of the graph, and of LangGraph's own with the document."""
    named = tuple(size.channels.get(name, 0) for name in layers)
    others = sum(count for name, count in size.channels.items() if name not in layers and not is_internal(name))
    return (*named, others, size.total_bytes - sum(named) - others)


def fold_turns(sizes: Sequence[Size]) -> list[Sequence[Size]]:
    """Steps put together, where there are more than the chart has columns for: by whole turns, so that what comes and
    goes within each turn does not come and go among the columns as well. A long turn is split evenly."""
    if len(sizes) <= _POINTS:
        return [(size,) for size in sizes]
    turns = [tuple(members) for _, members in groupby(sizes, key=lambda size: size.turn)]
    groups = [tuple(size for turn in some for size in turn) for some in fold(turns, _TURNS)]
    longest = len(sizes) / (_MANY if len(groups) >= _MANY else _POINTS - len(groups))
    return [part for group in groups for part in fold(group, max(1, math.ceil(len(group) / longest)))]


class _Growth:
    def __init__(self, sizes: Sequence[Size], layers: Sequence[str], word: str) -> None:
        # The heaviest step stands for those it is put together with: no peak gets lost.
        groups = fold_turns(sizes)
        self._points = [max(group, key=lambda size: size.total_bytes) for group in groups]
        self._steps = [len(group) for group in groups]
        self._parts = [_parts(size, layers) for size in self._points]
        self._names = (*layers, _OTHERS, _OWN)
        self._classes = (*(f"c{place}" for place in range(len(layers))), "cx", "ci")
        self._word = word
        self._highest = max((size.total_bytes for size in self._points), default=0) or 1
        wide = 100 / max(1, len(sizes))
        self._edges = [steps * wide for steps in accumulate(self._steps, initial=0)]  # in percent, one more than points

    def draw(self) -> Iterator[str]:
        yield f'<svg class="plot growth" width="100%" height="{HEIGHT}" aria-hidden="true">'
        yield from self._areas()
        yield from draw_marks(size_marks(self._highest), self._highest, _FLOOR, _HIGH)
        yield f'<rect class="floor" y="{_FLOOR}" width="100%" height="1"/>'
        yield from self._labels()
        yield from self._named()
        yield from self._titles()
        yield "</svg>"

    def _areas(self) -> Iterator[str]:
        view = f'viewBox="0 0 {sum(self._steps)} {_HIGH}" preserveAspectRatio="none"'
        yield f'<svg y="{_TOP}" width="100%" height="{_HIGH}" {view}>'
        for layer in reversed(range(len(self._names))):
            if not any(parts[layer] for parts in self._parts):
                continue
            edge = "".join(
                f"V{_HIGH - self._up_to(place, layer):.1f}h{steps}" for place, steps in enumerate(self._steps)
            )
            yield f'<path class="{self._classes[layer]}" d="M0 {_HIGH}{edge}V{_HIGH}z"/>'
        yield "</svg>"

    def _up_to(self, place: int, layer: int) -> float:
        """Pixels from the floor to a layer's upper edge."""
        return _HIGH * sum(self._parts[place][: layer + 1]) / self._highest

    def _labels(self) -> Iterator[str]:
        """Steps along the floor; every second one gives way where there is little room."""
        shown, free = 0, 0.0
        for place, (left, right) in enumerate(pairwise(self._edges)):
            if left < free:
                continue
            give_way = ' class="wide"' if shown % 2 else ""
            shown, free = shown + 1, left + 12.4
            x = (left + right) / 2
            anchor = "start" if x < 6 else "end" if x > 94 else "middle"
            step = self._points[place].step
            words = f"step {step if step is not None else '?'}"
            yield f'<text{give_way} x="{x:.2f}%" y="{HEIGHT - 4}" text-anchor="{anchor}">{words}</text>'

    def _named(self) -> Iterator[str]:
        """Names inside the layers, at their newest end."""
        last = len(self._points) - 1
        for layer, name in enumerate(self._names):
            low = self._up_to(last, layer - 1) if layer else 0.0
            high = self._up_to(last, layer)
            if high - low >= _LINE:
                y = _FLOOR - (low + high) / 2 + 4
                yield f'<text class="name" x="99.5%" y="{y:.1f}" text-anchor="end">{drawn(name[:30])}</text>'

    def _titles(self) -> Iterator[str]:
        yield '<g class="titles">'
        for place, size in enumerate(self._points):
            left, right = self._edges[place : place + 2]
            yield f'<rect x="{left:.2f}%" y="{_TOP}" width="{right - left:.2f}%" height="{_HIGH}">'
            yield f"<title>{self._says(place, size)}</title></rect>"
        yield "</g>"

    def _says(self, place: int, size: Size) -> str:
        parts = sorted(zip(self._parts[place], self._names, strict=True), reverse=True)
        told = ", ".join(f"{drawn(name[:40])} {text_size(count)}" for count, name in parts[:3] if count)
        turn = f", {self._word} {size.turn}" if size.turn else ""
        return f"step {size.step if size.step is not None else '?'}{turn}: {text_size(size.total_bytes)} ({told})"


@register.filter
def growth(size: float | None) -> str:
    """Bytes that a channel grew: "+1.2 kB", "−300 B", "±0 B"; "" where nobody knows."""
    if size is None:
        return ""
    sign = "+" if round(size) > 0 else "−" if round(size) < 0 else "±"
    return f"{sign}{text_size(abs(round(size)))}"


@register.filter
def stored_in_all(channels: Iterable[ChannelGrowth]) -> int:
    return sum(channel.stored_bytes for channel in channels)


@register.filter
def all_at_each_step(channels: Sequence[ChannelGrowth]) -> bool:
    """Whether every channel lies in the checkpoints' documents, where each step stores it again."""
    return bool(channels) and all(channel.kept == "step" for channel in channels)


@register.filter
def any_as_changes(channels: Iterable[ChannelGrowth]) -> bool:
    return any(channel.kept == "changes" for channel in channels)
