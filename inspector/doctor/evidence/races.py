"""Two runs of one thread at the same time, told from branches that somebody made on purpose.

Both leave two children of one parent. A run reads the newest checkpoint when it begins. One that begins while another
works on the thread finds what that one found, and begins where it began: their times overlap. Whoever edits or tries
again names an old checkpoint after its run has ended, and then the times do not overlap, however soon it comes.

An `input` checkpoint is made when its run begins, so it tells. A `loop` one is made when a step ends: of a run that
leaves no input (durability "exit", or an answer to an interrupt) the beginning is not known. There, two runs that end
within seconds of each other on different hosts are likely a race. On one host they may as well be a program that
tries out several branches. A `loop` child that goes on with its parent's own run is another matter: that run was under
way when somebody else went on from its checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from inspector.doctor.evidence.lineage import Lineage, newest_input
from inspector.doctor.finding import Confidence
from inspector.domain.branches import GRACE, SOON
from inspector.stores.base import CheckpointRow

#: What a step takes at most (seconds), where a run is taken to have been at work between two of its checkpoints.
STEP = 60.0
_SOURCES = ("input", "loop")


@dataclass(frozen=True, slots=True)
class Race:
    """Two runs that began at one parent. `lost` are the children of which the newest checkpoint knows nothing."""

    lineage: Lineage
    parent_id: str
    first: CheckpointRow
    second: CheckpointRow
    confidence: Confidence

    @property
    def lost(self) -> tuple[CheckpointRow, ...]:
        return tuple(row for row in (self.first, self.second) if row.checkpoint_id not in self.lineage.kept)

    @property
    def lost_turns(self) -> int:
        return sum(self.lineage.lost_turns(row) for row in self.lost)

    @property
    def hosts(self) -> tuple[str, str]:
        return self.lineage.host(self.first), self.lineage.host(self.second)

    @property
    def at(self) -> datetime | None:
        return self.lineage.time(self.second)

    @property
    def apart(self) -> float:
        """Seconds between their first checkpoints."""
        first, second = self.lineage.time(self.first), self.lineage.time(self.second)
        return (second - first).total_seconds() if first and second else 0.0


@dataclass(frozen=True, slots=True)
class Families:
    """The races of a thread, and how often somebody went on from an old checkpoint on purpose."""

    races: tuple[Race, ...]
    branches: int


def find_races(lineage: Lineage) -> Families:
    races: list[Race] = []
    branches = 0
    for parent_id, theirs in lineage.children.items():
        children = [row for row in theirs if row.metadata.get("source") in _SOURCES]
        if len(children) < 2 or any(row.checkpoint_id < parent_id for row in children):
            continue  # where ids go back, the runs came one after the other and a clock is wrong
        found = list(_races(lineage, parent_id, children))
        races += found
        branches += not found
    return Families(tuple(races), branches)


def _races(lineage: Lineage, parent_id: str, children: list[CheckpointRow]) -> Iterator[Race]:
    for first, second in pairwise(children):
        confidence = _judge(lineage, first, second)
        if confidence is not None:
            yield Race(lineage, parent_id, first, second, confidence)


def _judge(lineage: Lineage, first: CheckpointRow, second: CheckpointRow) -> Confidence | None:
    """How sure it is that the second run began while the first one worked; None where it did not."""
    ended, began = lineage.end_of_run(first), lineage.time(second)
    if ended is None or began is None:
        return None
    gap = (began - ended).total_seconds()
    if gap <= 0:
        return "certain"
    hosts = {lineage.host(first), lineage.host(second)} - {""}
    if second.metadata.get("source") == "input":
        return "likely" if gap <= GRACE and len(hosts) > 1 else None
    if gap <= STEP and first.metadata.get("source") == "input" and _goes_on(lineage, second):
        return "likely"
    if gap > SOON:
        return None
    return "likely" if len(hosts) > 1 else "possible"


def _goes_on(lineage: Lineage, row: CheckpointRow) -> bool:
    """Whether it is the next step of the very run that its parent belongs to."""
    parent = lineage.rows.get(row.parent_checkpoint_id or "")
    return parent is not None and newest_input(row) == newest_input(parent)
