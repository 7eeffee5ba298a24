"""`/thread/compare/`: any two checkpoints, how they stand to each other, and what is different."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import page_only
from inspector.views.contexts.changes import ChannelChangeItem
from inspector.views.contexts.thread import CheckpointItem, NamespaceItem
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class SideItem(CheckpointItem):
    """A checkpoint with its thread and store."""

    thread_id: str = ""
    store: str = ""
    kind: str = page_only(default="")  #: of the store


@dataclass(frozen=True, slots=True)
class CheckpointPlace:
    """Where a checkpoint is: all that a comparison needs of one side. "" is the newest checkpoint."""

    store: str
    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str


@dataclass(frozen=True, slots=True)
class ForkItem:
    """Where two branches part, and which channels each wrote since, by their versions."""

    checkpoint_id: str
    step: int | None
    a_changed: tuple[str, ...]
    b_changed: tuple[str, ...]
    both_changed: tuple[str, ...]
    place: CheckpointPlace = page_only()

    @property
    def a_alone(self) -> tuple[str, ...]:
        return tuple(name for name in self.a_changed if name not in self.both_changed)

    @property
    def b_alone(self) -> tuple[str, ...]:
        return tuple(name for name in self.b_changed if name not in self.both_changed)


@dataclass(frozen=True, slots=True)
class RelationItem:
    """`kind` is `same`, `after` (B goes on from A), `before`, `branches`, `apart`, `namespaces`, `threads` or `stores`;
    steps count from the checkpoint where the two part. `seconds` lie between A and B, negative where B is older."""

    kind: str
    sentence: str
    a_steps: int
    b_steps: int
    fork: ForkItem | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class CompareChoice:
    """A comparison that suggests itself. Turn, host and time are of the end of a branch."""

    words: str
    a: CheckpointPlace
    b: CheckpointPlace
    turn: int = 0
    hostname: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CompareForm:
    """What is in the controls that name B."""

    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    store: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Without B, `b` and `relation` are null, and nothing is compared. `unchanged` are channels of the graph's own."""

    store: str
    thread: ThreadItem
    checkpoint_ns: str
    a: SideItem
    b: SideItem | None
    relation: RelationItem | None
    changes: tuple[ChannelChangeItem, ...]
    unchanged: tuple[str, ...]
    flags: tuple[str, ...]  #: `rebuilt-values` when a value here was put together from writes
    choices: tuple[CompareChoice, ...] = page_only()
    form: CompareForm = page_only()
    namespaces: tuple[NamespaceItem, ...] = page_only()
    bar: Bar = page_only()

    @property
    def across(self) -> bool:
        """The sides are of two namespaces, threads or stores: a channel of one need not be in the other."""
        return self.relation is not None and self.relation.kind in ("namespaces", "threads", "stores")
