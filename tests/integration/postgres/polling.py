"""Waiting for what another process or thread does: no sleep of a guessed length, and an end to every wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(ask: Callable[[], T], *, seconds: float = 15.0) -> T:
    """What `ask` gives as soon as that is true. Fails with the last answer when it never was."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.01)
    return answer
