"""What workers found when they read the thread, where a probe reports it."""

from __future__ import annotations

from inspector.index.missed import SOMETHING
from inspector.models import ThreadEntry
from inspector.orphans.evidence.piece import Evidence


def judge_reads(entry: ThreadEntry, *, earlier: bool) -> Evidence | None:
    """The first read of every new thread finds nothing. `earlier`: its owner had had another thread shortly before, and
    was to be expected to go on with that one. None where no probe reports."""
    if entry.reads is None:
        return None
    reads, misses = entry.reads, entry.misses or 0
    if entry.missed == SOMETHING:
        said = f"{misses:,} of {reads:,} reads found nothing, at least one of them after the first."
        return Evidence("reads", 2, said)
    if misses < reads:
        found = f"{reads - misses:,} of {reads:,} reads found it: somebody came back to it, or looked it up."
        return Evidence("reads", -1, found)
    if misses > 1:
        return Evidence("reads", 1, f"It was read {misses:,} times, and never found.")
    if misses and earlier:
        said = "Its first read found nothing, though its owner had had another thread shortly before."
        return Evidence("reads", 1, said)
    if misses:
        return Evidence("reads", 0, "Its only read found nothing, as the first read of every new thread does.")
    return None
