"""Limits that every read of a store runs under. A store that cannot keep one says so; it never drops it silently."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds. `statement` bounds one query, `lock` the wait for a lock, `idle` an open transaction at
    rest."""

    connect: float = 4.0
    statement: float = 15.0
    lock: float = 2.0
    idle: float = 60.0
    pool_size: int = 4
    inline_bytes: int = 1_000  #: an inline channel value larger than this is listed by its size
    control_bytes: int = 65_536  #: a control channel's body larger than this is left out
    namespaces: int = 2_000
    inputs: int = 100_000
    marks: int = 20_000  #: errors, interrupts and resumes read for one batch of threads
