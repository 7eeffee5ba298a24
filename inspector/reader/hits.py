"""What a search for a text in a thread may take, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.domain.find import Found
from inspector.reader.history import step_number
from inspector.stores.base import CheckpointRow


@dataclass(frozen=True, slots=True)
class FindBudget:
    """What one search may take before it says how far it came. Each step is searched whole, so it takes a little
    more."""

    seconds: float = 3.0
    bytes: int = 96_000_000
    hits: int = 50


@dataclass(frozen=True, slots=True)
class Also:
    """Where else the same text stands, on its way into a channel: `kind` is `input` or `write`."""

    kind: str
    checkpoint_id: str
    step: int | None
    node: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A text at the step that brought it. `kind` is `value`, `input`, `write`, `error`, `interrupt`, `resume`,
    `metadata` or `id`. `stays` says whether the newest step holds it still, None where that was not looked at. With
    `unknown_origin` the parent is not stored any more, so an earlier step may have brought it."""

    row: CheckpointRow
    kind: str
    channel: str
    path: str
    found: Found
    times: int
    node: str = ""
    task_id: str = ""
    also: tuple[Also, ...] = ()
    stays: bool | None = None
    unknown_origin: bool = False

    @property
    def step(self) -> int | None:
        return step_number(self.row)


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be looked into, at the first step where that was noticed, and how often it was."""

    reason: str
    row: CheckpointRow
    channel: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a search of one namespace found. It goes on with the steps before `before`, of whose first `skip` hits are
    told; both are empty at the end. `first` and `last` are the newest and the oldest step that were searched."""

    hits: tuple[Hit, ...]
    unread: tuple[Unread, ...]
    first: CheckpointRow | None
    last: CheckpointRow | None
    before: str = ""
    skip: int = 0
    spent: int = 0  #: bytes of values that were read
