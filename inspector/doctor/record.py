"""Remembers findings in the index: since when each holds, when it was last seen, and that it was mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from inspector.doctor.finding import Evidence, Finding, Fix, Link
from inspector.models import FindingEntry, StoreEntry

#: A mended problem is told for so long.
TOLD_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding with its times. `since` and `seen_at` are those of the problem, also where it is mended by now and
    `fixed_at` says when; a rule that has not seen a problem within a day has none of the three."""

    finding: Finding
    since: datetime | None = None
    seen_at: datetime | None = None
    fixed_at: datetime | None = None
    was: str = ""  #: the headline of a mended problem


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings about one store, as of `at`; None before the first look."""

    recorded: tuple[Recorded, ...] = ()
    at: datetime | None = None

    @property
    def problems(self) -> tuple[Recorded, ...]:
        return tuple(one for one in self.recorded if one.finding.is_problem)


def record(entry: StoreEntry, findings: Iterable[Finding], now: datetime) -> Diagnosis:
    """Keeps what was found instead of what was known before. A rule that could not tell this time neither ends its
    problem nor sees it again."""
    with transaction.atomic():
        known = {row.rule: row for row in FindingEntry.objects.select_for_update().filter(store=entry)}
        rows = [_row(entry, finding, known.get(finding.rule), now) for finding in findings]
        FindingEntry.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["store", "rule"],
            update_fields=["status", "since", "seen_at", "fixed_at", "was", "finding"],
        )
        FindingEntry.objects.filter(store=entry).exclude(rule__in=[row.rule for row in rows]).delete()
        StoreEntry.objects.filter(pk=entry.pk).update(diagnosed_at=now)
    entry.diagnosed_at = now
    return Diagnosis(tuple(_recorded(row, now) for row in rows), now)


def load(entry: StoreEntry, now: datetime) -> Diagnosis:
    """What was last recorded, in no particular order. Rows that another version wrote are left out."""
    rows = FindingEntry.objects.filter(store=entry).order_by("pk")
    return Diagnosis(tuple(_recorded(row, now) for row in rows if _is_readable(row)), entry.diagnosed_at)


def count_problems(entry: StoreEntry) -> int:
    return FindingEntry.objects.filter(store=entry, status__in=("warning", "error")).count()


def _row(entry: StoreEntry, finding: Finding, before: FindingEntry | None, now: datetime) -> FindingEntry:
    row = FindingEntry(store=entry, rule=finding.rule, status=finding.status, finding=_to_data(finding))
    if before is not None:
        row.since, row.seen_at, row.fixed_at, row.was = before.since, before.seen_at, before.fixed_at, before.was
    if finding.is_problem:
        if row.since is None or row.fixed_at is not None:
            row.since = now
        row.seen_at, row.fixed_at, row.was = now, None, finding.title
    elif finding.status == "ok" and row.since is not None and row.fixed_at is None:
        row.fixed_at = now
    return row


def _recorded(row: FindingEntry, now: datetime) -> Recorded:
    finding = _from_data(row.finding)
    if row.since is None or (row.fixed_at is not None and now - row.fixed_at > TOLD_FOR):
        return Recorded(finding)
    return Recorded(finding, row.since, row.seen_at, row.fixed_at, row.was if row.fixed_at else "")


def _is_readable(row: FindingEntry) -> bool:
    try:
        _from_data(row.finding)
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _to_data(finding: Finding) -> dict[str, Any]:
    data = asdict(finding)
    for line, one in zip(data["evidence"], finding.evidence, strict=True):
        line["at"] = one.at.isoformat() if one.at else None
    return data


def _from_data(data: Mapping[str, Any]) -> Finding:
    lines = tuple(_evidence(line) for line in data["evidence"])
    lists = {name: tuple(data[name]) for name in ("hosts", "thread_ids", "explained_by")}
    return Finding(**{**data, **lists, "evidence": lines, "fix": Fix(**data["fix"])})


def _evidence(line: Mapping[str, Any]) -> Evidence:
    at = datetime.fromisoformat(line["at"]) if line["at"] else None
    return Evidence(line["text"], Link(**line["link"]) if line["link"] else None, at)
