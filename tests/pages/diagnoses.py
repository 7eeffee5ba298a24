"""Diagnoses that pages show: those of real workers, and recorded ones of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from inspector.doctor.finding import Evidence, Finding, Fix, Link
from inspector.doctor.record import record
from inspector.doctor.rules import rules
from inspector.models import StoreEntry
from tests.pages.browse import Browser
from tests.pages.ledgers import MEMORY
from tests.pages.workers_world import World

MEMORY_RULE = "saver-in-memory"
SHARED = "two-hosts-sync-shared"


def look_anew() -> None:
    """The next page asks the rules, whatever the last one found a moment ago."""
    StoreEntry.objects.update(diagnosed_at=None)


def in_memory(world: World, hostname: str = "web-1", **report: Any) -> Browser:
    """One worker keeps its checkpoints in memory, and somebody has looked."""
    world.ledger.tell(hostname, places=(MEMORY,), **report)
    look_anew()
    world.browser.data("/doctor/")
    return world.browser


def found(slug: str, status: str = "error", **fields: Any) -> Finding:
    """A finding as the engine makes it, with something of everything."""
    said: dict[str, Any] = {
        "rule": slug,
        "status": status,
        "severity": "high",
        "confidence": "likely",
        "title": f"The headline of {slug}",
        "sentence": f"The sentence of {slug}.",
        "evidence": (Evidence("seen at `web-1`", Link("workers", {"host": "web-1"})),),
        "hosts": ("web-1",),
        "thread_ids": (),
        "missing": "",
        "fix": Fix("before()", "after()", "A note."),
        "cause": False,
    }
    return Finding(**{**said, **fields})


def slugs(count: int) -> list[str]:
    """So many rules that there are. Pages leave out findings of others."""
    known = list(rules())
    assert len(known) >= count
    return known[:count]


@contextmanager
def recorded(monkeypatch: Any, *findings: Finding, at: datetime | None = None) -> Iterator[StoreEntry]:
    """These were found just now, and what was is fresh for long enough."""
    monkeypatch.setattr("inspector.doctor.diagnosis.FRESH", timedelta(days=2))
    entry = StoreEntry.objects.get()
    record(entry, findings, at or timezone.now())
    yield entry
