"""Work that goes on while the dashboard runs. What asks stores has one thread for each, so that a slow one holds up no
other; all else has one."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable

from django.db import close_old_connections

from inspector.reader import Reader

#: Work may load a store for this share of the time.
DUTY = 0.05
LONGEST_PAUSE = 300.0


class StoreLoops(ABC):
    """Starts with `start()`, ends with `stop()`. `pause` is the least rest, in seconds."""

    label: str  #: in the names of the threads
    patience: float  #: seconds that `stop` waits, however many stores hang

    def __init__(self, readers: Iterable[Reader], *, pause: float) -> None:
        self._pause = pause
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(reader,), name=f"{self.label}-{reader.store.name}", daemon=True)
            for reader in readers
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Waits for work that goes on so many seconds at most; without a number, `patience`."""
        self._stop.set()
        until = time.monotonic() + (self.patience if timeout is None else timeout)
        for thread in filter(threading.Thread.is_alive, self._threads):  # none where it was never started
            thread.join(max(0.0, until - time.monotonic()))

    @abstractmethod
    def _run(self, reader: Reader) -> None:
        """Until `_stop` is set."""

    def _rest_after(self, seconds: float) -> float:
        """Long enough that work which took so many seconds stays within its share of the store's time."""
        return max(self._pause, min(seconds * (1 / DUTY - 1), LONGEST_PAUSE))


class Loop(ABC):
    """Starts with `start()`, ends with `stop()`. Never dies of an error: it says so and tries again. `pause` is in
    seconds."""

    label: str  #: the name of the thread
    failed: str  #: what is said of an error

    def __init__(self, *, pause: float) -> None:
        self._pause = pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.label, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Waits for work that is under way so many seconds at most."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    @abstractmethod
    def _work(self) -> float:
        """Seconds until it is due again."""

    def _rest_after_error(self) -> float:
        return self._pause

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                wait = self._work()
            except Exception:
                if self._stop.is_set():
                    return
                logging.getLogger(type(self).__module__).exception(self.failed)
                wait = self._rest_after_error()
            finally:
                close_old_connections()
            self._stop.wait(wait)
