"""A probe for the length of a test, with a ledger in memory that keeps the rules of every ledger."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from inspector.probe import flush, hooks, install, process
from inspector.probe.ledger_schema import Batch, Read, Refused, WorkerReport
from inspector.probe.ledgers import open_ledger

#: A URL that stands for a ledger in memory: it must be one that the probe accepts.
MEMORY = "postgresql://app:secret@memory/counts"


class LedgerDown(Exception):
    pass


class MemoryLedger:
    """Adds each numbered batch once, and keeps the newest report of each worker. `down` makes it fail: before it writes
    ("before"), or after, as when only the answer is lost ("after"). It can hold no counts of
    threads whose ids begin with `refused`."""

    def __init__(self) -> None:
        self.down = ""
        self.refused: str | None = None
        self.attempts = 0
        self.batches: list[Batch] = []
        self.reports: dict[str, WorkerReport] = {}
        self.pruned: list[float] = []
        self.old_rows = 0  #: calls of `prune` that it takes to remove them
        self.closed = self.forgotten = 0
        self._numbers: dict[str, int] = {}
        self._changed = threading.Condition()

    def write(self, batch: Batch) -> None:
        with self._changed:
            self.attempts += 1
            self._changed.notify_all()
            if self.down == "before":
                raise LedgerDown("password=secret")
            if self.refused and self._is_refused(batch):
                raise Refused
            worker = batch.report.worker_id
            self.reports[worker] = batch.report
            if batch.number > self._numbers.get(worker, 0):
                self._numbers[worker] = batch.number
                self.batches.append(batch)
            if self.down == "after":
                raise LedgerDown("password=secret")

    def _is_refused(self, batch: Batch) -> bool:
        """As other ledgers do, only a batch that is not there yet."""
        known = self._numbers.get(batch.report.worker_id, 0) >= batch.number
        return not known and any(counts.thread_id.startswith(str(self.refused)) for counts in batch.counts)

    def prune(self, before: float) -> bool:
        self.pruned.append(before)
        self.old_rows -= 1
        return self.old_rows > 0

    def close(self) -> None:
        self.closed += 1

    def before_fork(self) -> None: ...

    def forget(self) -> None:
        self.forgotten += 1

    def wait_for_attempts(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.attempts >= number, 30)

    def thread(self, thread_id: str) -> Counted:
        """All that was counted of one thread, in all places."""
        total = Counted()
        for batch in self.batches:
            for counts in batch.counts:
                if counts.thread_id == thread_id:
                    total.reads += counts.reads
                    total.misses += counts.misses
                    total.checkpoints += counts.checkpoints
                    total.writes += counts.writes
                    total.errors.update(counts.errors)
                    total.recent += counts.recent
        return total

    def sums(self) -> dict[str, int]:
        """Over all threads."""
        names = ("reads", "misses", "checkpoints", "writes")
        every = [counts for batch in self.batches for counts in batch.counts]
        return {name: sum(getattr(counts, name) for counts in every) for name in names}


@dataclass
class Counted:
    reads: int = 0
    misses: int = 0
    checkpoints: int = 0
    writes: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    recent: tuple[Read, ...] = ()

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """Reads, misses, checkpoints, writes."""
        return self.reads, self.misses, self.checkpoints, self.writes


class Probing:
    """The running probe and its ledger."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self.ledger = ledger

    @property
    def report(self) -> WorkerReport:
        """As it is now, from the ledger."""
        self.flush()
        return self.ledger.reports[process.current().worker_id]

    def thread(self, thread_id: str) -> Counted:
        self.flush()
        return self.ledger.thread(thread_id)

    def flush(self) -> None:
        assert flush(30)


@contextmanager
def probing(*, ledger: MemoryLedger | None = None, ledger_url: str = MEMORY, **settings: Any) -> Iterator[Probing]:
    """Without hooks."""
    ledger = ledger or MemoryLedger()
    process._State.current = None
    process.start(ledger=ledger_url, open_ledger=lambda _: ledger, **{"hostname": "web-1", **settings})
    try:
        yield Probing(ledger)
    finally:
        stop_probe()


@contextmanager
def probing_into(url: str) -> Iterator[None]:
    """Into a real ledger. Without hooks."""
    process._State.current = None
    process.start(ledger=url, hostname="web-1", open_ledger=open_ledger)
    try:
        yield
    finally:
        stop_probe()


def stop_probe() -> None:
    if process._State.current is not None:
        process._State.current.flusher.finish()
    process._State.current = None


@contextmanager
def installed(**settings: Any) -> Iterator[Probing]:
    """With LangGraph hooked, and unhooked at the end: other tests look at what LangGraph stores without us."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in hooks.find_targets():
            patch.setattr(owner, name, getattr(owner, name))
        with probing(**settings) as probe:
            install()
            yield probe


class Plain(BaseCheckpointSaver[int]):
    """A saver of the agent's own, importable and picklable, with sync methods only."""

    def __init__(self) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self.metadata: list[Any] = []

    def get_tuple(self, config: Any) -> CheckpointTuple | None:
        if self.error is not None:
            raise self.error
        return None

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        self.metadata.append(metadata)
        return config

    def list(self, config: Any, **rest: Any) -> Iterator[Any]:
        yield from (1, 2, 3)
