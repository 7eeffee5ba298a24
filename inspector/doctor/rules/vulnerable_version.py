"""A worker runs a release with a published security hole in how checkpoints are read or asked for."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.advisories import Advisory, advisories_on
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun

_FIX = Fix(
    after="""\
pip install --upgrade "langgraph>=1.0.10" "langgraph-checkpoint>=4.1.1" "langchain-core>=1.2.5"
pip install --upgrade "langgraph-checkpoint-sqlite>=3.0.1"  # where it is used""",
    note="Until then, let nobody but the workers write to the store. LANGGRAPH_STRICT_MSGPACK=true, which newer "
    "releases know, keeps a checkpoint from naming just any object.",
    language="sh",
)

#: By advisory and version: the hosts that run it.
_Open = dict[tuple[Advisory, str], set[str]]


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Which releases the workers run is not known: no worker reports.")
    found = _find(case)
    if not found:
        if not any(report.versions for report in case.crew.reports):
            return unknown("Which releases the workers run is not known.", missing="A newer probe in the workers.")
        processes = count_noun(len(case.crew.reports), "process", "processes")
        return sound(case, f"None of {processes} runs a release with a known hole in how checkpoints are kept.")
    hosts = sorted({host for theirs in found.values() for host in theirs})
    who = hosts_in_words(hosts)
    runs = "runs" if len(hosts) == 1 else "run"
    packages = sorted({f"{advisory.package} {version}" for advisory, version in found})
    cves = sorted({advisory.cve for advisory, _ in found})
    mend = sorted({f"{package} {fixed}" for package, fixed in _fixes(found)})
    return problem(
        f"{who} {runs} {listed(packages, 'packages')}, open to {listed(cves, 'advisories')}. {_threat(found)} "
        f"Mended in {listed(mend, 'packages')}.",
        title=f"{who} {runs} releases with known holes",
        confidence="certain",
        severity="high" if any(advisory.grave for advisory, _ in found) else None,
        hosts=tuple(hosts),
        evidence=tuple(_evidence(found)),
    )


def _find(case: Case) -> _Open:
    found: _Open = {}
    for report in case.crew.reports:
        for one in advisories_on(report):
            found.setdefault(one, set()).add(report.hostname)
    return found


def _fixes(found: _Open) -> Iterator[tuple[str, str]]:
    """The release of each package that mends all that was found: advisories on one come oldest first."""
    yield from {advisory.package: advisory.fixed for advisory, _ in found}.items()


def _threat(found: _Open) -> str:
    if any(advisory.grave for advisory, _ in found):
        return "Whoever can get a value of his own into the store may run code in the workers, or read what is not his."
    return "Whoever can write to the store, or to a cache of nodes, may run code in the workers."


def _evidence(found: _Open) -> Iterator[Evidence]:
    for (advisory, version), hosts in sorted(found.items(), key=lambda item: (not item[0][0].grave, item[0][0].cve)):
        yield Evidence(
            f"{hosts_in_words(sorted(hosts))}: {advisory.package} {version} {advisory.what} ({advisory.cve}, "
            f"{advisory.url}; mended in {advisory.fixed})",
            Link("workers", {"host": min(hosts)}),
        )


RULE = Rule(
    slug="vulnerable-version",
    problem="A worker runs a release with known holes",
    good="No worker runs a release with known holes",
    severity="medium",
    of_threads=False,
    fix=_FIX,
    check=check,
)
