"""`/thread/channel/` and `/thread/message/`: one channel, or one message, along a branch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import Tree, page_only
from inspector.views.contexts.changes import ChannelChangeItem, MessageChange
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class StepItem:
    """A step as far as it is needed to name it."""

    checkpoint_id: str
    step: int | None
    source: str
    at: datetime | None
    hostname: str
    node_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchOff:
    """A branch that leaves the one that is followed: its first checkpoint, and the one that it goes on from."""

    checkpoint_id: str
    step: int | None
    from_id: str
    from_step: int | None


@dataclass(frozen=True, slots=True)
class ChannelStepItem:
    """A step that wrote the channel. `change` is null where it wrote the value that was there. `skipped` steps between
    the one told before and this one left the channel alone; `branches` leave among those and this one."""

    step: StepItem
    version: str | None
    size_bytes: int
    skipped: int
    branches: tuple[BranchOff, ...]
    change: ChannelChangeItem | None


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """`end` is the checkpoint that the branch is followed to. `next` continues the list, as `before` (newest first) or
    `after`; "" at its end. `cut` is "" or why the page ends early: `documents`, `values` or `gone`. `whole` when the
    branch is known up to its first step."""

    store: str
    thread: ThreadItem
    checkpoint_ns: str
    channel: str
    end: str
    sort: str
    steps: tuple[ChannelStepItem, ...]
    next: str
    cut: str
    skipped: int  #: steps behind the last one told that left the channel alone
    branches: tuple[BranchOff, ...]
    length: int  #: steps of the branch
    whole: bool
    bar: Bar = page_only()
    channels: tuple[str, ...] = page_only()  #: the graph's own, to go on to
    end_step: int | None = page_only(default=None)
    first_page: bool = page_only(default=True)


@dataclass(frozen=True, slots=True)
class BroughtItem:
    """The write that brought a message, as it is kept with the checkpoint before. `same_id` when the write itself has
    the message's id; else it has the same role and text, and the channel's reducer gave it the id."""

    node_name: str
    task_id: str
    checkpoint_id: str
    step: int | None
    source: str  #: of that checkpoint
    same_id: bool


@dataclass(frozen=True, slots=True)
class MessageEventItem:
    """`kind` is `arrived`, `edited`, `moved`, `removed` or `returned`. `exactly` when the version before was looked at
    as well; else it happened between that step (`since`) and this one."""

    kind: str
    step: StepItem
    exactly: bool
    since: StepItem | None
    brought: BroughtItem | None
    change: MessageChange


@dataclass(frozen=True, slots=True)
class PartnerItem:
    """A tool call of the message and its result, or the message whose call it answers."""

    call_id: str
    name: str
    message_id: str | None  #: of the other message, null where the state has none


@dataclass(frozen=True, slots=True)
class HeldItem:
    """Another namespace whose newest state holds the message."""

    checkpoint_ns: str
    node_names: tuple[str, ...]
    checkpoint_id: str
    step: int | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """`standing` is `there` or `removed` at the end of the branch. `looked` of `versions` of the channel were read, and
    `all_versions` says that those are all that the branch has. `also` are other namespaces that hold it now, of which
    `not_looked` were not looked into. Of `not_traced` events the write that did it was not looked for."""

    store: str
    thread: ThreadItem
    checkpoint_ns: str
    channel: str
    message_id: str
    end: str
    role: str
    message: Tree
    standing: str
    events: tuple[MessageEventItem, ...]
    more_events: int  #: that are not told
    calls: tuple[PartnerItem, ...]
    answers: PartnerItem | None
    also: tuple[HeldItem, ...]
    not_looked: int
    not_traced: int
    looked: int
    versions: int
    all_versions: bool
    bar: Bar = page_only()
    end_step: int | None = page_only(default=None)
