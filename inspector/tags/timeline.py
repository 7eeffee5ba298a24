"""The chart of the orphans page: stacked bars over time, what was to be expected, and moments that matter, as SVG.

Places along it are shares of its width and heights are pixels, so that bars stretch with the page and letters do not.
What is solid is drawn as one path, in a picture within the picture that may be stretched; patterns must not be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from inspector.tags.marks import drawn
from inspector.tags.timescale import bar_words, label_step, label_words, nice_lines
from inspector.tags.words import number, part_of, percent

register = Library()

_TOP = 40  #: above the bars, there is room for two rows of marks
_BARS = 132  #: pixels that the highest bar takes
_FLOOR = _TOP + _BARS
HEIGHT = _FLOOR + 22
#: Share of a bar's room that is left free.
_GAP = 0.2
_ROWS = {"rose": 11, "fell": 11, "fired": 28, "ended": 28}
_SIGNS = {"rose": "▲", "fell": "▼", "fired": "●", "ended": "○"}
#: Marks of one row that are closer (share of the width) show their sign alone.
_APART = 0.2


class Bar(Protocol):
    """Threads that began in one stretch of time: orphans (`muted` ones among them), those that have one turn so far and
    are too young to tell, and those that went on."""

    @property
    def at(self) -> datetime: ...
    @property
    def threads(self) -> int: ...
    @property
    def orphans(self) -> int: ...
    @property
    def undecided(self) -> int: ...
    @property
    def muted(self) -> int: ...


class Mark(Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def hostname(self) -> str: ...
    @property
    def earlier(self) -> bool: ...


@register.simple_tag
def show_timeline(
    series: Sequence[Bar], bucket_seconds: float, before: float | None, marks: Sequence[Mark]
) -> SafeString:
    """`before` is the share that was to be expected. A table with the same numbers stands behind it for screen
    readers, see `timeline_rows`."""
    chart = _Chart(series, timedelta(seconds=bucket_seconds))
    return mark_safe("".join(chart.draw(before, marks)))  # noqa: S308  numbers, times and escaped names


@register.simple_tag
def timeline_rows(series: Sequence[Bar], bucket_seconds: float) -> SafeString:
    """Rows of the table behind the chart. Hours without threads are left out."""
    bucket = timedelta(seconds=bucket_seconds)
    cells = (
        f'<tr><th scope="row">{bar_words(bar.at, bucket)}</th><td>{bar.threads:,}</td><td>{bar.orphans:,}</td>'
        f"<td>{bar.muted:,}</td><td>{bar.undecided:,}</td></tr>"
        for bar in series
        if bar.threads
    )
    return mark_safe("".join(cells))  # noqa: S308  numbers and times only


@register.simple_tag
def show_key(kind: str) -> SafeString:
    """A sample of what the chart draws."""
    body = {
        "marked": '<circle cx="7" cy="6" r="4.5"/>',
        "expected": '<path d="M0 6H14"/>',
    }.get(kind, f'<rect width="14" height="12"{_fill(kind)}/>')
    return mark_safe(  # noqa: S308  a constant
        f'<svg class="key {kind}" width="14" height="12" viewBox="0 0 14 12" aria-hidden="true">{body}</svg>'
    )


class _Chart:
    def __init__(self, series: Sequence[Bar], bucket: timedelta) -> None:
        self._series = series
        self._bucket = bucket
        self._highest = max((bar.threads for bar in series), default=0) or 1
        self._pace = 100 / max(1, len(series))

    def draw(self, before: float | None, marks: Sequence[Mark]) -> Iterator[str]:
        yield f'<svg class="timeline" width="100%" height="{HEIGHT}" aria-hidden="true">{_PATTERNS}'
        yield from self._lines()
        yield from self._solid(before)
        yield from self._patterned()
        yield f'<rect class="floor" y="{_FLOOR}" width="100%" height="1"/>'
        yield from self._labels()
        yield from self._titles()
        yield from self._marks(marks)
        yield "</svg>"

    def _lines(self) -> Iterator[str]:
        for count in nice_lines(self._highest):
            y = _FLOOR - _BARS * count / self._highest
            yield f'<rect class="line" y="{y:.1f}" width="100%" height="1"/>'
            yield f'<text class="count" x="0" y="{y - 3:.1f}">{number(count)}</text>'

    def _solid(self, before: float | None) -> Iterator[str]:
        """The bars as if all were orphans or had gone on; patterns go above."""
        view = f'viewBox="0 0 {len(self._series)} {_BARS}" preserveAspectRatio="none"'
        yield f'<svg y="{_TOP}" width="100%" height="{_BARS}" {view}>'
        for kind in ("threads", "orphans"):
            path = "".join(
                f"M{place + _GAP / 2:g} {_BARS}v-{self._height(count):.1f}h{1 - _GAP:g}V{_BARS}z"
                for place, bar in enumerate(self._series)
                if (count := getattr(bar, kind))
            )
            yield f'<path class="{kind}" d="{path}"/>'
        if before is not None:
            path = "".join(
                f"M{place} {_BARS - _BARS * before * decided / self._highest:.1f}h1"
                for place, bar in enumerate(self._series)
                if (decided := bar.threads - bar.undecided)
            )
            yield f'<path class="expected" vector-effect="non-scaling-stroke" d="{path}"/>'
        yield "</svg>"

    def _patterned(self) -> Iterator[str]:
        """Muted ones at the top of the orphans, undecided ones above all orphans."""
        for place, bar in enumerate(self._series):
            orphans = self._height(bar.orphans) if bar.orphans else 0.0
            if bar.muted:
                yield self._rect(place, "muted", orphans, min(orphans, self._height(bar.muted)))
            if bar.undecided:
                height = self._height(bar.undecided)
                yield self._rect(place, "undecided", orphans + height, height)

    def _rect(self, place: int, kind: str, top: float, height: float) -> str:
        x, width = self._pace * (place + _GAP / 2), self._pace * (1 - _GAP)
        return (
            f'<rect class="{kind}" x="{x:.3f}%" y="{_FLOOR - top:.1f}" width="{width:.3f}%" '
            f'height="{height:.1f}"{_fill(kind)}/>'
        )

    def _height(self, count: int) -> float:
        return max(1.5, _BARS * count / self._highest)

    def _labels(self) -> Iterator[str]:
        """Along the floor; every second one gives way where there is little room."""
        step = label_step(self._bucket * len(self._series))
        shown = 0
        for place, bar in enumerate(self._series):
            words = label_words(bar.at, step)
            if not words or place * self._pace > 96:
                continue
            give_way = ' class="wide"' if shown % 2 else ""
            shown += 1
            x = f"{place * self._pace:.2f}%"
            yield f'<g{give_way}><rect class="floor" x="{x}" y="{_FLOOR}" width="1" height="5"/>'
            anchor = ' text-anchor="end"' if place * self._pace > 90 else ""
            yield f'<text x="{x}" y="{HEIGHT - 4}"{anchor}>{words}</text></g>'

    def _titles(self) -> Iterator[str]:
        """What each bar says to who points at it."""
        yield '<g class="titles">'
        for place, bar in enumerate(self._series):
            if bar.threads:
                yield f'<rect x="{place * self._pace:.2f}%" y="{_TOP}" width="{self._pace:.2f}%" height="{_BARS}">'
                yield f"<title>{_says(bar, self._bucket)}</title></rect>"
        yield "</g>"

    def _marks(self, marks: Sequence[Mark]) -> Iterator[str]:
        if not self._series:
            return
        begin, length = self._series[0].at, self._bucket * len(self._series)
        last: dict[int, float] = {}
        for mark in marks:
            share, row = min(1.0, max(0.0, (mark.at - begin) / length)), _ROWS.get(mark.kind, 0)
            alone = share - last.get(row, -1.0) >= _APART
            last[row] = share if alone else last[row]
            anchor = "end" if share > 0.7 else "start"
            words = f" {_mark_words(mark)}" if alone else ""
            sign = _SIGNS.get(mark.kind, "")
            text = f"{words.strip()} {sign}" if anchor == "end" else f"{sign}{words}"
            x = f"{100 * share:.2f}%"
            says = f"{_mark_words(mark)}, {mark.at.astimezone(UTC):%b %-d, %H:%M} UTC"
            yield (
                f'<g class="mark {mark.kind}"><title>{says}</title>'
                f'<line x1="{x}" x2="{x}" y1="{row + 4}" y2="{_FLOOR}"/>'
                f'<text x="{x}" y="{row}" text-anchor="{anchor}">{text}</text></g>'
            )


def _mark_words(mark: Mark) -> str:
    """ "rose 14:00", "alert: web-3"."""
    if mark.kind in ("rose", "fell"):
        at = mark.at.astimezone(UTC)
        return f"had risen before {at:%H:%M}" if mark.earlier else f"{mark.kind} {at:%H:%M}"
    host = drawn(mark.hostname[:40]) or "a host without a name"
    return f"alert: {host}" if mark.kind == "fired" else f"alert ended: {host}"


def _says(bar: Bar, bucket: timedelta) -> str:
    words = f"{bar_words(bar.at, bucket)} UTC: {bar.orphans:,} of {bar.threads:,} are orphans"
    share = percent(part_of(bar.orphans, bar.threads - bar.undecided))
    told = [f"{words} ({share})"] if bar.threads > bar.undecided else [words]
    if bar.muted:
        told.append(f"{bar.muted:,} of them muted")
    if bar.undecided:
        told.append(f"{bar.undecided:,} with one turn so far")
    return ", ".join(told)


def _fill(kind: str) -> str:
    """Patterns are named in the picture itself: in a style sheet, their names would be looked for there."""
    return f' fill="url(#{kind}-pattern)"' if kind in ("muted", "undecided") else ""


_PATTERNS = (
    '<defs><pattern id="muted-pattern" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5"/><path d="M0 5L5 0M-1 1L1 -1M4 6L6 4"/></pattern>'
    '<pattern id="undecided-pattern" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4"/><circle cx="1.5" cy="1.5" r="0.9"/></pattern></defs>'
)
