"""The contract of a ledger as the dashboard reads it. What is in it is told in `probe.ledger_schema`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from inspector.probe.ledger_schema import Place, Read, WorkerReport

#: A page of workers, newest first.
WORKERS = 500
#: Threads whose counts are read at once.
THREADS = 500


@dataclass(frozen=True, slots=True)
class Counted:
    """What one worker did to one thread in one place, all in all. Times are seconds since 1970."""

    thread_id: str
    worker_id: str
    hostname: str
    place: Place | None  #: None where the worker's report is gone or does not name it
    reads: int
    misses: int
    checkpoints: int
    writes: int
    first_at: float
    last_at: float
    last_read_at: float | None
    last_miss_at: float | None
    errors: Mapping[str, int] = field(default_factory=dict)
    recent: tuple[Read, ...] = ()  #: oldest first


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of several threads. `cut` names those of which there are more rows: a thread that was read along with too
    many others is whole in a read of fewer, and one that is cut in a read of its own has too many by itself."""

    rows: tuple[Counted, ...] = ()
    cut: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heard:
    """A worker's report, and how many seconds `ago` it came in, all by the clock of the ledger."""

    report: WorkerReport
    ago: float


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers heard of last; `more` when there are others. Reports that cannot be read are left out."""

    heard: tuple[Heard, ...] = ()
    more: bool = False

    @property
    def reports(self) -> list[WorkerReport]:
        return [one.report for one in self.heard]


@dataclass(frozen=True, slots=True)
class Changes:
    """Threads that something was added to. `after` is where to go on next time; `more` says to go on at once."""

    thread_ids: tuple[str, ...]
    after: str
    more: bool


@runtime_checkable
class LedgerReader(Protocol):
    """A ledger, read only. Every method is one short read and raises only `errors.StoreError`s."""

    safe_url: str  #: without its password

    def exists(self) -> bool:
        """Whether any probe has ever written here. False, not an error, where there are no tables or keys."""
        ...

    def read_workers(self, limit: int = WORKERS) -> Workers:
        """The workers heard of last, newest first."""
        ...

    def read_changes(self, after: str, limit: int = THREADS) -> Changes:
        """Threads changed since `after` ("" for all there are), oldest change first. May name some again that were
        named before: an addition that was under way is not to be missed."""
        ...

    def read_counts(self, thread_ids: Sequence[str]) -> Counts:
        """The counts of these threads by every worker, the 1,000 heard of last for each and 50,000 in all, without
        errors and recent reads."""
        ...

    def read_thread(self, thread_id: str) -> list[Counted]:
        """The counts of one thread by every worker, with errors and recent reads; the 200 heard of last."""
        ...

    def close(self) -> None: ...
