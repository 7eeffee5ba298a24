"""Messages that are sent while the dashboard runs: one thread, whatever number of stores there are."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from inspector.alerts.channels import Channel
from inspector.alerts.delivery import deliver_due
from inspector.index.loops import Loop

#: Seconds between two looks for what is due.
EVERY = 2.0
_AFTER_ERROR = 10.0


class BackgroundDelivery(Loop):
    """Without a channel it has nothing to do."""

    label = "alert-delivery"
    failed = "Messages of alerts could not be sent."

    def __init__(self, channels: Sequence[Channel], *, pause: float = EVERY) -> None:
        super().__init__(pause=pause)
        self._channels = tuple(channels)

    def start(self) -> None:
        if self._channels:
            super().start()

    def _work(self) -> float:
        return 0.0 if deliver_due(self._channels, timezone.now()) else self._pause  # there may be more

    def _rest_after_error(self) -> float:
        return max(self._pause, _AFTER_ERROR)
