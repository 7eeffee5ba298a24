"""Texts for people: shortening, and sizes, counts and times in plain words. Word-level differences are in `words`.

All pure; template tags are thin covers over these.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from inspector.domain.words import Segment, diff_words

__all__ = [
    "Segment",
    "ago",
    "count_noun",
    "diff_words",
    "exact_minute",
    "exact_time",
    "one_line",
    "shorten_middle",
    "text_size",
    "thousands",
]


def shorten_middle(text: str, n: int) -> str:
    """At most `n` characters, the middle given up: the ends are what tells ids apart."""
    if len(text) <= n:
        return text
    if n <= 1:
        return "…"[: max(0, n)]
    head = n // 2
    tail = n - 1 - head
    return text[:head] + "…" + (text[-tail:] if tail else "")


def one_line(text: str, limit: int) -> str:
    """The text with every run of white space as one space, at most `limit` characters."""
    # No more than could be shown is ever looked at, however long the text; twice, for what white space
    # gives up.
    line = " ".join(text[: 2 * max(0, limit) + 200].split())
    if len(line) <= limit and len(text) <= 2 * max(0, limit) + 200:
        return line
    return line[: limit - 1].rstrip() + "…" if limit > 0 else ""


def thousands(n: int) -> str:
    """ "1,234,567"."""
    return f"{n:,}"


def text_size(n: int) -> str:
    """A number of bytes: "512 B", "18.4 kB", "3.0 MB". Decimal units."""
    if abs(n) < 1000:
        return f"{n} B"
    size = float(n)
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        # Rounded first, or 999,999 bytes would be "1000.0 kB".
        if abs(round(size, 1)) < 1000:
            return f"{size:.1f} {unit}"
    return f"{size:,.1f} TB"


def count_noun(n: int, noun: str, plural: str = "") -> str:
    """ "1 turn", "3 turns", "1,200 turns"; `plural` where an s does not make it."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


#: What is younger is told by its seconds.
SECONDS_TOLD = 60


def ago(seconds: float) -> str:
    """A time past: "now", "4 s ago", "2 min ago", "3 h ago", "5 days ago". One to come (skewed clocks): "in
    4 s".
    """
    if not math.isfinite(seconds):
        return "at an unknown time"
    length = abs(seconds)
    if length < 1:
        return "now"
    if length < SECONDS_TOLD:
        span = f"{int(length)} s"
    elif length < 3600:
        span = f"{int(length // 60)} min"
    elif length < 86400:
        span = f"{int(length // 3600)} h"
    else:
        span = count_noun(int(length // 86400), "day")
    return f"{span} ago" if seconds > 0 else f"in {span}"


def exact_minute(at: datetime) -> str:
    """ "2026-03-01 09:31 UTC", for sentences in which seconds say nothing."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def exact_time(at: datetime) -> str:
    """ "2026-03-01 09:31:38.123 UTC". A time without a zone is taken for UTC."""
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    try:
        at = at.astimezone(UTC)
    except OverflowError:  # the first and last day of the calendar have no UTC
        return at.isoformat(sep=" ", timespec="milliseconds")
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds") + " UTC"
