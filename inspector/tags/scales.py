"""Round values along an axis of seconds, bytes or anything, and items folded to as many as a chart has room for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from inspector.domain.text import text_size

Item = TypeVar("Item")

#: Units of time, the largest first, from which on an axis counts in them.
_UNITS = ((2 * 86_400, 86_400, "d"), (2 * 3_600, 3_600, "h"), (120, 60, "min"), (1, 1, "s"), (0, 0.001, "ms"))


def round_values(highest: float) -> list[float]:
    """Two to five round values up to the highest one: 1, 2 or 5 times a power of ten apart."""
    if highest <= 0 or not math.isfinite(highest):
        return []
    power = 10.0 ** math.floor(math.log10(highest))
    step = next(step for step in (power / 5, power / 2, power, 2 * power) if highest / step < 5)
    return [step * number for number in range(1, int(highest / step + 1e-9) + 1)]


def time_marks(highest: float) -> list[tuple[float, str]]:
    """Round lengths of time in seconds, with their words: "20 ms", "1.5 s", "10 min"."""
    _, unit, name = next(found for found in _UNITS if highest >= found[0])
    return [(value * unit, f"{value:g} {name}") for value in map(_clean, round_values(highest / unit))]


def size_marks(highest: int) -> list[tuple[float, str]]:
    """Round numbers of bytes, with their words."""
    values = {max(1, round(value)) for value in round_values(highest)}
    return [(value, text_size(value).replace(".0 ", " ")) for value in sorted(values)]


def draw_marks(marks: Iterable[tuple[float, str]], highest: float, floor: int, high: int) -> Iterator[str]:
    """A line across the plot for each mark, and its words to the left of the plot, which leaves room for them."""
    for value, words in marks:
        y = floor - high * value / highest
        yield f'<rect class="line" y="{y:.1f}" width="100%" height="1"/>'
        yield f'<text class="value" x="-6" y="{y + 4:.1f}" text-anchor="end">{words}</text>'


def _clean(value: float) -> float:
    """Without what floating point adds to it."""
    return float(f"{value:.6g}")


def fold(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """Neighbours put together, evenly, so that there are at most so many."""
    size = max(1, -(-len(items) // most))
    return [items[first : first + size] for first in range(0, len(items), size)]
