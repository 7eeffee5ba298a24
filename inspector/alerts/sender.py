"""Messages that are sent while the dashboard runs: one thread, whatever number of stores there are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from django.db import close_old_connections
from django.utils import timezone

from inspector.alerts.channels import Channel
from inspector.alerts.delivery import deliver_due

logger = logging.getLogger(__name__)

#: Seconds between two looks for what is due.
EVERY = 2.0
_AFTER_ERROR = 10.0


class BackgroundDelivery:
    """Starts with `start()`, ends with `stop()`. Never dies of an error: it says so and tries again. Without a channel
    it has nothing to do."""

    def __init__(self, channels: Sequence[Channel], *, pause: float = EVERY) -> None:
        self._channels = tuple(channels)
        self._pause = pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alert-delivery", daemon=True)

    def start(self) -> None:
        if self._channels:
            self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Waits for an attempt that is under way so many seconds at most."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            wait = self._pause
            try:
                if deliver_due(self._channels, timezone.now()):
                    wait = 0.0  # there may be more
            except Exception:
                if self._stop.is_set():
                    return
                logger.exception("Messages of alerts could not be sent.")
                wait = max(self._pause, _AFTER_ERROR)
            finally:
                close_old_connections()
            self._stop.wait(wait)
