"""The picture of a thread: what is drawn of it, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.domain.outline import OutlineStep, TurnStart


@dataclass(frozen=True, slots=True)
class PictureStep:
    """A dot. Of a step that is not on the page's list, `node_names`, `size_bytes` and `marks` are not known."""

    checkpoint_id: str
    parent_checkpoint_id: str | None
    step: int | None
    source: str
    at: datetime | None
    turn: int
    hostname: str
    seconds: float | None  #: since its parent
    level: int = 0  #: 0 on the way to the newest checkpoint, more on branches that were left
    sibling: bool = False
    fork: bool = False
    listed: bool = True
    node_names: tuple[str, ...] = ()
    size_bytes: int | None = None
    marks: tuple[str, ...] = ()

    @property
    def left(self) -> bool:
        """The newest checkpoint does not come from it."""
        return self.level > 0


@dataclass(frozen=True, slots=True)
class Overview:
    """A long namespace as a strip: `steps` are its newest ones, oldest first, before which `older` ones are folded.
    Those from `first` to `last`, places in `steps`, are listed on the page; -1 where none of them is."""

    steps: tuple[OutlineStep, ...]
    older: int
    folded: tuple[TurnStart, ...]
    first: int
    last: int
    listed: str  #: the id of the oldest step on the page

    @property
    def total(self) -> int:
        return self.older + len(self.steps)


@dataclass(frozen=True, slots=True)
class Picture:
    """Dots oldest first, and of a long namespace the strip above them. `hosts` are all that wrote what is known, in the
    order in which they came, "" for none named."""

    steps: tuple[PictureStep, ...]
    hosts: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]  #: checkpoints of each of `hosts`
    overview: Overview | None = None
    branches: int = 0
    siblings: int = 0  #: checkpoints that share their parent with another run's
    error: str = ""  #: why the rest of the namespace is not drawn, in a sentence
