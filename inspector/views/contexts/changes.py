"""What changed between two checkpoints, channel by channel, and what nodes wrote to make it so."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.domain.value import ABSENT
from inspector.views.contexts.base import Tree, page_only

NOTHING = Tree(ABSENT)


@dataclass(frozen=True, slots=True)
class MessageChange:
    kind: str
    message_id: str | None
    role: str
    before: Tree
    after: Tree
    moved: bool
    position_before: int | None
    position_after: int | None


@dataclass(frozen=True, slots=True)
class ValueChange:
    kind: str
    path: str
    before: Tree
    after: Tree


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """One write of a task to one channel, as its node made it: what the channel's reducer was given."""

    node_name: str  #: "" where nothing names it, as for an `update_state`
    task_id: str
    idx: int
    size_bytes: int
    value: Tree


@dataclass(frozen=True, slots=True)
class RewrittenItem:
    """A channel that was written and holds the same value as before. Without a new version nothing took the write
    in, or the reducer kept what was there."""

    channel: str
    version_before: str | None
    version_after: str | None
    written: tuple[WrittenItem, ...]
    written_left_out: int


@dataclass(frozen=True, slots=True)
class ChannelChangeItem:
    """One changed channel. `unchanged` counts messages or parts that stayed the same."""

    channel: str
    kind: str
    version_before: str | None
    version_after: str | None
    entries: tuple[MessageChange | ValueChange, ...]
    form: str  #: messages, text or tree
    unchanged: int
    cut: bool
    left_out: int
    internal: bool
    size_before: int
    size_after: int
    count_before: int | None  #: messages or elements, where the channel is a list
    count_after: int | None
    not_loaded: bool  #: one side was left in the store because of its size
    loadable: bool = page_only(default=True)  #: whether both are shown where they are asked for
    written: tuple[WrittenItem, ...] = ()  #: what nodes gave its reducer, where that is stored
    written_left_out: int = 0  #: such writes beyond those
    effect: str = ""  #: what the reducer made of them (`domain.effects.EFFECTS`); "" where they are not known
    before: Tree = page_only(default=NOTHING)  #: the whole values, for what stayed the same around a change
    after: Tree = page_only(default=NOTHING)
