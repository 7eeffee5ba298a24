"""What a mask of texts is made of, and the mark that it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from inspector.decode.sight.regex import Match, Pattern

Span: TypeAlias = tuple[int, int]
#: What of a match is masked: beginnings and ends in the text that was searched.
Spans: TypeAlias = Callable[[Match], Iterable[Span]]

#: Characters of a mark's tag: that two different secrets have one tag is one chance in 16 million.
_TAG = 6
#: A label stands in the mark, and may not look like the end of one.
LABEL = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"


def whole(match: Match) -> Iterable[Span]:
    """All that matched, or what of it the group called `mask` holds."""
    return (match.span(),)


def inside(match: Match) -> Iterable[Span]:
    """What the groups of a match hold, each if it took part."""
    return (match.span("mask"),) if match.span("mask")[0] >= 0 else ()


@dataclass(frozen=True, slots=True)
class TextRule:
    """Replaces parts of texts.

    `hint` is a pattern that is in the stored bytes of every text that the rule masks something of; "" where only the
    text itself tells. It may be in others. `digits` is what a whole number has at least that can match, 0 where none
    can; `computed` says whether texts can that are stored in another form (dates, ids, paths).
    """

    label: str
    pattern: Pattern
    hint: str
    spans: Spans = whole
    digits: int = 0
    computed: bool = False
    is_last: bool = False  #: looks at what all others left


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as people see it. `number` is its line in the setting, 0 for one that is built in."""

    name: str
    kind: str  #: preset, pattern, path or key
    says: str  #: what it masks, or as it was written
    number: int = 0


@lru_cache(maxsize=256)
def compiled(source: str) -> Pattern:
    return Pattern(source)


def tag_of(salt: bytes, content: bytes) -> str:
    """Tells whether two masked contents are the same, to whoever does not know the salt, and nothing else."""
    return hashlib.blake2b(content, key=salt[:64], digest_size=16).hexdigest()[:_TAG]


def mark(label: str, salt: bytes, content: str) -> str:
    """What stands in place of what is masked: `[masked email ~3f2a9c]`."""
    return f"[masked {label} ~{tag_of(salt, content.encode('utf-8', 'replace'))}]"


def mark_pattern(labels: Iterable[str]) -> Pattern:
    """Finds marks with one of these labels."""
    known = "|".join(sorted((label.replace(".", r"\.") for label in set(labels)), key=len, reverse=True))
    return compiled(rf"\[masked (?:{known}) ~[0-9a-f]{{{_TAG}}}\]")
