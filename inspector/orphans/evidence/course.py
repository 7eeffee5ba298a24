"""How its one turn went: reasons of its own why nobody went on, or signs that somebody did come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from inspector.domain.text import ago
from inspector.models import UNKNOWN_TIME, ThreadEntry
from inspector.orphans.evidence.piece import Evidence


def judge_course(entry: ThreadEntry, idle: timedelta) -> Iterator[Evidence]:
    """`idle` is the silence that makes an orphan: a turn that lasted longer than that was resumed, retried or changed
    by hand, none of which begins another turn."""
    if entry.muted:
        yield Evidence("muted", -3, "It is muted: somebody said that such threads are as they should be.")
    if entry.state == "failed":
        yield Evidence("state", -1, "Its run failed, which is a reason of its own not to go on.")
    if entry.state == "unfinished":
        yield Evidence("state", -1, "Its run is unfinished: it stands at a breakpoint, or its worker died.")
    lasted = entry.last_at - entry.first_at
    if entry.first_at != UNKNOWN_TIME and lasted > idle:
        length = ago(lasted.total_seconds()).removesuffix(" ago")
        said = f"{length} lie between its first and its last checkpoint: somebody came back to it."
        yield Evidence("course", -2, said)
