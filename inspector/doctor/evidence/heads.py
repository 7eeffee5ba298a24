"""How a thread stands, read in the store: its newest checkpoint, what was due next, and the marks that tasks left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from inspector.doctor.case import Case
from inspector.doctor.finding import Link
from inspector.doctor.words import listed
from inspector.domain.channels import ERROR, INTERRUPT, NULL_TASK_ID
from inspector.domain.checkpoint import PendingWrite
from inspector.domain.coordinates import parse_time, time_of
from inspector.index.queries import Row
from inspector.reader.history import first_text
from inspector.reader.tasks import build_writes, plain_text
from inspector.stores.base import CheckpointRow, ReadBudget

#: The head and its parent, and the writes that wait at the head.
_ROWS = ReadBudget(rows=2, bytes=1_000_000)
_WRITES = ReadBudget(rows=1_000, bytes=200_000)
#: A stored error is the `repr` of an exception: its class is told, its message never.
_CLASS = re.compile(r"([A-Za-z_][\w.]{0,99})\(")


@dataclass(frozen=True, slots=True)
class Head:
    thread_id: str
    checkpoint_id: str
    host: str  #: "" where the metadata names none
    at: datetime | None
    next: tuple[str, ...]
    in_first_step: bool  #: nothing but the input came before
    writes: tuple[PendingWrite, ...]

    @property
    def link(self) -> Link:
        return Link("thread", {"id": self.thread_id, "ns": "", "checkpoint": self.checkpoint_id})

    @property
    def nodes(self) -> str:
        """What was due, in words."""
        return listed(list(dict.fromkeys(self.next)), "nodes") or "the next step"

    @property
    def has_results(self) -> bool:
        """Some task of the step that is due has ended."""
        return any(write.task_id != NULL_TASK_ID for write in self.writes)

    def errors(self) -> Iterator[tuple[str, str]]:
        """Node and class of exception; "" for what is not known."""
        for write in self.writes:
            if write.channel == ERROR:
                found = _CLASS.match(plain_text(write.value))
                yield write.node_name, found[1] if found else ""

    def asking(self) -> tuple[str, ...]:
        """Nodes that wait for an answer, as far as they are known by name."""
        names = [write.node_name for write in self.writes if write.channel == INTERRUPT and write.node_name]
        return tuple(dict.fromkeys(names or self.next))


def read_head(case: Case, row: Row) -> Head | None:
    """None where it is gone by now. Three short reads. Raises `StoreError`."""
    thread_id, store = row.entry.thread_id, case.reader.store
    rows = store.read_checkpoints(thread_id, "", budget=_ROWS).rows
    if not rows:
        return None
    head = rows[0]
    writes = store.read_writes(thread_id, "", [head.checkpoint_id], budget=_WRITES)
    due = case.reader.read_due(head, writes)
    return Head(
        thread_id=thread_id,
        checkpoint_id=head.checkpoint_id,
        host=first_text(head.metadata, case.reader.host_keys),
        at=time_of(head.checkpoint_id) or parse_time(head.ts),
        next=due,
        in_first_step=any(_is_input(one) for one in (head, *rows[1:]) if _is_near(head, one)),
        writes=build_writes(writes, due, sight=case.reader.sight),
    )


def _is_input(row: CheckpointRow) -> bool:
    return row.metadata.get("source") == "input"


def _is_near(head: CheckpointRow, row: CheckpointRow) -> bool:
    return row is head or row.checkpoint_id == head.parent_checkpoint_id
