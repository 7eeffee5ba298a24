"""Patterns as of a shell: the one that fits a text, and the text that one fits."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[*?\[]|^\s|\s$")
_ESCAPED = re.compile(r"\[([^!\]])\]")


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
