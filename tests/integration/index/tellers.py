"""Workers that tell a ledger what they did, as the probe's own writer does, and what an index makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from inspector.probe.ledger_schema import Batch, Ledger, Place, ThreadCounts, WorkerReport, memory_identities
from inspector.reader import Reader

AT = 1_795_000_000.0  #: November 2026, in seconds since 1970


def place_of(reader: Reader, slot: int = 0) -> Place:
    """Where a worker's checkpoints go that uses this store."""
    return Place(slot, "PostgresSaver", "postgres", reader.store.read_identities(), reader.store.safe_url)


@dataclass
class Teller:
    """One process. Its places are those given, and its own memory behind them."""

    ledger: Ledger
    hostname: str
    places: tuple[Place, ...] = ()
    worker_id: str = ""
    _number: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.worker_id = self.worker_id or f"{self.hostname:0>32}"[:32]
        memory = Place(
            len(self.places), "InMemorySaver", "memory", memory_identities(self.worker_id), "this process's memory"
        )
        self.places = (*self.places, memory)

    def tell(self, *counts: ThreadCounts, ended: bool = False) -> None:
        self._number += 1
        report = WorkerReport(self.worker_id, self.hostname, 7, AT, AT, ended=ended, places=self.places)
        self.ledger.write(Batch(self._number, report, counts))

    def read(self, thread_id: str, *, found: int = 0, missed: int = 0, at: float = AT, slot: int = 0) -> None:
        """Reads that found something, then reads that did not."""
        last = at + found + missed
        self.tell(
            ThreadCounts(
                thread_id,
                slot,
                at,
                last,
                reads=found + missed,
                misses=missed,
                last_read_at=last,
                last_miss_at=last if missed else None,
            )
        )

    def put(self, thread_id: str, checkpoints: int, *, at: float = AT, slot: int = 0) -> None:
        self.tell(ThreadCounts(thread_id, slot, at, at, checkpoints=checkpoints))


def known(name: str) -> dict[str, Any]:
    """All that the index says of a store's threads and their workers, but when it was written."""
    left_out = {"id", "store", "verified_at"}
    fields = [item.name for item in ThreadEntry._meta.concrete_fields if item.name not in left_out]
    entries = {}
    for entry in ThreadEntry.every.filter(store__name=name):
        workers = {
            row.hostname: (row.writes, row.reads, row.misses, row.reported, row.elsewhere)
            for row in ThreadWorker.objects.filter(thread=entry)
        }
        entries[entry.thread_id] = {**{item: getattr(entry, item) for item in fields}, "workers": workers}
    return {"hosts": StoreEntry.objects.get(name=name).hosts, "threads": entries}


def workers_of(thread_id: str, name: str = "store") -> dict[str, tuple[Any, ...]]:
    """By host: writes, reads, misses, reported, elsewhere."""
    found: dict[str, tuple[Any, ...]] = known(name)["threads"][thread_id]["workers"]
    return found
