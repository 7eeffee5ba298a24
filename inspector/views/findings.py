"""Findings as the items that pages show: their evidence with addresses, and as much of it as fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from inspector.addresses import address_of
from inspector.doctor.finding import Evidence, Finding
from inspector.doctor.record import Recorded
from inspector.doctor.report import link_address
from inspector.views.contexts import EvidenceItem, FindingItem, FixItem, Folded
from inspector.views.weight import address_bytes, how_many_fit, shown_bytes

#: Lines of evidence, and threads, that stand on the page at once. A fold that would hide no more than a few is none.
LINES = 5
CHIPS = 6
_FEW = 3
#: Bytes of evidence and of threads that all problems of a page take together.
LINES_BYTES = 40_000
CHIPS_BYTES = 16_000
#: The same of all that is no problem.
SEEN_BYTES = 16_000
#: Bytes of one address. An id may be of any length: what is longer is named and leads nowhere.
ADDRESS = 2_500
#: Characters of a line, and of an id, that are shown.
LINE = 400
CHIP = 40

Item = TypeVar("Item")


def finding_item(one: Recorded, store: str) -> FindingItem:
    """All that was found, for programs. `store` is put into addresses where it is not ""."""
    finding = one.finding
    fix = finding.fix
    return FindingItem(
        rule=finding.rule,
        status=finding.status,
        severity=finding.severity,
        confidence=finding.confidence,
        title=finding.title,
        sentence=finding.sentence,
        evidence=tuple(_evidence(line, store) for line in finding.evidence),
        hosts=finding.hosts,
        thread_ids=finding.thread_ids,
        fix=FixItem(fix.before, fix.after, fix.note, fix.language),
        docs=address_of("rule", finding.rule),
        missing=finding.missing,
        cause=finding.cause,
        applies=finding.applies,
        muted=finding.muted,
        explained_by=finding.explained_by,
        since=one.since,
        seen_at=one.seen_at,
        fixed_at=one.fixed_at,
        was=one.was,
        others=_unlinked(finding),
    )


def lines_of(item: FindingItem, room: int) -> Folded:
    """The evidence of a problem on the page, in so many bytes."""
    light = [line if _is_light(line.link or "") else replace(line, link=None) for line in item.evidence]
    return _folded(light, _line_bytes, room, LINES)


def chips_of(item: FindingItem, room: int) -> Folded:
    """The threads that no line of evidence leads to."""
    light = [thread_id for thread_id in item.others if address_bytes(thread_id) <= ADDRESS]
    folded = _folded(light, _chip_bytes, room, CHIPS)
    return replace(folded, left_out=folded.left_out + len(item.others) - len(light))


def store_in_addresses(store: str, stores: Collection[str]) -> str:
    """The store's name where an address needs it: "" for the first one, which is the default."""
    return "" if store == next(iter(stores), store) else store


def _unlinked(finding: Finding) -> tuple[str, ...]:
    links = (line.link for line in finding.evidence if line.link is not None and line.link.to == "thread")
    linked = {link.query.get("id") for link in links if "store" not in link.query}
    return tuple(thread_id for thread_id in finding.thread_ids if thread_id not in linked)


def _evidence(line: Evidence, store: str) -> EvidenceItem:
    return EvidenceItem(line.text, link_address(line.link, store) if line.link is not None else None, line.at)


def _folded(items: Sequence[Item], weigh: Callable[[Item], int], room: int, at_once: int) -> Folded:
    if not items:
        return Folded()
    fit = how_many_fit(items, weigh, room)
    first = min(fit, at_once if fit > at_once + _FEW else fit)
    return Folded(tuple(items[:first]), tuple(items[first:fit]), len(items) - fit)  # type: ignore[arg-type]  # of one kind


def _is_light(address: str) -> bool:
    return len(address) <= ADDRESS


def _line_bytes(line: EvidenceItem) -> int:
    return 260 + shown_bytes(line.text, LINE) + len(line.link or "")


def _chip_bytes(thread_id: str) -> int:
    return 90 + address_bytes(thread_id) + shown_bytes(thread_id, CHIP)
