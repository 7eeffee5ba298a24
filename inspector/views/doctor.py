"""`/doctor/`: what speaks against memory that persists, what does not, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse

from inspector.access.findings import see_findings
from inspector.doctor.crew import Crew
from inspector.doctor.diagnosis import latest
from inspector.doctor.summary import sum_up
from inspector.reader import Reader
from inspector.stores.watched import unheard
from inspector.views.bar import entry_of, index_state, make_bar, moment, reader_of, readers_of, signed_in
from inspector.views.contexts import DoctorPage, FindingItem, MissingGroup
from inspector.views.findings import (
    CHIPS_BYTES,
    LINES_BYTES,
    SEEN_BYTES,
    chips_of,
    finding_item,
    lines_of,
    store_in_addresses,
)
from inspector.views.ledger import ask_ledger
from inspector.views.page import page_view, show


@page_view
def show_doctor(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    entry = entry_of(reader)
    with unheard():  # what the rules read, and where they make a diagnosis now, is in no finding
        found = latest(reader, entry, moment())
    findings = see_findings(signed_in(request), found.recorded)
    index = index_state(entry)
    summary = sum_up(findings, partial=index.synced_at is None, unread=index.unread)
    store = store_in_addresses(entry.name, readers_of(request))
    items = tuple(finding_item(one, store) for one in findings)
    problems = _with_room([item for item in items if item.status in ("error", "warning")])
    others = _seen([item for item in items if item.status not in ("error", "warning")])
    errors = sum(item.status == "error" for item in problems)
    page = DoctorPage(
        store=entry.name,
        findings=items,
        checked_at=found.at,
        threads=index.threads,
        workers=_workers(reader),
        problems=len(problems),
        errors=errors,
        warnings=len(problems) - errors,
        index=index,
        bar=make_bar(request, "doctor", entry),
        heading=summary.heading,
        verdict=summary.sentence,
        not_known=summary.not_known,
        would_tell=summary.would_tell,
        found=problems,
        mended=tuple(item for item in others if _is_mended(item)),
        untold=_by_what_is_missing([item for item in others if item.status == "unknown"]),
        sound=tuple(item for item in others if _is_sound(item)),
        aside=tuple(item for item in others if _is_aside(item)),
    )
    return show(request, "doctor", page)


def _workers(reader: Reader) -> int | None:
    """Processes that report now."""
    answer = ask_ledger(reader, lambda ledger: ledger.read_workers())
    if answer.error:
        return None
    return len(Crew.of(answer.told).reports) if answer.told is not None else 0


def _with_room(problems: Sequence[FindingItem]) -> tuple[FindingItem, ...]:
    """The problems with as much of their evidence as a page can hold."""
    share = max(1, len(problems))
    return tuple(
        replace(item, lines=lines_of(item, LINES_BYTES // share), chips=chips_of(item, CHIPS_BYTES // share))
        for item in problems
    )


def _seen(others: Sequence[FindingItem]) -> tuple[FindingItem, ...]:
    """The same of those that are no problem: whoever wants to know unfolds it."""
    share = max(1, sum(bool(item.evidence) for item in others))
    return tuple(replace(item, lines=lines_of(item, SEEN_BYTES // share)) for item in others)


def _is_mended(item: FindingItem) -> bool:
    return item.status == "ok" and item.fixed_at is not None and not _is_aside(item)


def _is_sound(item: FindingItem) -> bool:
    return item.status == "ok" and not _is_aside(item) and not _is_mended(item)


def _is_aside(item: FindingItem) -> bool:
    """Not a problem, and no good news either."""
    return item.status == "ok" and (item.muted or not item.applies or bool(item.explained_by))


def _by_what_is_missing(items: Sequence[FindingItem]) -> tuple[MissingGroup, ...]:
    """What most of them lack first: it is said once of all."""
    groups: dict[str, list[FindingItem]] = {}
    for item in items:
        groups.setdefault(item.missing, []).append(item)
    ranked = sorted(groups.items(), key=lambda group: -len(group[1]))
    return tuple(MissingGroup(missing, tuple(findings)) for missing, findings in ranked)
