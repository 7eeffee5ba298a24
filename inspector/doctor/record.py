"""Remembers findings in the index: since when each holds, when it was last seen, and that it was mended."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from django.db import OperationalError
from django.db.models import Count

from inspector.doctor.finding import Confidence, Evidence, Finding, Fix, Link, Status
from inspector.index.briefly import waiting_briefly
from inspector.models import FindingEntry, StoreEntry
from inspector.models.database import atomic

logger = logging.getLogger(__name__)

#: A mended problem is told for so long, and one that can no longer be told from when it was last seen.
TOLD_FOR = timedelta(days=1)
_PROBLEMS = ("error", "warning")
#: A problem that is back so soon was not mended: it comes and goes, and goes on as the same one.
RETURNS_WITHIN = timedelta(minutes=15)
#: A look that was recorded by a clock so far ahead of ours says nothing of which one is the later.
_CLOCKS = timedelta(minutes=1)
#: So long what was found waits for an index in SQLite that is locked, before it is told without being kept.
PATIENCE_MS = 2_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding with its times. `since` and `seen_at` are those of the problem, also where it is mended by now and
    `fixed_at` says when, or where it cannot be told now; a rule that has not seen a problem within a day has none of
    the three."""

    finding: Finding
    since: datetime | None = None
    seen_at: datetime | None = None
    fixed_at: datetime | None = None
    was: str = ""  #: the headline of a problem that is mended, or that cannot be told now

    @property
    def is_mended(self) -> bool:
        return self.finding.status == "ok" and self.fixed_at is not None


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
    problem nor sees it again. What somebody else found later is left as it is, and so is a store that the index does
    not know (yet, or any more): then nothing is kept. Nor is it while somebody else locks the index: what was found is
    told all the same."""
    findings = tuple(findings)
    try:
        with waiting_briefly(PATIENCE_MS), atomic():
            held = StoreEntry.objects.select_for_update().filter(pk=entry.pk).only("diagnosed_at").first()
            rows = _rows(entry, findings, now)
            if held is not None and not _is_later(held.diagnosed_at, now):
                _write(held, rows, now)
    except OperationalError as error:
        logger.warning("What was found of %s is not recorded: %s", entry.name, error)
        rows = _rows(entry, findings, now)
    entry.diagnosed_at = now
    return Diagnosis(tuple(_recorded(row, now) for row in rows), now)


def _is_later(at: datetime | None, now: datetime) -> bool:
    return at is not None and timedelta(0) < at - now < _CLOCKS


def _write(entry: StoreEntry, rows: list[FindingEntry], now: datetime) -> None:
    """The store's row is locked: whoever else records waits."""
    FindingEntry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["store", "rule"],
        update_fields=["status", "since", "seen_at", "fixed_at", "was", "finding"],
    )
    FindingEntry.objects.filter(store=entry).exclude(rule__in=[row.rule for row in rows]).delete()
    StoreEntry.objects.filter(pk=entry.pk).update(diagnosed_at=now)


def load(entry: StoreEntry, now: datetime) -> Diagnosis:
    """What was last recorded, in no particular order. Rows that another version wrote are left out."""
    rows = FindingEntry.objects.filter(store=entry).order_by("pk")
    return Diagnosis(tuple(_recorded(row, now) for row in rows if _is_readable(row)), entry.diagnosed_at)


def load_problems(entry: StoreEntry) -> tuple[Finding, ...]:
    """The problems that were last recorded, errors first, without any that another version wrote."""
    rows = FindingEntry.objects.filter(store=entry, status__in=_PROBLEMS).order_by("status", "pk")
    return tuple(_from_data(row.finding) for row in rows if _is_readable(row))


@dataclass(frozen=True, slots=True)
class ProblemCounts:
    errors: int = 0
    warnings: int = 0

    @property
    def all(self) -> int:
        return self.errors + self.warnings


def count_problems(entry: StoreEntry) -> ProblemCounts:
    """How many were last recorded, in one query."""
    rows = FindingEntry.objects.filter(store=entry, status__in=_PROBLEMS).values_list("status")
    counts = dict(rows.annotate(count=Count("pk")).order_by())
    return ProblemCounts(counts.get("error", 0), counts.get("warning", 0))


def _rows(entry: StoreEntry, findings: Iterable[Finding], now: datetime) -> list[FindingEntry]:
    known = {row.rule: row for row in FindingEntry.objects.filter(store=entry)}
    return [_row(entry, finding, known.get(finding.rule), now) for finding in findings]


def _row(entry: StoreEntry, finding: Finding, before: FindingEntry | None, now: datetime) -> FindingEntry:
    row = FindingEntry(store=entry, rule=finding.rule, status=finding.status, finding=_to_data(finding))
    if before is not None:
        row.since, row.seen_at, row.fixed_at, row.was = before.since, before.seen_at, before.fixed_at, before.was
    if finding.is_problem:
        if row.since is None or (row.fixed_at is not None and now - row.fixed_at > RETURNS_WITHIN):
            row.since = now
        row.seen_at, row.fixed_at, row.was = now, None, finding.title
    elif finding.muted or finding.explained_by:  # it is there, and nobody has mended it
        row.since, row.seen_at, row.fixed_at, row.was = None, None, None, ""
    elif finding.status == "ok" and row.since is not None and row.fixed_at is None:
        row.fixed_at = now
    return row


def _recorded(row: FindingEntry, now: datetime) -> Recorded:
    finding = _from_data(row.finding)
    last = row.fixed_at or row.seen_at
    if row.since is None or last is None or (not finding.is_problem and now - last > TOLD_FOR):
        return Recorded(finding)
    return Recorded(finding, row.since, row.seen_at, row.fixed_at, "" if finding.is_problem else row.was)


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
    """Raises KeyError, TypeError or ValueError for what this version would not have written."""
    if data["status"] not in get_args(Status) or data["confidence"] not in get_args(Confidence):
        raise ValueError("another version's words")
    lines = tuple(_evidence(line) for line in data["evidence"])
    lists = {name: tuple(data[name]) for name in ("hosts", "thread_ids", "explained_by")}
    return Finding(**{**data, **lists, "evidence": lines, "fix": Fix(**data["fix"])})


def _evidence(line: Mapping[str, Any]) -> Evidence:
    at = datetime.fromisoformat(line["at"]) if line["at"] else None
    link = Link(**line["link"]) if line["link"] else None
    named = link is not None and "owner" in link.query  # as an earlier version kept it
    return Evidence(line["text"], None if named else link, at)
