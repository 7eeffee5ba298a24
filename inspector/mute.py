"""One thing that the diagnosis is told to be silent about, as `INSPECTOR_MUTED` says it."""

from __future__ import annotations

from dataclasses import dataclass


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
