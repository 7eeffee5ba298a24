"""`/doctor/`: what every rule says of a store, and the pages that explain the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar, IndexState
from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class MentionItem:
    """A problem that names what a page is about."""

    rule: str
    status: str  #: `error` or `warning`
    title: str


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    text: str
    link: str | None  #: address of the page that shows it
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FixItem:
    before: str
    after: str
    note: str
    language: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What of a long list is shown at once, what behind a fold, and how much is only counted."""

    first: tuple[EvidenceItem, ...] | tuple[str, ...] = ()
    more: tuple[EvidenceItem, ...] | tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class FindingItem:
    """What one rule says. `since` and `seen_at` are those of the problem, also where it is mended by now and `fixed_at`
    says when; `was` is the headline that it had then."""

    rule: str
    status: str  #: `ok`, `warning`, `error` or `unknown`
    severity: str
    confidence: str
    title: str
    sentence: str
    evidence: tuple[EvidenceItem, ...]
    hosts: tuple[str, ...]
    thread_ids: tuple[str, ...]
    fix: FixItem
    docs: str  #: address of the page that explains the rule
    missing: str
    cause: bool
    applies: bool
    muted: bool
    explained_by: tuple[str, ...]
    since: datetime | None
    seen_at: datetime | None
    fixed_at: datetime | None
    was: str
    others: tuple[str, ...] = page_only(default=())  #: threads that no evidence leads to
    lines: Folded = page_only(default=Folded())
    chips: Folded = page_only(default=Folded())


@dataclass(frozen=True, slots=True)
class MissingGroup:
    """Rules that could not tell, and what they all lack."""

    missing: str
    findings: tuple[FindingItem, ...]


@dataclass(frozen=True, slots=True)
class DoctorPage:
    """One finding for every rule, what hurts most first; none before the index has begun. `checked_at` is None then."""

    store: str
    findings: tuple[FindingItem, ...]
    checked_at: datetime | None
    threads: int  #: that the index holds
    workers: int | None  #: processes that report; None where the ledger could not be read
    problems: int
    errors: int
    warnings: int
    index: IndexState
    bar: Bar = page_only()
    heading: str = page_only()
    verdict: str = page_only()
    not_known: str = page_only(default="")
    would_tell: str = page_only(default="")
    found: tuple[FindingItem, ...] = page_only(default=())
    mended: tuple[FindingItem, ...] = page_only(default=())
    untold: tuple[MissingGroup, ...] = page_only(default=())
    sound: tuple[FindingItem, ...] = page_only(default=())
    aside: tuple[FindingItem, ...] = page_only(default=())  #: muted, explained by another, or not for such a store


@dataclass(frozen=True, slots=True)
class RulePage:
    """`text` is Markdown."""

    slug: str
    title: str
    text: str
    html: str = page_only()
    bar: Bar = page_only()
