"""Starts the workers of `fleet.py`, tells them what to do, and reads back what the ledger says of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from inspector.ledger.base import THREADS, Counted, LedgerReader
from inspector.ledger.registry import open_ledger_reader
from inspector.probe.ledger_schema import WorkerReport
from inspector.stores.guard import Limits
from tests.integration.probe.counting import KINDS

ROOT = Path(__file__).parents[3]


class Worker:
    """One process. `log` is what it writes to its standard error."""

    def __init__(self, *, log: Path, **job: Any) -> None:
        command = [sys.executable, "-W", "error", "-m", "tests.integration.probe.fleet", json.dumps(job)]
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def begin(self, invocations: int) -> Self:
        """Has it do so many invocations, without waiting."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{invocations}\n")
        self.process.stdin.flush()
        return self

    def wait_done(self) -> None:
        """Waits until it has done what it began."""
        assert self.process.stdout is not None
        answer = self.process.stdout.readline()
        assert answer == "done\n", self.log.read_text()

    def run(self, invocations: int) -> None:
        self.begin(invocations).wait_done()

    def end(self) -> None:
        """Lets it end by itself. It must end well."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait() == 0, self.log.read_text()

    def kill(self) -> None:
        """As the kernel kills who has no memory left. Also the way out of a test that failed."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def fleet(folder: Path, jobs: list[dict[str, Any]]) -> Iterator[list[Worker]]:
    """Workers that end with the block, all on one tally, `folder / "tally"`. Each job is what `fleet.Job` takes."""
    workers = []
    try:
        for number, job in enumerate(jobs):
            given = {"tally": str(folder / "tally"), "host": "host", **job}
            workers.append(Worker(log=folder / f"worker-{number}.log", **given))
        yield workers
    finally:
        for worker in workers:
            if worker.process.poll() is None:
                worker.kill()


@dataclass
class Ledger:
    """Everything in a ledger, as the dashboard reads it."""

    workers: list[WorkerReport] = field(default_factory=list)
    counts: list[Counted] = field(default_factory=list)

    def per_thread(self) -> Counter[tuple[str, str, str]]:
        """Sums by thread, host and kind, in the form of `counting.per_thread`."""
        sums: Counter[tuple[str, str, str]] = Counter()
        for counted in self.counts:
            for kind in KINDS:
                sums[counted.thread_id, counted.hostname, kind] += getattr(counted, kind)
        return +sums

    def per_process(self, *more: str) -> Counter[tuple[int, str]]:
        """What each worker says of itself, in the form of `counting.per_process`."""
        sums: Counter[tuple[int, str]] = Counter()
        for worker in self.workers:
            for kind in (*KINDS, "invocations", *more):
                sums[worker.pid, kind] += getattr(worker, kind)
        return +sums

    def sums(self) -> Counter[str]:
        """By kind alone."""
        return Counter({kind: sum(getattr(counted, kind) for counted in self.counts) for kind in KINDS})

    def dropped(self) -> Counter[str]:
        """By kind, over all workers."""
        return sum((Counter(worker.dropped) for worker in self.workers), Counter())


def read_ledger(url: str) -> Ledger:
    with closing_reader(url) as reader:
        return Ledger(reader.read_workers().reports, list(_all_counts(reader)))


@contextmanager
def closing_reader(url: str) -> Iterator[LedgerReader]:
    reader = open_ledger_reader(url, Limits())
    try:
        yield reader
    finally:
        reader.close()


def _all_counts(reader: LedgerReader) -> Iterator[Counted]:
    seen: set[str] = set()
    after, more = "", True
    while more:
        changes = reader.read_changes(after, THREADS)
        after, more = changes.after, changes.more
        fresh = [thread_id for thread_id in changes.thread_ids if thread_id not in seen]
        seen.update(fresh)
        yield from reader.read_counts(fresh).rows
