"""What goes on beside the pages, begun and ended together."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Protocol

from django.conf import settings

from inspector.access.audit.aging import BackgroundAging
from inspector.alerts.background import BackgroundAlerts
from inspector.alerts.channels import configured_channels
from inspector.alerts.sender import BackgroundDelivery
from inspector.doctor.background import BackgroundDoctor
from inspector.index.background import BackgroundSync
from inspector.index.lease import give_back_all
from inspector.reader import Reader

#: Seconds that all of it together has to end. What hangs in a store is left: its thread ends with the process.
PATIENCE = 2.0
_GIVE_BACK = 1.0


class Work(Protocol):
    def start(self) -> None: ...

    def stop(self, timeout: float) -> None:
        """Tells it to end, and waits so many seconds at most."""


def all_works(readers: Sequence[Reader]) -> tuple[Work, ...]:
    """Index, diagnosis, alerts and their messages, and the audit log's end of time."""
    config = settings.INSPECTOR
    return (
        BackgroundSync(readers, pause=config.sync_seconds),
        BackgroundDoctor(list(readers)),
        BackgroundAlerts(list(readers)),
        BackgroundDelivery(configured_channels(config)),
        BackgroundAging(config.audit_days),
    )


class Background:
    def __init__(self, *works: Work) -> None:
        self._works: Sequence[Work] = works

    def start(self) -> None:
        for work in self._works:
            work.start()

    def tell(self) -> None:
        """To end, and waits for none."""
        for work in self._works:
            work.stop(0.0)

    def stop(self) -> None:
        """Before any is waited for all are told. What they hold in the index is free for others afterwards."""
        self.tell()
        until = time.monotonic() + PATIENCE
        for work in self._works:
            work.stop(max(0.0, until - time.monotonic()))
        giving = threading.Thread(target=give_back_all, name="leases", daemon=True)
        giving.start()
        giving.join(_GIVE_BACK)  # an index that hangs keeps nobody from ending
