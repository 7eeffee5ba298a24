"""`/thread/find/`: a text in all steps of a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import page_only
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class AlsoItem:
    """Where else the text stands, on its way into the channel: `kind` is `input` or `write`."""

    kind: str
    checkpoint_id: str
    step: int | None
    node: str


@dataclass(frozen=True, slots=True)
class HitItem:
    """A text at the step that brought it. `kind` is `value`, `input`, `write`, `error`, `interrupt`, `resume`,
    `metadata` or `id`. `before`, `match` and `after` are cut out of the text around the first of `times` matches in it.
    `stays` says whether the newest step of the namespace still holds it, null where nobody looked."""

    checkpoint_ns: str
    checkpoint_id: str
    step: int | None
    turn: int
    at: datetime | None
    hostname: str
    kind: str
    channel: str
    path: str
    is_key: bool
    before: str
    match: str
    after: str
    times: int
    node: str
    task_id: str
    also: tuple[AlsoItem, ...]
    stays: bool | None
    unknown_origin: bool  #: the step before is not stored any more, so an earlier one may have brought it
    tab: str = page_only()
    cut_before: bool = page_only()
    cut_after: bool = page_only()
    number: int = page_only(default=0)  #: of its subgraph among those of the same name

    @property
    def where(self) -> tuple[str, str]:
        """The step, under which a page tells its hits together."""
        return self.checkpoint_ns, self.checkpoint_id


@dataclass(frozen=True, slots=True)
class UnreadItem:
    """What could not be looked into: why, how often, and the newest step where it was noticed."""

    reason: str
    times: int
    checkpoint_ns: str
    checkpoint_id: str
    step: int | None
    channel: str


@dataclass(frozen=True, slots=True)
class LookedItem:
    """How far a search of one namespace came: `done` of its `checkpoints`, this one's being those from step
    `first_step` down to step `last_step`."""

    checkpoint_ns: str
    done: int
    checkpoints: int
    first_step: int | None
    last_step: int | None


@dataclass(frozen=True, slots=True)
class FindPage:
    """`next` is the query that goes on with the search; empty where all was looked through. `graphs` and `graphs_done`
    count the namespaces that are searched, and those that were searched to their end."""

    store: str
    thread: ThreadItem
    checkpoint_ns: str
    q: str
    case: bool
    everywhere: bool
    hits: tuple[HitItem, ...]
    looked: tuple[LookedItem, ...]
    graphs: int
    graphs_done: int
    unread: tuple[UnreadItem, ...]
    next: dict[str, str]
    bar: Bar = page_only()
    begins: bool = page_only(default=True)  #: this is where the search begins, not where it goes on
    subgraphs: int = page_only(default=0)
