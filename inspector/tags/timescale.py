"""Scales of a chart over time: which moments and which counts get a label, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

_STEPS = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(days=1),
    timedelta(days=3),
)
_DAY = timedelta(days=1)
#: Labels that have room along a chart.
_LABELS = 11


def label_step(length: timedelta) -> timedelta:
    """How far labels of a chart of this length are apart."""
    return next((step for step in _STEPS if length / step < _LABELS), _STEPS[-1])


def label_words(at: datetime, step: timedelta) -> str:
    """What stands below a bar that begins then: the time, or the day at midnight; "" where no label is due."""
    at = at.astimezone(UTC)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if at == midnight:
        return _day(at) if step < _DAY or at.toordinal() % (step // _DAY) == 0 else ""
    return f"{at:%H:%M}" if step < _DAY and (at - midnight) % step == timedelta() else ""


def bar_words(at: datetime, bucket: timedelta) -> str:
    """From when to when: "Nov 22, 14:00 to 15:00"."""
    at = at.astimezone(UTC)
    return f"{_day(at)}, {at:%H:%M} to {at + bucket:%H:%M}"


def nice_lines(highest: int) -> Iterator[int]:
    """Two to four round counts below the highest one; a single one where it is small."""
    if highest < 4:
        yield from (highest,) if highest > 1 else ()
        return
    unit = 1
    while unit * 10 <= highest:
        unit *= 10
    step = next(step for step in (unit // 2, unit, 2 * unit) if step and highest / step < 5)
    yield from range(step, highest + 1, step)


def _day(at: datetime) -> str:
    return f"{at:%b} {at.day}"
