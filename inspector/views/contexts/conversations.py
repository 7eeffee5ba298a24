"""`/orphans/conversations/` and `/orphans/?group=`: one-turn threads that are likely one conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar, IndexState
from inspector.views.contexts.base import Tree, page_only


@dataclass(frozen=True, slots=True)
class SaidItem:
    """One thread of a group and what was said first in it: null where that was not read. `chance` is that of going on
    with the threads before it, null of the first; `signs` are what spoke for it."""

    thread_id: str
    at: datetime
    hosts: tuple[str, ...]
    first: str | None
    answer: str | None
    chance: float | None
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupItem:
    """`confidence` is the share of its pairs of threads that can be expected to belong together; `likely` from 0.8 on.
    `others` are threads that one of these could follow as well. `perhaps` is the owner's thread that went on at the
    time, "" where there is none. `said` are the first of its threads, `shapes` those of
    all ids, "" for one that may have been chosen."""

    threads: int
    thread_ids: tuple[str, ...]
    owner: str
    owner_key: str
    graph: str
    hosts: tuple[str, ...]
    shapes: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    confidence: float
    likely: bool
    others: int
    why: str
    perhaps: str
    said: tuple[SaidItem, ...]
    mute_pattern: str = page_only()
    ids: str = page_only()  #: `shapes` in words
    span: str = page_only()

    @property
    def more(self) -> int:
        """Threads that are not among `said`."""
        return self.threads - len(self.said)


@dataclass(frozen=True, slots=True)
class ConversationsPage:
    """`looked` one-turn threads were gone through for this page. `texts_cut` when not all that was to be read was, and
    `error` and `hint` say why the store did not answer."""

    store: str
    groups: tuple[GroupItem, ...]
    next: str
    looked: int
    texts_cut: bool
    error: str
    hint: str
    index: IndexState
    bar: Bar = page_only()
    first_page: bool = page_only()


@dataclass(frozen=True, slots=True)
class MessageItem:
    """A chat message, with the thread that holds it."""

    thread_id: str
    role: str
    value: Tree


@dataclass(frozen=True, slots=True)
class UnknownItem:
    """`value` is what a thread before held in this channel, `now` what the new one had there, null where nothing."""

    channel: str
    value: Tree
    now: Tree


@dataclass(frozen=True, slots=True)
class SeamItem:
    """Where a thread began that did not know what came before: so many messages, and these values of channels."""

    thread_id: str
    hosts: tuple[str, ...]
    messages: int
    values: tuple[UnknownItem, ...]
    more_values: int


@dataclass(frozen=True, slots=True)
class StretchItem:
    """One thread's part of a conversation. `values` is what it holds where it holds no messages. `left_out` counts its
    messages that are not here; `gone` when the store does not hold it any more, `went_on` when a second turn is
    stored by now."""

    thread_id: str
    at: datetime
    hosts: tuple[str, ...]
    messages: int
    left_out: int
    gone: bool
    went_on: bool
    values: Tree
    shown: Tree = page_only()
    seam: SeamItem | None = page_only()


@dataclass(frozen=True, slots=True)
class WholeItem:
    """`left_out` threads were not read, for want of time where the store was `slow`."""

    threads: tuple[StretchItem, ...]
    seams: tuple[SeamItem, ...]
    messages: tuple[MessageItem, ...]
    left_out: int
    slow: bool


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """`why_alone` says why no other thread belongs to this one, "" where one does. `texts_cut` when not all was read
    that tells which threads belong together."""

    store: str
    group: GroupItem
    why_alone: str
    conversation: WholeItem
    texts_cut: bool
    error: str
    hint: str
    index: IndexState
    asked: str = page_only()
    bar: Bar = page_only()
