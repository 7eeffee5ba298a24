"""Calls of subgraphs in words, and as bars on one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from inspector.tags.call_scale import WIDTH, Scale, lay_out
from inspector.tags.hosts import host_class
from inspector.tags.marks import short
from inspector.tags.words import clock, seconds

register = Library()

#: Deeper than this, lines are not moved to the right any more: the number of the level tells.
INDENT = 8
#: Bars of one line: a memory that was called more often has its newest calls drawn.
_BARS = 200
_LEAST = 5
#: Seconds between the ends of the axis from which on both are told by the clock.
_TOLD_BY_CLOCK = 10.0
#: Between the names of graphs.
_WAY = " \u203a "
#: Of a longer way, the first and the last are named.
_MOST_NAMES = 4

_WORDS = {
    "failed": ("failed", "bad"),
    "asked": ("waits for an answer", "ask"),
    "passed": ("asked", "ask"),
    "answered": ("answered", "ask"),
    "done": ("done", ""),
    "open": ("not finished", "warn"),
}


@register.filter
def call_words(state: str) -> str:
    return _WORDS.get(state, ("", ""))[0]


@register.filter
def call_tone(state: str) -> str:
    return _WORDS.get(state, ("", ""))[1]


@register.filter
def path(names: Sequence[str]) -> SafeString:
    """The nodes on a way from graph to graph. A number is a node's second call, third and so on."""
    if len(names) > _MOST_NAMES:
        names = (names[0], "…", *names[-2 if names[-1].isdecimal() else -1 :])  # a number is the node's before it
    parts = [str(short(name, 30)) if not name.isdecimal() else f"call {int(name) + 1}" for name in names]
    return mark_safe(f"<bdi>{_WAY.join(parts)}</bdi>")  # noqa: S308  `short` escapes


@register.filter
def newest_of(calls: Sequence[Any], most: int) -> Sequence[Any]:
    return calls[-most:]


@register.filter
def indent(depth: int) -> int:
    return min(depth, INDENT)


@register.simple_tag
def call_scale(lines: Sequence[Any]) -> Scale:
    calls = [call for line in lines for call in line.calls if call.at is not None]
    return lay_out((call.at, _end(call)) for call in calls)


@register.filter
def axis_ends(scale: Scale) -> tuple[str, str]:
    """What stands at both ends of the axis. Ends that a clock does not tell apart are told by the time between."""
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (scale.begins[0], scale.ends[-1]))
    length = (end - begin).total_seconds()
    return clock(begin), clock(end) if length >= _TOLD_BY_CLOCK else f"{seconds(length)} later"


@register.simple_tag
def call_bars(line: Any, scale: Scale) -> SafeString:
    """A line's calls on the axis; the root's is the whole of it. Left out where no id tells a time."""
    if not scale.begins:
        return mark_safe("")
    gaps = "".join(f'<path d="M{at:.1f} 0V12" class="pause"/>' for at, _ in scale.pauses)
    bars = "".join(_bar(call, scale) for call in line.calls[-_BARS:] if call.at is not None)
    if not line.checkpoint_ns:
        bars = f'<rect class="whole" x="0" y="5" width="{WIDTH}" height="2"/>'
    head = f'<svg class="bars" viewBox="0 0 {WIDTH} 12" preserveAspectRatio="none" aria-hidden="true">'
    return mark_safe(f"{head}{gaps}{bars}</svg>")  # noqa: S308  numbers and names of our own


def _bar(call: Any, scale: Scale) -> str:
    left, right = scale.place(call.at.timestamp()), scale.place(_end(call).timestamp())
    width = max(_LEAST, right - left)
    tone = call.state if call.state in ("failed", "asked", "open") else ""
    host = host_class(call.hostnames[0] if call.hostnames else "")
    return f'<rect class="{host} {tone}" x="{min(left, WIDTH - width):.1f}" y="1" width="{width:.1f}" height="10"/>'


def _end(call: Any) -> Any:
    return call.at + timedelta(seconds=max(0.0, call.seconds or 0.0))
