"""Findings as data: what `/doctor/?format=json` and `inspector doctor --format json` both say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from inspector.addresses import address_of
from inspector.doctor.finding import Evidence, Link
from inspector.doctor.look import Look
from inspector.doctor.record import Recorded


def finding_to_data(one: Recorded, store: str = "") -> dict[str, Any]:
    """One finding. Times are ISO 8601 in UTC. Links are addresses of pages; `store` is put into them where it is not
    "", as a dashboard of several stores needs."""
    finding, fix = one.finding, one.finding.fix
    return {
        "rule": finding.rule,
        "status": finding.status,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "title": finding.title,
        "sentence": finding.sentence,
        "evidence": [_evidence_to_data(line, store) for line in finding.evidence],
        "hosts": list(finding.hosts),
        "thread_ids": list(finding.thread_ids),
        "fix": {"before": fix.before, "after": fix.after, "note": fix.note, "language": fix.language},
        "docs": docs_page(finding.rule),
        "missing": finding.missing,
        "cause": finding.cause,
        "applies": finding.applies,
        "muted": finding.muted,
        "explained_by": list(finding.explained_by),
        "since": _time(one.since),
        "seen_at": _time(one.seen_at),
        "fixed_at": _time(one.fixed_at),
        "was": one.was,
    }


def looks_to_data(looks: Sequence[Look]) -> dict[str, Any]:
    """What a command found: `findings[]` of all stores, each with its `store`, and of each store in `stores[]` how it
    was looked at."""
    findings = [
        {"store": look.store, **finding_to_data(one, look.store if number else "")}
        for number, look in enumerate(looks)
        for one in look.diagnosis.recorded
    ]
    return {"stores": [_look_to_data(look) for look in looks], "findings": findings}


def _look_to_data(look: Look) -> dict[str, Any]:
    return {
        "store": look.store,
        "url": look.url,
        "kind": look.kind,
        "threads": look.threads,
        "threads_total": look.of,
        "whole": look.whole,
        "as_of": _time(look.at),
        "basis": "" if look.error else look.basis,
        "error": look.error,
        "hint": look.hint,
    }


def docs_page(slug: str) -> str:
    """The address of the page that explains a rule."""
    return address_of("rule", slug)


def link_address(link: Link, store: str = "") -> str:
    """The page that a piece of evidence leads to, as a path with its query. A link that names a store stays with it."""
    query: Mapping[str, str] = {"store": store, **link.query} if store else link.query
    return address_of(link.to) + (f"?{urlencode(query, errors='replace')}" if query else "")


def _evidence_to_data(line: Evidence, store: str) -> dict[str, Any]:
    link = link_address(line.link, store) if line.link is not None else None
    return {"text": line.text, "link": link, "at": _time(line.at)}


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at is not None else None
