"""Threads of one turn that went on all the same: a run asked somebody, and their answer let it go on."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.doctor.case import Case
from inspector.doctor.evidence.cohort import Begun
from inspector.domain.channels import RESUME
from inspector.errors import StoreError
from inspector.stores.base import ReadBudget

#: Threads that are looked at of many of one kind, and their newest checkpoints.
_THREADS = 3
_PAGE = ReadBudget(rows=50, bytes=1_000_000)


def were_resumed(case: Case, threads: Sequence[Begun]) -> bool:
    """Whether most of a few of them, those that took longest, hold somebody's answer. Reads the store; one that does
    not tell has none."""
    longest = sorted(threads, key=lambda one: one.row.entry.last_at - one.row.entry.first_at, reverse=True)[:_THREADS]
    try:
        answered = sum(_was_resumed(case, thread.thread_id) for thread in longest)
    except StoreError:
        return False
    return answered * 2 > len(longest)


def _was_resumed(case: Case, thread_id: str) -> bool:
    store = case.reader.store
    ids = [row.checkpoint_id for row in store.read_checkpoints(thread_id, "", budget=_PAGE).rows]
    return bool(ids and store.read_writes(thread_id, "", ids, channels=[RESUME], bodies=False, budget=_PAGE))
