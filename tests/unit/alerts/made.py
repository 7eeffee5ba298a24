"""Windows of made threads, and what leads to expect how many are left."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from inspector.alerts.window import Begun, Window

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def thread(number: int, *, went_on: bool = False, ago: float | None = None, graph: str = "chat") -> Begun:
    """One a minute, the newest ones first; `ago` in seconds."""
    at = NOW - timedelta(seconds=60 * number if ago is None else ago)
    return Begun(f"thread-{number}", at, at, went_on, graph=graph)


def window(left: int, gone: int) -> Window:
    """All of them old, those that are left first."""
    threads = [thread(number, went_on=number >= left) for number in range(left + gone)]
    return Window(threads, [1.0] * len(threads))


def drawn(dice: random.Random, share: float, weights: Sequence[float]) -> Window:
    """As drawn by chance, where this share is left for good, and others have gone on as far as their weight says."""
    threads = [thread(number, went_on=dice.random() < (1 - share) * weight) for number, weight in enumerate(weights)]
    return Window(threads, weights)
