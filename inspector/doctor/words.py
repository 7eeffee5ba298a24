"""Words that findings share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspector.domain.text import ago, exact_time, thousands

#: Hosts that one sentence names.
_NAMED = 4


def hosts_in_words(hosts: Sequence[str]) -> str:
    """ "web-1", "web-1 and web-2", "web-1, web-2, web-3 and 5 more hosts"."""
    return listed(list(hosts), "hosts")


def listed(words: Sequence[str], noun: str = "others") -> str:
    """A few words with "and" before the last, and the number of `noun` that are left out."""
    if len(words) > _NAMED:
        words = [*words[: _NAMED - 1], f"{thousands(len(words) - _NAMED + 1)} more {noun}"]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def at_time(at: datetime) -> str:
    """ "2026-03-01 09:31:38 UTC": in a sentence nobody reads milliseconds."""
    return exact_time(at.replace(microsecond=0)).replace(".000", "")


def lasting(seconds: float) -> str:
    """A stretch of time in one unit: "400 ms", "27 s", "4 min", "3 days"."""
    length = abs(seconds)
    return f"{length * 1000:.0f} ms" if length < 1 else ago(length).removesuffix(" ago")
