"""What a pass tells of itself as it goes on."""

from __future__ import annotations

from collections.abc import Callable

#: Told (phase, done, total) as a pass goes on; total is None while it is not known.
Progress = Callable[[str, int, int | None], None]


def silent(phase: str, done: int, total: int | None) -> None:
    return None
