"""The evidence about orphans, as their list and the page of one thread show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from inspector.access.viewer import Viewer
from inspector.decode import FULL
from inspector.index.queries import Moment, Row, find_thread
from inspector.models import StoreEntry
from inspector.orphans.evidence import Assessment, assess
from inspector.views.contexts import ThreadItem
from inspector.views.contexts.evidence import OrphanAssessment, OrphanEvidence, OrphanItem
from inspector.views.items import thread_items

_OF_ITEM = tuple(field.name for field in fields(ThreadItem))


def orphan_items(viewer: Viewer, store: StoreEntry, rows: Sequence[Row], moment: Moment) -> tuple[OrphanItem, ...]:
    """Items of the list of orphans, each with what was found about it."""
    judged = assess(store, rows, moment)
    items = thread_items(viewer, store, rows, moment)
    return tuple(_with(item, judged.get(item.thread_id)) for item in items)


def assess_thread(store: StoreEntry, thread: ThreadItem, moment: Moment) -> OrphanAssessment | None:
    """Of a thread's own page, by the index. None for a thread that is no orphan, or that the index has not met."""
    if "orphan" not in thread.flags:
        return None
    rows = find_thread(store, thread.thread_id, sight=FULL)  # what is said of it names nobody
    found = assess(store, rows, moment).get(thread.thread_id)
    if found is None:
        return None
    return OrphanAssessment(found.verdict, found.total, _evidence(found), _strongest(found))


def _with(item: ThreadItem, found: Assessment | None) -> OrphanItem:
    held: dict[str, Any] = {name: getattr(item, name) for name in _OF_ITEM}
    if found is None:
        return OrphanItem(**held)
    return OrphanItem(
        **held, verdict=found.verdict, evidence=_evidence(found), total=found.total, strongest=_strongest(found)
    )


def _evidence(found: Assessment) -> tuple[OrphanEvidence, ...]:
    return tuple(OrphanEvidence(piece.slug, piece.weight, piece.text) for piece in found.evidence)


def _strongest(found: Assessment) -> str:
    return found.strongest.text if found.strongest is not None else ""
