"""Whether a file has changed, told by its size and times.

A file system's clock is coarse: a file that changed just now may change again within the same tick, and not show it. So
whoever compares states takes those of files that have been at rest for longer than a tick.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from inspector.stores.base import Fingerprint

#: Device, inode, size and time (ns); None where there is no such file.
State = tuple[int, int, int, int] | None
#: Longer than the tick of any kernel's clock (s), and than that of a file system that counts in seconds.
TICK, _COARSE_TICK = 0.02, 2.0
_LOOKS = 3


def state_of(path: Path) -> State:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def let_rest(states: Iterable[State]) -> bool:
    """Whether the files have been at rest for longer than a tick; else waits for one.

    A time yet to come, as after a clock was set back, says nothing of the rest so far: then one tick's wait is enough,
    for whoever writes after it leaves another time."""
    newest = max((state[3] for state in states if state), default=0)
    tick = TICK if newest % 1_000_000_000 else _COARSE_TICK
    left = tick - (time.time() - newest / 1_000_000_000)
    if left <= 0:
        return True
    time.sleep(min(left, tick))
    return left > tick


def read_fingerprint(path: Path) -> Fingerprint:
    """Of the database and its log: every commit writes to one of them. While they keep changing, no two are alike.

    `pragma data_version` would tell it too, but only to a connection that stays open, and one that does keeps the last
    worker that leaves from clearing the log away."""
    for _ in range(_LOOKS):
        states = [state_of(file) for file in (path, Path(f"{path}-wal"), Path(f"{path}-journal"))]
        if let_rest(states):
            return Fingerprint(repr(states), None)
    return Fingerprint(f"{states!r} at {time.time_ns()}", None)
