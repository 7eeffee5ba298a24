"""The longer reads of a SQLite store: those that look into the documents of many checkpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from inspector.stores.base import CheckpointRow, Cut, FirstInput, Head, OutlineRow, ReadBudget, ThreadRow, WriteRow
from inspector.stores.guard import Limits
from inspector.stores.outline import outline_row
from inspector.stores.sqlite.file import Session
from inspector.stores.sqlite.layout import Layout
from inspector.stores.sqlite.rows import Found, Room, as_bytes, read_row, write_row
from inspector.stores.tally import ThreadTally, first_inputs, host_of

#: A document is read whole to step over its values, so that a page of rows may cost this many times what it hands over.
_READ_FACTOR = 8
#: For rows of which only versions and metadata are looked at.
_COUNTED = Room(control=0, inline=0, values=False)
_HEX = "[0-9a-f]"
#: `coordinates.is_usual_id` as SQLite knows patterns.
_USUAL = "-".join([_HEX * 8, _HEX * 4, "6" + _HEX * 3, "[89ab]" + _HEX * 3, _HEX * 12])


class Reading:
    """One snapshot of the store."""

    def __init__(self, session: Session, layout: Layout, limits: Limits) -> None:
        self._connection = session.connection
        self._clock = session.clock
        self._layout = layout
        self._limits = limits

    def select(self, query: str, given: Mapping[str, Any]) -> Iterator[Any]:
        """Rows as they come. The clock is looked at by SQLite itself."""
        return iter(self._connection.execute(self._layout.query(query), given))

    def checkpoints(self, query: str, given: Mapping[str, Any], room: Room | None = None) -> Iterator[Found]:
        """One document in memory at a time, as long as the caller keeps none."""
        kept = room or Room(control=0, inline=0)
        return (read_row(row, self._clock, kept) for row in self.select(query, given))

    def room(self, *, inline: int | None = None) -> Room:
        return Room(self._limits.control_bytes, self._limits.inline_bytes if inline is None else inline)

    def cut(self, given: Mapping[str, Any], budget: ReadBudget) -> Cut:
        rows: list[CheckpointRow] = []
        handed = read = 0
        for found in self.checkpoints("checkpoints", {**given, "rows": budget.rows + 1}, self.room()):
            read += found.row.size_bytes
            handed += found.handed_bytes
            if len(rows) == budget.rows or (rows and (handed > budget.bytes or read > _READ_FACTOR * budget.bytes)):
                return Cut(tuple(rows), True, found.row.checkpoint_id)
            rows.append(found.row)
        return Cut(tuple(rows), False)

    def outline(self, given: Mapping[str, Any], host_keys: Sequence[str]) -> list[OutlineRow]:
        rows = (found.row for found in self.checkpoints("outline", {**given, "usual": _USUAL}, _COUNTED))
        return [
            outline_row(
                row.checkpoint_id,
                row.parent_checkpoint_id,
                row.metadata,
                hostname=host_of(row.metadata, host_keys),
                ts=row.ts,
            )
            for row in rows
        ]

    def inputs(self, given: Mapping[str, Any]) -> list[FirstInput]:
        rows = (found.row for found in self.checkpoints("inputs", given, _COUNTED))
        return first_inputs(rows, self._limits.inputs)

    def thread(self, thread_id: str, host_keys: Sequence[str]) -> ThreadRow | None:
        """None where the thread has no checkpoint."""
        tally, is_whole = ThreadTally(thread_id, host_keys=host_keys), True
        for found in self.checkpoints("thread_checkpoints", {"thread_id": thread_id}, _COUNTED):
            tally.add(found.row)
            is_whole &= found.is_whole or found.row.checkpoint_ns != ""
        if not tally.checkpoints:
            return None
        (count,) = self.select("thread_writes", {"thread_id": thread_id})
        head = self._head(thread_id, tally.head_id)
        return tally.result(writes=count["writes"], head=head, lower_bound=not is_whole)

    def _head(self, thread_id: str, checkpoint_id: str) -> Head | None:
        """The channels that decide what runs next are among the row's own bodies."""
        place = {"thread_id": thread_id, "checkpoint_ns": "", "checkpoint_id": checkpoint_id}
        for found in self.checkpoints("checkpoint", place, self.room()):
            marks = self.select("head_writes", {**place, "rows": self._limits.marks})
            return Head(found.row, (), tuple(write_row(mark) for mark in marks))
        return None

    def writes(
        self, given: Mapping[str, Any], ids: Sequence[str], *, bodies: bool, budget: ReadBudget
    ) -> list[WriteRow]:
        asked = {**given, "checkpoint_ids": json.dumps(list(ids)), "rows": budget.rows}
        rows = [write_row(row) for row in self.select("writes", asked)]
        if not bodies:
            return rows
        left = budget.bytes
        blobs: dict[int, bytes] = {}
        for place in sorted(range(len(rows)), key=lambda index: rows[index].size_bytes):
            left -= rows[place].size_bytes
            if left < 0:
                break
            blobs[place] = self._write_body(given, rows[place])
        return [_with_blob(row, blobs.get(place)) for place, row in enumerate(rows)]

    def _write_body(self, given: Mapping[str, Any], row: WriteRow) -> bytes:
        place = {**given, "checkpoint_id": row.checkpoint_id, "task_id": row.task_id, "idx": row.idx}
        return next((as_bytes(found["value"]) for found in self.select("write_body", place)), b"")


def _with_blob(row: WriteRow, blob: bytes | None) -> WriteRow:
    return row if blob is None else replace(row, blob=blob)
