"""What the dashboard says of a lab: its stores are synced and diagnosed as in a running dashboard."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from django.conf import settings
from django.test import override_settings

from inspector.config import Config, StoreSetting
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.scenario import Scenario
from inspector.doctor.diagnosis import diagnose
from inspector.doctor.finding import Finding
from inspector.doctor.record import Diagnosis
from inspector.index.connections import all_readers, close_readers, get_reader
from inspector.index.pace import FAST
from inspector.index.passes import run_pass
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.secret import StoreUrl

#: One-turn threads are orphans at once.
ORPHAN_AFTER = 0.000_001
#: Passes until nothing is new.
PASSES = 20


def examine(lab: Lab, *, store_url: str = "") -> Diagnosis:
    """Reads what is new in the lab's stores into the index, and asks every rule. `store_url` may be another login."""
    with shown(lab, store_url or lab.store_url):
        for reader in all_readers().values():
            sync_all(reader)
        now = datetime.now(UTC) + lab.scenario.later
        entry = StoreEntry.objects.get(name="demo")
        return diagnose(get_reader("demo"), entry, Moment(now, ORPHAN_AFTER))


@contextmanager
def shown(lab: Lab, store_url: str) -> Iterator[None]:
    """The dashboard is configured for the lab: the store `demo`, and `other` where the scenario has both."""
    urls = {"demo": store_url} | ({"other": lab.other_url} if lab.scenario.both_stores else {})
    config: Config = settings.INSPECTOR
    chosen = dataclasses.replace(
        config,
        stores=tuple(StoreSetting(name, StoreUrl(url)) for name, url in urls.items()),
        ledger_url=StoreUrl(lab.ledger_url),
        orphan_after=ORPHAN_AFTER,
    )
    with override_settings(INSPECTOR=chosen):
        try:
            yield
        finally:
            close_readers()


def sync_all(reader: Reader) -> None:
    """Passes until the index equals the store, and the ledger is folded."""
    for _ in range(PASSES):
        report = run_pass(reader, pace=FAST)
        if report.complete and not report.folding:
            return
    raise AssertionError(f"after {PASSES} passes there is more to do: {report}")


def complaints(diagnosis: Diagnosis, wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    """How the problems differ from those that are wanted, with the hosts that each names."""
    found = {one.finding.rule: one.finding for one in diagnosis.recorded}
    problems = {slug for slug, finding in found.items() if finding.is_problem}
    said = [f"NOT RAISED\n{describe(found.get(slug), slug)}" for slug in sorted(wanted.keys() - problems)]
    said += [f"NOT WANTED\n{describe(found[slug])}" for slug in sorted(problems - wanted.keys())]
    said += [
        f"OTHER HOSTS than {wanted[slug]}\n{describe(found[slug])}"
        for slug in sorted(problems & wanted.keys())
        if found[slug].hosts != tuple(sorted(wanted[slug]))
    ]
    return said + failures(diagnosis)


def complaints_unwatched(diagnosis: Diagnosis, scenario: Scenario) -> list[str]:
    """The same where not every worker reports: what must be raised is, with its hosts. What else the whole truth has is
    unknown, or raised of hosts of which it is true; nothing else is raised."""
    found = {one.finding.rule: one.finding for one in diagnosis.recorded}
    said = []
    for slug, hosts in scenario.raises.items():
        finding = found.get(slug)
        if finding is None:
            said.append(f"NO SUCH RULE: {slug}")
        elif slug in scenario.raises_unprobed:
            if not finding.is_problem or finding.hosts != tuple(sorted(scenario.raises_unprobed[slug])):
                said.append(f"NOT RAISED of {scenario.raises_unprobed[slug]}\n{describe(finding)}")
        elif finding.status != "unknown" and not (finding.is_problem and set(finding.hosts) <= set(hosts)):
            said.append(f"NEITHER UNKNOWN NOR TRUE\n{describe(finding)}")
    wrong = [finding for slug, finding in found.items() if finding.is_problem and slug not in scenario.raises]
    return said + [f"NOT WANTED\n{describe(finding)}" for finding in wrong] + failures(diagnosis)


def complaints_restricted(diagnosis: Diagnosis, scenario: Scenario) -> list[str]:
    """The same for a login that sees less of the server: what is wrong is named, or unknown. Nothing else is raised."""
    found = {one.finding.rule: one.finding for one in diagnosis.recorded}
    wanted = {slug: scenario.raises[slug] for slug in scenario.raises if found[slug].status != "unknown"}
    return complaints(diagnosis, wanted)


def failures(diagnosis: Diagnosis) -> list[str]:
    """Rules that ended with an error of their own."""
    findings = [one.finding for one in diagnosis.recorded]
    return [f"DEFECT\n{describe(one)}" for one in findings if one.sentence.startswith("This rule failed with")]


def describe(finding: Finding | None, slug: str = "") -> str:
    if finding is None:
        return f"  there is no rule {slug}"
    lines = [
        f"  {finding.rule}: {finding.status}, {finding.confidence}, hosts {finding.hosts}",
        f"  {finding.sentence}",
    ]
    lines += [f"  missing: {finding.missing}"] if finding.missing else []
    lines += [f"  explained by {', '.join(finding.explained_by)}"] if finding.explained_by else []
    return "\n".join([*lines, *(f"    - {line.text}" for line in finding.evidence)])
