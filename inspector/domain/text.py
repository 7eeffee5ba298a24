"""Texts for people: word-level differences, shortening, and sizes, counts and times in plain words.

All pure; template tags are thin covers over these.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from inspector.domain.align import common_subsequence

#: Texts with more words than this are compared by line first.
_LONG = 2_000
#: A stretch of lines with more words than this on both sides together is shown as replaced, not compared by
#: word.
_TOO_LONG = 20_000

# Scripts written without spaces: each character is a word of its own.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Marks that belong to the letter before them, which `\w` does not know.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff"
    "\u20d0-\u20ff\ufe0e\ufe0f"
)
_EMOJI = "\U0001f000-\U0001faff\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u2600-\u27bf\u2b05-\u2b55\u3030\u303d"
# Variation selectors, skin tones, keycap and the tags of regional flags.
_EMOJI_TAIL = "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_TOKEN = re.compile(
    rf"""
      \r\n | \n | [^\S\n]+
    | [\U0001f1e6-\U0001f1ff]{{2}}
    | [{_EMOJI}][{_EMOJI_TAIL}]*(?:\u200d[{_EMOJI}][{_EMOJI_TAIL}]*)*
    | [^\W{_UNSPACED}][{_MARKS}]*(?:['\u2019]?[^\W{_UNSPACED}][{_MARKS}]*)*
    | .[{_MARKS}{_EMOJI_TAIL}]*
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text: in both texts, only in the older (`removed`) or only in the newer one (`added`)."""

    kind: Literal["same", "removed", "added"]
    text: str


def diff_words(before: str, after: str) -> tuple[Segment, ...]:
    """How one text became another, word by word.

    Nothing is lost: the same and removed segments joined are `before`, the same and added ones `after`. No
    two neighbours are of one kind, and where both are, removed comes before added. Two texts with next to
    nothing in common are one removed and one added segment, since scattered commas would say less.
    """
    old, new = _tokens(before), _tokens(after)
    if len(old) + len(new) <= _LONG:
        return _joined(_compare(old, new))
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Segment] = []
    for segment in _gaps(old, new):
        if isinstance(segment, Segment):
            pieces.append(segment)
            continue
        words = [_tokens("".join(lines)) for lines in segment]
        short = len(words[0]) + len(words[1]) <= _TOO_LONG
        pieces += _compare(*words) if short else _replaced("".join(words[0]), "".join(words[1]))
    return _joined(pieces)


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


def ago(seconds: float) -> str:
    """A time past: "now", "4 s ago", "2 min ago", "3 h ago", "5 days ago". One to come (skewed clocks): "in
    4 s".
    """
    if not math.isfinite(seconds):
        return "at an unknown time"
    length = abs(seconds)
    if length < 1:
        return "now"
    if length < 60:
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


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[Segment | tuple[Sequence[str], Sequence[str]]]:
    """Common elements as segments, and between them the two sides of what is not common."""
    i = j = 0
    for a, b in [*common_subsequence(old, new), (len(old), len(new))]:
        if a > i or b > j:
            yield old[i:a], new[j:b]
        if a < len(old):
            yield Segment("same", old[a])
        i, j = a + 1, b + 1


def _compare(old: Sequence[str], new: Sequence[str]) -> list[Segment]:
    pieces: list[Segment] = []
    same = 0
    for segment in _gaps(old, new):
        if isinstance(segment, Segment):
            pieces.append(segment)
            same += _letters([segment.text])
        else:
            pieces += _replaced("".join(segment[0]), "".join(segment[1]))
    if old and new and same * 4 < min(_letters(old), _letters(new)):
        return _replaced("".join(old), "".join(new))
    return pieces


def _letters(words: Sequence[str]) -> int:
    """The length of what carries meaning: two texts that share their commas share nothing."""
    return sum(len(word) for word in words if word[0].isalnum())


def _replaced(removed: str, added: str) -> list[Segment]:
    pieces = [Segment("removed", removed), Segment("added", added)]
    return [piece for piece in pieces if piece.text]


def _joined(pieces: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours of one kind as one; white space between two changes goes with them, as people read it."""
    removed, added, result = "", "", list[Segment]()
    for at, piece in enumerate(pieces):
        blank = piece.kind == "same" and not piece.text.strip() and "\n" not in piece.text
        between = removed and added and at + 1 < len(pieces) and pieces[at + 1].kind != "same"
        if piece.kind == "removed" or (blank and between):
            removed += piece.text
        if piece.kind == "added" or (blank and between):
            added += piece.text
        if piece.kind != "same" or (blank and between):
            continue
        result += _replaced(removed, added)
        removed = added = ""
        if result and result[-1].kind == "same":
            result[-1] = Segment("same", result[-1].text + piece.text)
        else:
            result.append(piece)
    return (*result, *_replaced(removed, added))
