"""The processes that report to the ledger, as rules look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from inspector.ledger.base import WORKERS, Heard, LedgerReader, Workers
from inspector.probe.ledger_schema import SILENT_SECONDS, Place, WorkerReport

#: Processes that are read where more of them report at once than are read at first.
MOST = 4_000
#: A host none of whose processes lives counts by those that were heard of so lately (seconds): what a deployment of an
#: hour ago did wrong is mended, or is done wrong by its successor as well.
LATELY = 900.0


@dataclass(frozen=True)
class Crew:
    """`heard` are the reports of the newest processes. `error` says why the ledger could not be read, "" when it could.
    `exists` is False where there is no ledger at all."""

    heard: tuple[Heard, ...] = ()
    more: bool = False  #: the ledger knows of other processes, that were heard of before these
    exists: bool = True
    error: str = ""

    @classmethod
    def of(cls, told: Workers) -> Crew:
        return cls(told.heard, told.more)

    @property
    def cut(self) -> bool:
        """Whether some that live may be among those that were not read: the last one of these was heard of just now."""
        return self.more and bool(self.heard) and self.heard[-1].ago <= SILENT_SECONDS

    def without(self, is_it: Callable[[WorkerReport], bool]) -> Crew:
        return replace(self, heard=tuple(one for one in self.heard if not is_it(one.report)))

    @cached_property
    def live(self) -> tuple[WorkerReport, ...]:
        return tuple(one.report for one in self.heard if is_live(one))

    @cached_property
    def reports(self) -> tuple[WorkerReport, ...]:
        """What rules look at: the live processes, and of a host without one those heard of lately. Newest first."""
        alive = {report.hostname for report in self.live}
        return tuple(
            one.report for one in self.heard if is_live(one) or (one.report.hostname not in alive and one.ago <= LATELY)
        )

    @cached_property
    def by_host(self) -> dict[str, tuple[WorkerReport, ...]]:
        """The same by host, hosts in alphabetical order."""
        found: dict[str, list[WorkerReport]] = {}
        for report in self.reports:
            found.setdefault(report.hostname, []).append(report)
        return {host: tuple(found[host]) for host in sorted(found)}

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(self.by_host)

    def __bool__(self) -> bool:
        """Whether any process reports at all."""
        return bool(self.reports)

    def places(self, is_it: Callable[[Place], bool] = lambda place: True) -> Iterator[tuple[WorkerReport, Place]]:
        """Every place of every process, with the process."""
        for report in self.reports:
            for place in report.places:
                if is_it(place):
                    yield report, place


def read_crew(ledger: LedgerReader, *, first: int = WORKERS, most: int = MOST) -> Crew:
    """All that live, where they are no more than `most`. Raises `StoreError`."""
    crew = Crew.of(ledger.read_workers(first))
    return Crew.of(ledger.read_workers(most)) if crew.cut else crew


def is_live(one: Heard) -> bool:
    return not one.report.ended and one.ago <= SILENT_SECONDS
