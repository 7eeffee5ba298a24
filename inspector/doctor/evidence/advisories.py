"""Published security advisories on what reads and writes checkpoints. As of November 2026; each links to its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inspector.doctor.evidence.versions import is_older
from inspector.probe.ledger_schema import WorkerReport


@dataclass(frozen=True, slots=True)
class Advisory:
    """Versions of `package` from `since` on ("" for all) and before `fixed` have it. `grave` is as the advisory itself
    rates it: high or critical. `saver` is the module of the savers that it is about, "" for all."""

    cve: str
    ghsa: str
    package: str
    fixed: str
    what: str  #: goes on after "it"
    grave: bool = False
    since: str = ""
    saver: str = ""

    @property
    def url(self) -> str:
        return f"https://github.com/advisories/{self.ghsa}"

    def covers(self, version: str) -> bool:
        return is_older(version, self.fixed) and not (self.since and is_older(version, self.since))


ADVISORIES = (
    Advisory(
        "CVE-2025-64439",
        "GHSA-wwqv-p2pp-99h5",
        "langgraph-checkpoint",
        "3.0.0",
        "runs code that a stored value in JSON form names",
        grave=True,
    ),
    Advisory(
        "CVE-2026-27794",
        "GHSA-mhr3-j7m5-c7c9",
        "langgraph-checkpoint",
        "4.0.0",
        "unpickles what is in the cache of nodes, where one is used",
    ),
    Advisory(
        "CVE-2026-48775",
        "GHSA-fjqc-hq36-qh5p",
        "langgraph-checkpoint",
        "4.1.1",
        "makes any object that a checkpoint in JSON form names",
    ),
    Advisory(
        "CVE-2026-28277",
        "GHSA-g48c-2wqr-h844",
        "langgraph",
        "1.0.10",
        "makes any object that a checkpoint in msgpack form names",
    ),
    Advisory(
        "CVE-2025-67644",
        "GHSA-9rwj-6rc7-p77c",
        "langgraph-checkpoint-sqlite",
        "3.0.1",
        "puts the keys of a metadata filter into its SQL",
        grave=True,
        saver="langgraph.checkpoint.sqlite",
    ),
    Advisory(
        "CVE-2025-68664",
        "GHSA-c67j-w6g6-q2cm",
        "langchain-core",
        "0.3.81",
        "takes values of users for objects of its own when it loads them",
        grave=True,
    ),
    Advisory(
        "CVE-2025-68664",
        "GHSA-c67j-w6g6-q2cm",
        "langchain-core",
        "1.2.5",
        "takes values of users for objects of its own when it loads them",
        grave=True,
        since="1.0.0.dev0",
    ),
)


def advisories_on(report: WorkerReport) -> Iterator[tuple[Advisory, str]]:
    """Those that a process is open to, with the version that it runs."""
    for advisory in ADVISORIES:
        version = report.versions.get(advisory.package, "")
        if version and advisory.covers(version) and _uses(report, advisory.saver):
            yield advisory, version


def _uses(report: WorkerReport, module: str) -> bool:
    return not module or any(f"{place.saver}.".startswith(f"{module}.") for place in report.places)
