"""What people want no word of: one thing that the diagnosis is told to be silent about, as `INSPECTOR_MUTED` says it,
and patterns as of a shell."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPECIAL = re.compile(r"[*?\[]|^\s|\s$")
_ESCAPED = re.compile(r"\[([^!\]])\]")


@dataclass(frozen=True, slots=True)
class Mute:
    """A rule of the diagnosis that is not to be told: at all, or of hosts or threads (`what`) that a pattern fits."""

    rule: str
    what: str = ""  #: "host", "thread", or "" for all of it
    pattern: str = ""


def parse_mute(entry: str) -> Mute:
    """Of `RULE`, `RULE:host=PATTERN` or `RULE:thread=PATTERN`. Raises `ValueError`."""
    rule, separator, rest = entry.partition(":")
    if not separator:
        return Mute(rule)
    what, _, pattern = rest.partition("=")
    if what not in ("host", "thread") or not pattern:
        raise ValueError(f"{entry!r} is neither RULE nor RULE:host=PATTERN nor RULE:thread=PATTERN")
    return Mute(rule, what, pattern)


def exactly(text: str) -> str:
    """The pattern that fits a text and no other, in a form that can be typed: `[*]` for a star. What cannot be in a
    line of text becomes `?`, which fits any one character."""
    escaped = _SPECIAL.sub(lambda found: f"[{found[0]}]" if found[0].isprintable() else "?", text)
    return "".join(character if character.isprintable() else "?" for character in escaped)


def literal_of(pattern: str) -> str | None:
    """The one text that a pattern fits; None where there may be several."""
    if any(special in _ESCAPED.sub("", pattern) for special in "*?["):
        return None
    return _ESCAPED.sub(lambda found: found[1], pattern)
