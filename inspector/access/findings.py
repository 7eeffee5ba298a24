"""What the diagnosis of one store says of another one is for those who may look at both."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from django.conf import settings

from inspector.access.viewer import Viewer
from inspector.doctor.finding import Finding
from inspector.doctor.record import Recorded

SENTENCE = "It is about another store as well, one that you may not look at: what was found is not shown."
TITLE = "About a store that you may not look at"


def see_findings(viewer: Viewer, recorded: Collection[Recorded]) -> tuple[Recorded, ...]:
    """Those that name a store which is not for the viewer keep their rule and status, and nothing of what was found."""
    hidden = [setting.name for setting in settings.INSPECTOR.stores if not viewer.may_see(setting.name)]
    return tuple(_see(one, hidden) for one in recorded) if hidden else tuple(recorded)


def _see(one: Recorded, hidden: Collection[str]) -> Recorded:
    finding = one.finding
    links = {line.link.query.get("store", "") for line in finding.evidence if line.link is not None}
    texts = (finding.title, finding.sentence, finding.missing, one.was, *(line.text for line in finding.evidence))
    if not any(name in links or any(_names(text, name) for text in texts) for name in hidden):
        return one
    was = TITLE if any(_names(one.was, name) for name in hidden) else one.was
    return replace(one, finding=_without(finding, hidden), was=was)


def _without(finding: Finding, hidden: Collection[str]) -> Finding:
    title = TITLE if any(_names(finding.title, name) for name in hidden) else finding.title
    return replace(finding, title=title, sentence=SENTENCE, missing="", evidence=(), thread_ids=())


def _names(text: str, store: str) -> bool:
    """As rules write the name of a store: in backticks, or behind the word."""
    return f"`{store}`" in text or re.search(rf"\bstores? {re.escape(store)}(?![\w-])", text) is not None
