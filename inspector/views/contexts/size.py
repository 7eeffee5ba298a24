"""`/thread/size/`: how long steps and turns took, and what makes the state heavy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.domain.growth import ChannelGrowth
from inspector.domain.pace import NodeTime, Skew, StepTime, TurnTime, Waits
from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import page_only
from inspector.views.contexts.thread import GraphList
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class Remark:
    """What is worth knowing, in a sentence. `kind` is `time`, `clock`, `growth` or `stored`; `checkpoint_id` is the
    step that shows it, "" where none does; `help` is what can be done."""

    kind: str
    sentence: str
    checkpoint_id: str
    help: str


@dataclass(frozen=True, slots=True)
class StepSize:
    """The state at one step: its channels' stored values, and the checkpoint's document without them."""

    checkpoint_id: str
    step: int | None
    turn: int
    total_bytes: int
    document_bytes: int
    channels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes behind the covered steps. Of writes there may be more than were counted, where `writes_cut`."""

    total_bytes: int
    documents_bytes: int
    writes: int
    writes_bytes: int
    writes_cut: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """From when to when the page reaches, and what lies beyond."""

    oldest_at: datetime | None
    newest_at: datetime | None
    newer: int
    older: int
    earlier_turn: bool  #: the oldest turn here began before


@dataclass(frozen=True, slots=True)
class Detail:
    """The newest turns, which have a row each, and the longest time that one of them took."""

    turns: tuple[TurnTime, ...]
    longest: float


@dataclass(frozen=True, slots=True)
class SizePage:
    store: str
    thread: ThreadItem
    checkpoint_ns: str
    covers: dict[str, str | int | bool]  #: `from` and `to` (checkpoint ids), `checkpoints`, `truncated`
    before: str  #: continues with older ones, "" where there are none
    remarks: tuple[Remark, ...]
    turns: tuple[TurnTime, ...]  #: oldest first
    nodes: tuple[NodeTime, ...]
    slowest: tuple[StepTime, ...]
    waits: Waits
    skews: tuple[Skew, ...]
    sizes: tuple[StepSize, ...]  #: oldest first
    now_bytes: int  #: of the state at the newest checkpoint
    channels: tuple[ChannelGrowth, ...]
    stored: Stored
    bar: Bar = page_only()
    graphs: GraphList = page_only()
    extent: Extent = page_only()
    detail: Detail = page_only()
    layers: tuple[str, ...] = page_only()  #: channels with a colour of their own, heaviest first
    singles: int = page_only()  #: turns of one checkpoint, which tell no time
