"""Whether anything was written since the last look, told by the file and its log.

`pragma data_version` would tell it too, but only to a connection that stays open, and one that does keeps the last
worker that leaves from clearing the log away. Every commit writes to the log or to the file, so their times and sizes
tell as much, but for the coarseness of a file system's clock: a file that changed just now may change again within the
same tick.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from inspector.stores.base import Fingerprint

#: Longer than the tick of any kernel's clock (s), and than that of a file system that counts in seconds.
_TICK, _COARSE_TICK = 0.02, 2.0
_LOOKS = 3


def read_fingerprint(path: Path) -> Fingerprint:
    """Waits a tick or two where the file has just changed. While it keeps changing, no two fingerprints are alike."""
    for _ in range(_LOOKS):
        states = [_state(name) for name in (path, Path(f"{path}-wal"), Path(f"{path}-journal"))]
        tick = _TICK if any(state[3] % 1_000_000_000 for state in states if state) else _COARSE_TICK
        newest = max((state[3] for state in states if state), default=0)
        age = time.time() - newest / 1_000_000_000
        if age > tick:
            return Fingerprint(repr(states), None)
        time.sleep(_TICK)
    return Fingerprint(f"{states!r} at {time.time_ns()}", None)


def _state(path: Path) -> tuple[int, int, int, int] | None:
    """Device, inode, size and time (ns); None where there is no such file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
