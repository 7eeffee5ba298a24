"""When a message that could not be sent is tried again."""

from __future__ import annotations

import random

#: Seconds after the first, second, ... attempt; after the last of these, as long again and again.
PAUSES = (5.0, 30.0, 120.0, 600.0, 3600.0)
#: Attempts until it is given up: four quick ones, and then one an hour for a day.
ATTEMPTS = len(PAUSES) - 1 + 24
#: The same where the other side refuses: three show that it was no hiccup.
REFUSALS = 3
_JITTER = 0.2


def pause_after(attempts: int, *, lasting: bool = False, asked: float | None = None) -> float | None:
    """Seconds after so many attempts; None when that were enough. `asked` is what the other side asks for, which is
    heeded up to the longest pause there is. Two dashboards that failed together do not come back together."""
    if attempts >= (REFUSALS if lasting else ATTEMPTS):
        return None
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    pause *= 1 + random.uniform(-_JITTER, _JITTER)  # noqa: S311  no secret
    return max(pause, min(asked or 0.0, PAUSES[-1]))
