"""LangGraph's ids made by a clock of our own. Ids of one process never go back, unless it is new."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from langgraph.checkpoint.base import id as ids

_MILLISECOND = 1_000_000


class Clock:
    """Goes on by a millisecond whenever it is looked at, however slow the machine is."""

    def __init__(self) -> None:
        self._now = time.time_ns()

    def __call__(self) -> int:
        self._now += _MILLISECOND
        return self._now

    def forward(self, seconds: float) -> None:
        self._now += round(seconds * 1e9)


@contextmanager
def clock_set(seconds: float) -> Iterator[None]:
    """As in a process of its own, whose clock is so far ahead (behind, below zero)."""
    right = time.time_ns
    with _clock_of_ids(lambda: right() + round(seconds * 1e9)):
        yield


@contextmanager
def steady_clock() -> Iterator[Clock]:
    """For one process and all that it does in the block."""
    clock = Clock()
    with _clock_of_ids(clock):
        yield clock


@contextmanager
def _clock_of_ids(clock: object) -> Iterator[None]:
    with patch.object(time, "time_ns", clock), patch.object(ids, "_last_v6_timestamp", None):
        yield
