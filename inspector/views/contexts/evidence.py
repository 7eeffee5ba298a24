"""What speaks for and against an orphan being part of a conversation that went on elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.views.contexts.base import page_only
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class OrphanEvidence:
    """`weight` from -3 (against a lost conversation) to 3 (for one), see `orphans.evidence.piece`."""

    slug: str
    weight: int
    text: str


@dataclass(frozen=True, slots=True)
class OrphanAssessment:
    """`verdict` is "lost", "unclear" or "single"; `total` is the sum of the weights, `strongest` the text that says
    most for the verdict, "" where nothing is known."""

    verdict: str
    total: int
    evidence: tuple[OrphanEvidence, ...]
    strongest: str = page_only(default="")


@dataclass(frozen=True, slots=True)
class OrphanItem(ThreadItem):
    """A thread in the list of orphans. `verdict` is "" where it was not judged."""

    verdict: str = ""
    evidence: tuple[OrphanEvidence, ...] = ()
    total: int = page_only(default=0)
    strongest: str = page_only(default="")
