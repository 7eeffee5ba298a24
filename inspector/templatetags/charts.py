"""Bars over time and bars of a share, as SVG that the style sheet colours. Numbers always stand beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

register = Library()

_WIDTH = 600
_HEIGHT = 96
_FLOOR = 78  #: where bars stand; labels go below
_GAP = 0.22


class Bar(Protocol):
    """Threads that began in one stretch of time, and how many of them are orphans now."""

    @property
    def at(self) -> datetime: ...
    @property
    def threads(self) -> int: ...
    @property
    def orphans(self) -> int: ...


@register.simple_tag
def show_bars(series: Sequence[Bar]) -> SafeString:
    """The stacked chart of the orphans page. A table with the same numbers stands behind it for screen readers."""
    return mark_safe("".join(_bars(series)))  # noqa: S308  numbers and times only


@register.simple_tag
def show_share(part: int, whole: int) -> SafeString:
    """A bar as long as the share that `part` is of `whole`."""
    share = 100 * part / whole if whole else 0
    return mark_safe(  # noqa: S308  numbers only
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" width="100" height="8"/>'
        f'<rect class="part" width="{min(100.0, share):.3g}" height="8"/></svg>'
    )


@register.filter
def bucket_words(at: datetime, series: Sequence[Bar]) -> str:
    """When a bar begins: the time for bars of hours and minutes, the day for longer ones."""
    at = at.astimezone(UTC)
    return f"{at:%b} {at.day}" if _is_daily(series) else f"{at:%H:%M}"


def _bars(series: Sequence[Bar]) -> Iterator[str]:
    highest = max((bar.threads for bar in series), default=0) or 1
    pace = _WIDTH / max(1, len(series))
    yield f'<svg class="bars" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true">'
    yield f'<path class="floor" d="M0 {_FLOOR + 0.5}H{_WIDTH}"/>'
    for kind in ("threads", "orphans"):
        rects = (_rect(place, bar, kind, highest, series) for place, bar in enumerate(series) if getattr(bar, kind))
        yield f'<g class="{kind}">{"".join(rects)}</g>'
    yield from _labels(series, pace)
    yield "</svg>"


def _rect(place: int, bar: Bar, kind: str, highest: int, series: Sequence[Bar]) -> str:
    pace = _WIDTH / len(series)
    count = bar.threads if kind == "threads" else bar.orphans
    height = max(2.0, (_FLOOR - 6) * count / highest)
    words = f"{bucket_words(bar.at, series)} UTC: {bar.orphans:,} of {bar.threads:,} are orphans"
    place_and_size = f'x="{place * pace:.1f}" y="{_FLOOR - height:.1f}" width="{pace * (1 - _GAP):.1f}"'
    return f'<rect {place_and_size} height="{height:.1f}"><title>{words}</title></rect>'


def _labels(series: Sequence[Bar], pace: float) -> Iterator[str]:
    """About six times along the floor."""
    every = max(1, -(-len(series) // 6))
    for place in range(0, len(series), every):
        x = place * pace
        if x < _WIDTH - 40:
            yield f'<text x="{x:.1f}" y="{_HEIGHT - 3}">{bucket_words(series[place].at, series)}</text>'


def _is_daily(series: Sequence[Bar]) -> bool:
    return len(series) > 1 and series[1].at - series[0].at >= timedelta(days=1)
