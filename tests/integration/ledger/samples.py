"""Batches as a worker's probe makes them."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from typing import Any

from inspector.probe.ledger_schema import Batch, Place, Read, ThreadCounts, WorkerReport


def report(hostname: str = "web-1", **given: Any) -> WorkerReport:
    """A new process, with two places."""
    now = time.time()
    places = tuple(
        Place(slot, f"saver{slot}", "postgres", (f"identity{slot}",), f"postgresql://db/{slot}", savers=1)
        for slot in (0, 1)
    )
    return WorkerReport(
        **{
            "worker_id": uuid.uuid4().hex,
            "hostname": hostname,
            "pid": 4711,
            "started_at": now,
            "seen_at": now,
            "places": places,
            "versions": {"python": "3.11.7"},
            **given,
        }
    )


def counts(thread_id: str, *, at: float = 1_000.0, slot: int = 0, **given: Any) -> ThreadCounts:
    return ThreadCounts(**{"thread_id": thread_id, "slot": slot, "first_at": at, "last_at": at, **given})


def batch(worker: WorkerReport, number: int, *added: ThreadCounts) -> Batch:
    return Batch(number, replace(worker, seen_at=worker.seen_at + number), added)


def reads(*ats: float, found: str = "1ef") -> tuple[Read, ...]:
    return tuple(Read(at, found) for at in ats)
