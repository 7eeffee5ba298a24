"""One checkpoint of a thread, its tasks, interrupts and pending writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inspector.domain.value import Json, Value


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A question a task asked with `interrupt()`. `interrupt_id` is "" where the writer's version stored none."""

    interrupt_id: str
    value: Value


@dataclass(frozen=True, slots=True)
class Task:
    """A node due to run after a checkpoint. `task_id` is "" while no write or namespace names it: LangGraph computes
    it from the graph's code."""

    name: str
    task_id: str = ""
    error: str = ""
    interrupts: tuple[Interrupt, ...] = ()
    finished: bool = False  #: it left its writes, and no error or interrupt
    task_path: str = ""
    wrote: bool = False  #: it left its writes, whatever it left before


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """One write of a task, not yet part of a checkpoint. `idx` < 0 marks an error, interrupt, resume or schedule."""

    task_id: str
    task_path: str
    node_name: str
    idx: int
    channel: str
    type: str
    size_bytes: int
    value: Value


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint without its state. `at` is the worker's clock; `turn` counts from 1, 0 before the first input."""

    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    parent_checkpoint_id: str | None
    step: int | None
    source: str
    at: datetime | None
    turn: int
    hostname: str
    node_names: tuple[str, ...]  #: the nodes whose writes this checkpoint took in
    next: tuple[str, ...]
    channels_changed: tuple[str, ...]
    size_bytes: int  #: of the whole state with it, document and bodies
    channel_versions: Mapping[str, str]
    metadata: Mapping[str, Json]
    resumed: bool = False  #: the run that made it went on from its parent: with an answer, or with no input
