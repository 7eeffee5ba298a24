"""A whole thread as one JSON file, sent while it is read. What it holds is told in docs/how-to/download-a-thread.md.

A file that could not be read to its end stays open: no parser takes that for the whole. What was left out of one that
is whole is named in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from inspector.domain.coordinates import parse_time, time_of
from inspector.domain.value import Absent, to_json
from inspector.reader import Reader
from inspector.reader.history import step_number
from inspector.reader.whole import WRITES, Step, Stored, WholeThread, left_out
from inspector.stores.documents import is_cut
from inspector.views.files import encoded
from inspector.views.page import as_data

FORMAT, VERSION = "checkpoint-inspector-thread", 1
#: Said at the head of a file for who may not see values.
HIDDEN = "Values are hidden from the role of who made this file: in their place is what they are and how large."
_GONE = "It was deleted while the file was made."
_NOT_WHOLE = "Its document or metadata is encrypted or broken, and what could be read of it is here."
_DEEP = "Its metadata is nested deeper than what is read."


@dataclass(slots=True)
class ThreadFile:
    """The chunks of a thread's file. `namespaces` are those that go into it."""

    reader: Reader
    thread_id: str
    namespaces: Sequence[str]
    more_namespaces: bool  #: the store holds more of them than it lists
    _cut: list[dict[str, Any]] = field(default_factory=list)

    def chunks(self) -> Iterator[bytes]:
        whole = WholeThread(self.reader.store, self.thread_id, self.reader.sight)
        store = {"name": self.reader.store.name, "kind": self.reader.store.kind}
        head = {"format": FORMAT, "version": VERSION, "store": store, "thread_id": self.thread_id}
        head["made_at"] = as_data(datetime.now(UTC))
        if self.reader.sight.shape:
            head["hidden"] = HIDDEN
        yield encoded(_text(head)[:-1] + ',\n"namespaces": [')
        for number, name in enumerate(self.namespaces):
            yield encoded(f'{"," if number else ""}\n{{"checkpoint_ns": {_text(name)}, "checkpoints": [')
            for place, step in enumerate(whole.steps(name)):
                yield encoded(f"{',' if place else ''}\n{_text(self._step(step))}")
            yield b"]}"
        yield b'],\n"values": {'
        between = "\n"
        for name in self.namespaces:
            for stored in whole.values(name):
                yield encoded(f'{between}"{stored.number}": {_text(self._value(stored))}')
                between = ",\n"
        if self.more_namespaces:
            self._note("", reason="The thread has more namespaces than the store lists; the newest are here.")
        yield encoded(f'}},\n"cut": {_text(self._cut)},\n"complete": {_text(not self._cut)}}}\n')

    def _step(self, step: Step) -> dict[str, Any]:
        row = step.row
        if not row.is_whole:
            self._note(row.checkpoint_ns, row.checkpoint_id, reason=_NOT_WHOLE)
        if is_cut(row.metadata):
            self._note(row.checkpoint_ns, row.checkpoint_id, reason=_DEEP)
        if step.writes_cut:
            self._note(row.checkpoint_ns, row.checkpoint_id, reason=f"Only {WRITES.rows:,} of its writes are here.")
        return {
            "checkpoint_id": row.checkpoint_id,
            "parent_checkpoint_id": row.parent_checkpoint_id,
            "step": step_number(row),
            "at": as_data(time_of(row.checkpoint_id) or parse_time(row.ts)),
            "ts": row.ts if parse_time(row.ts) or not self.reader.sight.shape else "",
            "v": row.version,
            "metadata": as_data(self.reader.sight.see_metadata(row.metadata)),
            "channel_versions": row.channel_versions,
            "versions_seen": row.versions_seen,
            "state": {channel: str(number) for channel, number in step.state.items()},
            "deferred": list(step.deferred),
            "writes": [
                {
                    "task_id": write.task_id,
                    "task_path": write.task_path,
                    "idx": write.idx,
                    "channel": write.channel,
                    "type": write.type,
                    "size_bytes": write.size_bytes,
                    "value": None if isinstance(decoded.value, Absent) else to_json(decoded.value),
                }
                for write, decoded in step.writes
                if self._check(decoded.value, row.checkpoint_ns, row.checkpoint_id, write.channel)
            ],
        }

    def _value(self, stored: Stored) -> dict[str, Any]:
        if stored.decoded is None:
            self._note(stored.checkpoint_ns, "", stored.channel, number=stored.number, reason=_GONE)
        else:
            self._check(stored.value, stored.checkpoint_ns, "", stored.channel, stored.number)
        return {
            "channel": stored.channel,
            "version": stored.version,
            "type": stored.type,
            "size_bytes": stored.size_bytes,
            "value": to_json(stored.value),
        }

    def _check(self, value: Any, *where: Any) -> bool:
        """Notes what is not all there; always true."""
        for reason in left_out(value):
            self._note(*where, reason=reason)
        return True

    def _note(
        self, checkpoint_ns: str, checkpoint_id: str = "", channel: str = "", number: int | None = None, *, reason: str
    ) -> None:
        value = None if number is None else str(number)
        where = {"checkpoint_ns": checkpoint_ns, "checkpoint_id": checkpoint_id, "channel": channel, "value": value}
        self._cut.append({**where, "reason": reason})


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
