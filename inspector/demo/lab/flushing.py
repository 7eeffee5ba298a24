"""Hands over what a worker's probe has counted, and which stores its savers lead to."""

from __future__ import annotations

import time

from inspector import probe
from inspector.probe import process

#: Seconds for the probe to hand over what it counted.
FLUSH_SECONDS = 20.0
#: Seconds that it has to ask the servers who they are, which it does in the background. Some never say.
ASK_SECONDS = 5.0
_LOOK_EVERY = 0.02
_ASKED = ("postgres", "redis", "sqlite")


def flush() -> bool:
    """False where the ledger did not take it."""
    until = time.monotonic() + ASK_SECONDS
    while True:
        known = _knows_its_places()
        if not probe.flush(FLUSH_SECONDS):
            return False
        if known or time.monotonic() >= until:
            return True
        time.sleep(_LOOK_EVERY)


def _knows_its_places() -> bool:
    return all(place.identities or place.kind not in _ASKED for place in process.current().places.read())
