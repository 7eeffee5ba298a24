"""Exact aggregates of some threads: what the index keeps of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from inspector.domain.channels import ERROR, INTERRUPT, RESUME
from inspector.stores.base import CheckpointRow, Head, ThreadRow, WriteRow
from inspector.stores.guard import Limits
from inspector.stores.redis.client import Reading
from inspector.stores.redis.document import Document, Kind, unique, unique_keys
from inspector.stores.redis.rows import COUNTED, counted_row, read_rows
from inspector.stores.redis.search import find_documents
from inspector.stores.redis.writes import WRITE, ordered
from inspector.stores.tally import ThreadTally

_MARKS = frozenset({ERROR, INTERRUPT, RESUME})


@dataclass(slots=True)
class _Thread:
    tally: ThreadTally
    ids: set[str] = field(default_factory=set)
    head: Document | None = None
    shallow: bool = False


@dataclass(slots=True)
class _Writes:
    count: int = 0
    marks: list[Document] = field(default_factory=list)


def read_thread_rows(
    reading: Reading,
    kinds: tuple[Kind, Kind],
    thread_ids: Sequence[str],
    host_keys: Sequence[str],
    limits: Limits,
) -> list[ThreadRow]:
    """One `ThreadRow` for each of `thread_ids` that has a checkpoint."""
    checkpoints, writes = kinds
    threads = _tally(reading, checkpoints, thread_ids, host_keys)
    found = _find_writes(reading, writes, threads)
    heads = [thread.head for thread in threads.values() if thread.head is not None]
    rows = {row.thread_id: row for row in read_rows(reading, heads, limits.control_bytes)}
    return [
        thread.tally.result(
            writes=found[thread_id].count,
            head=_head(rows.get(thread_id), found[thread_id].marks),
            lower_bound=thread.shallow,
        )
        for thread_id, thread in threads.items()
    ]


def _tally(reading: Reading, kind: Kind, thread_ids: Sequence[str], host_keys: Sequence[str]) -> dict[str, _Thread]:
    threads: dict[str, _Thread] = {}
    for found in unique(find_documents(reading, kind, thread_ids, fields=COUNTED)):
        thread = threads.get(found.thread_id)
        if thread is None:
            thread = threads[found.thread_id] = _Thread(ThreadTally(found.thread_id, host_keys=host_keys))
        thread.tally.add(counted_row(found))
        thread.ids.add(found.checkpoint_id)
        if found.checkpoint_ns == "":
            thread.shallow |= is_shallow(found)
            if thread.tally.head_id == found.checkpoint_id:
                thread.head = found
    return threads


def _find_writes(reading: Reading, kind: Kind, threads: dict[str, _Thread]) -> dict[str, _Writes]:
    by_thread: dict[str, _Writes] = defaultdict(_Writes)
    known = {thread_id: sorted(thread.ids) for thread_id, thread in threads.items()}
    for found in unique_keys(find_documents(reading, kind, list(threads), fields=WRITE, known=known)):
        writes = by_thread[found.thread_id]
        writes.count += 1
        head = threads[found.thread_id].head
        at_head = head is not None and (found.checkpoint_ns, found.checkpoint_id) == ("", head.checkpoint_id)
        if at_head and found.fields.get("channel") in _MARKS:
            writes.marks.append(found)
    return by_thread


def _head(row: CheckpointRow | None, marks: Sequence[Document]) -> Head | None:
    """None where the newest checkpoint went since it was counted. Its control bodies are its own."""
    if row is None:
        return None
    written: tuple[WriteRow, ...] = tuple(write for _, write in ordered(marks))
    return Head(row, (), written)


def is_shallow(found: Document) -> bool:
    """A shallow saver names no parent: it keeps none."""
    return "parent_checkpoint_id" not in found.fields
