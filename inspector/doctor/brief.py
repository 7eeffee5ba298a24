"""A sync pass that a command waits for, but not for long."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

from inspector.errors import StoreError
from inspector.index.lease import LeaseTaken
from inspector.index.pace import Pace, PassStopped
from inspector.index.passes import run_pass
from inspector.models.database import connection
from inspector.reader import Reader

logger = logging.getLogger(__name__)

#: Seconds that the pass may take, and that it may wait for another process that is at it.
SECONDS, _LEASE = 10.0, 2.0
_LOOK_AGAIN = 0.2
#: Nearly as fast as it goes: after each read it looks whether its time is over.
_SHARE = 0.95


def pass_briefly(reader: Reader, seconds: float = SECONDS) -> None:
    """Brings the index up to date as far as that goes in so many seconds. What the pass is at then goes on in a thread
    that ends with the process, and how old the index is says its row of the store. Never raises."""
    pass_ = _BriefPass(reader, seconds)
    thread = threading.Thread(target=pass_.run, name=f"pass-{reader.store.name}", daemon=True)
    thread.start()
    thread.join(seconds)


class _BriefPass:
    def __init__(self, reader: Reader, seconds: float) -> None:
        self._reader = reader
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._pace = Pace(_SHARE, holds_back=True, sleep=self._stop_in_time)

    def run(self) -> None:
        try:
            with suppress(PassStopped, StoreError):  # the diagnosis tells of a store that does not answer
                while not self._pass():
                    time.sleep(_LOOK_AGAIN)
        except Exception:
            logger.exception("The sync pass over %s failed.", self._reader.store.safe_url)
        finally:
            connection.close()

    def _pass(self) -> bool:
        """False where another process is at it: most passes are soon over."""
        try:
            run_pass(self._reader, pace=self._pace, progress=self._tell)
        except LeaseTaken:
            return time.monotonic() - self._began > _LEASE
        return True

    def _tell(self, phase: str, done: int, total: int | None) -> None:
        self._stop_in_time(0.0)

    def _stop_in_time(self, rest: float) -> None:
        if time.monotonic() > self._until:
            raise PassStopped
