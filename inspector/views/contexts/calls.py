"""Calls of subgraphs, and a thread's graphs nested as they called each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class CallItem:
    """One call of a subgraph, by the checkpoints that it left. `state` is `failed`, `asked` (it waits for an answer),
    `passed` (it asked, and the graph around it has gone on), `answered` (it has its answer and left nothing since),
    `done` (the graph around it has gone on), `open` (it has not), or "" where that is not stored."""

    checkpoint_ns: str
    node_names: tuple[str, ...]
    checkpoints: int
    first_checkpoint_id: str
    last_checkpoint_id: str
    at: datetime | None
    seconds: float | None  #: from its first checkpoint to its last; None for one alone, which took an unknown time
    hostnames: tuple[str, ...]
    state: str
    caller_ns: str
    caller_id: str  #: the checkpoint whose task called it, "" where none is named
    caller_step: int | None
    caller_stored: bool
    number: int = page_only(default=0)  #: as that of its namespace
    names: tuple[str, ...] = page_only(default=())  #: the last of `node_names`, from the caller's namespace on


@dataclass(frozen=True, slots=True)
class GraphLine:
    """One namespace in the tree of a thread's graphs. `depth` counts the graphs around it that are listed, `level` all
    of them. `names` lead from the one above in the tree to this one."""

    checkpoint_ns: str
    names: tuple[str, ...]
    number: int  #: its place among subgraphs of the same name; 0 where it is the only one
    checkpoints: int
    depth: int
    level: int
    current: bool
    calls: tuple[CallItem, ...]  #: oldest first
    state: str  #: of the last call
    hostnames: tuple[str, ...]
    at: datetime | None  #: of the first and of the last checkpoint
    until: datetime | None
    seconds: float | None  #: that its calls took together
    checkpoint_id: str  #: where its link leads: the last one


@dataclass(frozen=True, slots=True)
class GraphCrumb:
    """A graph around the current one, by the step of it that led here; the last is the current one itself."""

    checkpoint_ns: str
    names: tuple[str, ...]
    checkpoint_id: str
    step: int | None
    stored: bool  #: durability `exit` names steps that it never stores


@dataclass(frozen=True, slots=True)
class Nest:
    """The listed graphs of a thread, each below the one that called it."""

    lines: tuple[GraphLine, ...] = ()
    crumbs: tuple[GraphCrumb, ...] = ()  #: none at the root
