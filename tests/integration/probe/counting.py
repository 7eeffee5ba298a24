"""What a worker did, counted without the probe: by the saver underneath it, line by line into a file.

A line is written by one system call as soon as the call is done, so a worker that is killed has told all it did.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

#: What a ledger's sums are compared by.
KINDS = ("reads", "misses", "checkpoints", "writes")


@dataclass(frozen=True, slots=True)
class Event:
    """One line: `many` times `kind` for a thread. `kind` is one of `KINDS` or "invocations"; `by` is the thread of the
    process that did it."""

    at: float
    host: str
    pid: int
    by: int
    thread_id: str
    kind: str
    many: int


class Tally:
    """The file of one or more processes on one host. A forked child goes on in its parent's file."""

    def __init__(self, path: Path, host: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._host = host

    def note(self, thread_id: str, kind: str, many: int = 1) -> None:
        event = [time.time(), self._host, os.getpid(), threading.get_ident(), thread_id, kind, many]
        os.write(self._file, json.dumps(event).encode() + b"\n")

    def note_read(self, config: Any, found: CheckpointTuple | None) -> None:
        """Only the root's reads are told of: the other namespaces' come along."""
        if not config["configurable"].get("checkpoint_ns", ""):
            self.note(config["configurable"]["thread_id"], "reads")
            if found is None:
                self.note(config["configurable"]["thread_id"], "misses")


def read_tally(path: Path) -> list[Event]:
    return [Event(*json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def per_thread(events: Iterable[Event]) -> Counter[tuple[str, str, str]]:
    """Sums by thread, host and kind."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for event in events:
        if event.kind in KINDS:
            sums[event.thread_id, event.host, event.kind] += event.many
    return sums


def per_process(events: Iterable[Event]) -> Counter[tuple[int, str]]:
    """Sums by process and kind, invocations too."""
    sums: Counter[tuple[int, str]] = Counter()
    for event in events:
        sums[event.pid, event.kind] += event.many
    return sums


def _counting_sync(base: Any) -> Any:
    class Counting(base):
        tally: Tally

        def get_tuple(self, config: Any) -> CheckpointTuple | None:
            found = super().get_tuple(config)
            self.tally.note_read(config, found)
            return found

        def put(
            self, config: Any, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
        ) -> Any:
            stored = super().put(config, checkpoint, metadata, new_versions)
            self.tally.note(config["configurable"]["thread_id"], "checkpoints")
            return stored

        def put_writes(self, config: Any, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
            super().put_writes(config, writes, task_id, task_path)
            self.tally.note(config["configurable"]["thread_id"], "writes", len(writes))

    return Counting


class CountingAsyncPostgresSaver(AsyncPostgresSaver):
    tally: Tally

    async def aget_tuple(self, config: Any) -> CheckpointTuple | None:
        found = await super().aget_tuple(config)
        self.tally.note_read(config, found)
        return found

    async def aput(
        self, config: Any, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
    ) -> Any:
        stored = await super().aput(config, checkpoint, metadata, new_versions)
        self.tally.note(config["configurable"]["thread_id"], "checkpoints")
        return stored

    async def aput_writes(
        self, config: Any, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        await super().aput_writes(config, writes, task_id, task_path)
        self.tally.note(config["configurable"]["thread_id"], "writes", len(writes))


CountingPostgresSaver = _counting_sync(PostgresSaver)
#: Its async methods go through the sync ones.
CountingInMemorySaver = _counting_sync(InMemorySaver)
