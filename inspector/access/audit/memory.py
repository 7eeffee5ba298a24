"""What was noted of late, and what still waits to be written: the memory of one process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock

from inspector.access.audit.lines import Line

#: Seconds in which the same page of the same thread, shown to the same viewer, is one line: pages refresh themselves.
AGAIN = 600.0
#: Pages that are remembered, and lines that wait at most; the oldest go first.
_PAGES, _LINES = 50_000, 10_000
#: Seconds between two tries to write what waits, where no new line comes.
_PAUSE = 5.0


@dataclass(slots=True)
class Recent:
    """Safe to share between threads. `clock` tells seconds."""

    clock: Callable[[], float] = time.monotonic
    _noted: OrderedDict[Hashable, float] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def is_new(self, key: Hashable) -> bool:
        """Whether it has not been noted for `AGAIN` seconds. Then it is now."""
        now = self.clock()
        with self._lock:
            before = self._noted.get(key)
            if before is not None and now - before < AGAIN:
                return False
            self._noted[key] = now
            self._noted.move_to_end(key)
            if len(self._noted) > _PAGES:
                self._noted.popitem(last=False)
            return True


@dataclass(slots=True)
class Waiting:
    """Lines that the database has not taken. They are lost with the process; its log has them."""

    clock: Callable[[], float] = time.monotonic
    _lines: deque[Line] = field(default_factory=lambda: deque(maxlen=_LINES))
    _tried: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def take(self, *, now: bool) -> list[Line]:
        """What is to be tried again: all of it `now`, else where the last try is a while ago."""
        with self._lock:
            if not self._lines or not (now or self.clock() - self._tried >= _PAUSE):
                return []
            taken = list(self._lines)
            self._lines.clear()
            return taken

    def put(self, lines: list[Line]) -> None:
        with self._lock:
            self._tried = self.clock()
            self._lines.extend(lines)
