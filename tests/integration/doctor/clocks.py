"""LangGraph's ids made by a clock that is set forward or back. Ids of one process never go back, unless it is new."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from langgraph.checkpoint.base import id as ids


@contextmanager
def clock_set(seconds: float) -> Iterator[None]:
    """As in a process of its own, whose clock is so far ahead (behind, below zero)."""
    right = time.time_ns
    with (
        patch.object(time, "time_ns", lambda: right() + round(seconds * 1e9)),
        patch.object(ids, "_last_v6_timestamp", None),
    ):
        yield
