"""Limits that every read of a store runs under. A store that cannot keep one says so; it never drops it silently."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from inspector.errors import StoreTimeout


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds. `statement` bounds one query, `lock` the wait for a lock, `idle` an open transaction at
    rest."""

    connect: float = 3.0
    statement: float = 15.0
    lock: float = 2.0
    idle: float = 60.0
    pool_size: int = 4
    inline_bytes: int = 1_000  #: an inline channel value larger than this is listed by its size
    shown_inline_bytes: int = 256_000  #: the same where one checkpoint is read to be shown
    control_bytes: int = 16_000_000  #: bodies of control channels read for one batch of threads, smallest first
    namespaces: int = 2_000
    inputs: int = 100_000
    marks: int = 20_000  #: errors, interrupts and resumes read for one batch of threads


_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


_page: ContextVar[dict[object, object] | None] = ContextVar("page", default=None)


def page_memory() -> dict[object, object] | None:
    """What a page's reads may leave for each other, inside the outermost `deadline` block; None outside of one."""
    return _page.get()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """All reads inside the block together take at most so long: a page of many reads waits no longer than one. Inside
    another such block no longer than what is left of that one."""
    until, outer = time.monotonic() + seconds, _deadline.get()
    token = _deadline.set(until if outer is None else min(until, outer))
    memory = _page.set({} if outer is None else _page.get())
    try:
        yield
    finally:
        _page.reset(memory)
        _deadline.reset(token)


def within_deadline(seconds: float) -> float:
    """The time that a read may take, cut to what the deadline leaves. Raises `StoreTimeout` when that is nothing."""
    until = _deadline.get()
    if until is None:
        return seconds
    left = until - time.monotonic()
    if left <= 0:
        raise StoreTimeout(
            "The store took longer than a page may wait.",
            "The server is busy or the thread is very large. INSPECTOR_STATEMENT_TIMEOUT raises the budget.",
        )
    return min(seconds, left)
