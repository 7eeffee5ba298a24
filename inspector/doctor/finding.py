"""What a rule says (`Verdict`), and what is made of it for people and programs (`Finding`). Values, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["ok", "warning", "error", "unknown"]
#: How much it hurts: `high` loses memory, `medium` breaks some of it or will, `low` costs.
Severity: TypeAlias = Literal["high", "medium", "low"]
#: How sure it is: `certain` was seen as such, `likely` has no other explanation that we know, `possible` has.
Confidence: TypeAlias = Literal["certain", "likely", "possible"]
Outcome: TypeAlias = Literal["problem", "fine", "unknown"]
#: What a piece of evidence leads to. `query` of a `Link` holds the parameters of that page: `thread` takes `id`, `ns`,
#: `checkpoint`; `threads` the filters of the list (`host`, `flag`, `turns`, `q`, ...); `workers` takes `host`;
#: `orphans` takes `window`; `stores` nothing. `store` may be given to each of them to lead into another store.
Target: TypeAlias = Literal["thread", "threads", "workers", "orphans", "stores"]

#: Threads that one finding names, and lines of evidence that it keeps.
THREADS = 50
EVIDENCE = 40


@dataclass(frozen=True, slots=True)
class Link:
    to: Target
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line: a sentence or half of one, with its figures. Never a stored value, never a password."""

    text: str
    link: Link | None = None
    at: datetime | None = None  #: when it happened, where that is known


@dataclass(frozen=True, slots=True)
class Fix:
    """Code before and after, and a sentence on when it is not enough. Empty code is left out of the page."""

    before: str = ""
    after: str = ""
    note: str = ""
    language: str = "python"  #: of both: "python", "sql", "sh", "yaml"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one case. Made by `problem`, `fine` or `unknown` below."""

    outcome: Outcome
    sentence: str
    title: str = ""  #: a headline that names hosts and figures; "" for the rule's own
    confidence: Confidence = "certain"
    severity: Severity | None = None  #: None for the rule's own
    evidence: tuple[Evidence, ...] = ()
    hosts: tuple[str, ...] = ()
    thread_ids: tuple[str, ...] = ()
    missing: str = ""  #: what would have to be there to know, and how to get it
    fix: Fix | None = None  #: None for the rule's own


def problem(
    sentence: str,
    *,
    title: str = "",
    confidence: Confidence,
    severity: Severity | None = None,
    evidence: tuple[Evidence, ...] = (),
    hosts: tuple[str, ...] = (),
    thread_ids: tuple[str, ...] = (),
    fix: Fix | None = None,
) -> Verdict:
    """Something is wrong. `sentence` is a full one, with the hosts, the numbers and the stretch of time."""
    return Verdict(
        "problem",
        sentence,
        title,
        confidence,
        severity,
        evidence[:EVIDENCE],
        tuple(sorted(hosts)),
        thread_ids[:THREADS],
        fix=fix,
    )


def fine(sentence: str, *, evidence: tuple[Evidence, ...] = ()) -> Verdict:
    """It was looked for and is not there. `sentence` says what was seen instead: good news has figures, too."""
    return Verdict("fine", sentence, evidence=evidence[:EVIDENCE])


def unknown(sentence: str, *, missing: str, evidence: tuple[Evidence, ...] = ()) -> Verdict:
    """It could not be told. Never passes for good news."""
    return Verdict("unknown", sentence, evidence=evidence[:EVIDENCE], missing=missing)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's verdict on a store, with what the rule says of itself."""

    rule: str
    status: Status
    severity: Severity
    confidence: Confidence
    title: str
    sentence: str
    evidence: tuple[Evidence, ...]
    hosts: tuple[str, ...]
    thread_ids: tuple[str, ...]
    missing: str
    fix: Fix
    cause: bool  #: of "memory does not persist when scaling"; the others are troubles of a store
    applies: bool = True  #: False where a store of this kind cannot have it
    muted: bool = False  #: it would be a problem, and somebody has said not to tell of it
    explained_by: tuple[str, ...] = ()  #: rules whose problems explain all that this one saw

    @property
    def is_problem(self) -> bool:
        return self.status in ("warning", "error")


def status_of(severity: Severity, confidence: Confidence) -> Status:
    """An error loses memory and is no guess."""
    return "error" if severity == "high" and confidence != "possible" else "warning"
