"""How the checkpoints of a namespace hang together: the line that leads to the newest one, and what leaves it.

The trunk is the newest checkpoint and its ancestors. Whatever else there is was left behind: it lies on branches. Each
has a level, so that no two of one level are there at the same time, and the trunk has level 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Protocol

#: Sources of checkpoints that runs write by themselves.
RUNS = frozenset({"input", "loop"})
#: Runs without a known beginning, that end so soon (seconds) one after the other, were at work at once.
SOON = 5.0
#: What clocks of different hosts may differ by (seconds), and what a saver may take to store what a run has made.
GRACE = 0.25


class HasParent(Protocol):
    @property
    def checkpoint_id(self) -> str: ...
    @property
    def parent_checkpoint_id(self) -> str | None: ...
    @property
    def source(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def turn(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Branches:
    """By checkpoint_id. `ends` are the ids at which something was left behind or goes on: those without a child."""

    levels: Mapping[str, int]
    siblings: frozenset[str]  #: children of one parent, by runs that were at work at once as far as that is known
    forks: frozenset[str]  #: they leave a checkpoint that has another, earlier child, and are no sibling of it
    branches: int  #: beside the trunk

    def is_trunk(self, checkpoint_id: str) -> bool:
        return not self.levels.get(checkpoint_id)


def find_branches(steps: Sequence[HasParent], most: int = 4) -> Branches:
    """Of steps that come oldest first. Levels beyond `most` are all drawn as that one."""
    places = {step.checkpoint_id: place for place, step in enumerate(steps)}
    parents = [places.get(step.parent_checkpoint_id or "", -1) for step in steps]
    parents = [parent if parent < place else -1 for place, parent in enumerate(parents)]  # clocks may disagree
    heirs, trunk = _heirs(parents)
    branch = _branch_of_each(parents, heirs, trunk)
    levels = _levels(parents, branch, most)
    siblings = frozenset(_siblings(steps, parents))
    seen: set[str] = set()
    forks = set()
    for step in steps:
        parent = step.parent_checkpoint_id
        if parent and parent in seen and step.checkpoint_id not in siblings:
            forks.add(step.checkpoint_id)
        seen.add(parent or "")
    return Branches(
        {step.checkpoint_id: levels[place] for place, step in enumerate(steps)},
        siblings,
        frozenset(forks),
        len({one for one in branch if one}),
    )


def _siblings(steps: Sequence[HasParent], parents: Sequence[int]) -> Iterator[str]:
    """Those that runs put under one parent while the other was at work. Whoever edits or tries again goes on from an
    old checkpoint as well, but after its run has ended: that is a fork (see `doctor.evidence.races`, which looks at
    what each run knew). Where ids go back before their parent's, a clock is wrong, and nothing can be told."""
    ends = list(range(len(steps)))  # the last step of the run that each one begins or goes on with
    for place in range(len(steps) - 1, -1, -1):
        parent, step = parents[place], steps[place]
        if parent >= 0 and step.source == "loop" and step.turn == steps[parent].turn:
            ends[parent] = max(ends[parent], ends[place])
    families: dict[str, list[int]] = {}
    for place, step in enumerate(steps):
        if step.source in RUNS and step.parent_checkpoint_id:
            families.setdefault(step.parent_checkpoint_id, []).append(place)
    for parent_id, children in families.items():
        if steps[children[0]].checkpoint_id < parent_id:
            continue
        for first, second in pairwise(children):
            if second < ends[first] or _soon(steps[ends[first]], steps[second]):
                yield from (steps[first].checkpoint_id, steps[second].checkpoint_id)


def _soon(ended: HasParent, began: HasParent) -> bool:
    """Whether so little lies between the end of a run and another that both may have been at work at once. An input is
    made when its run begins, a step of the loop when it has ended."""
    if ended.at is None or began.at is None:
        return False
    return (began.at - ended.at).total_seconds() <= (GRACE if began.source == "input" else SOON)


def _heirs(parents: Sequence[int]) -> tuple[dict[int, int], set[int]]:
    """The child in which each step goes on: that which leads to the newest step of all that come from it. And the
    trunk."""
    newest = list(range(len(parents)))
    heirs: dict[int, int] = {}
    for place in range(len(parents) - 1, -1, -1):
        parent = parents[place]
        if parent >= 0 and (parent not in heirs or newest[place] > newest[parent]):
            newest[parent], heirs[parent] = newest[place], place
    trunk, place = set(), len(parents) - 1
    while place >= 0:
        trunk.add(place)
        place = parents[place]
    return heirs, trunk


def _branch_of_each(parents: Sequence[int], heirs: Mapping[int, int], trunk: set[int]) -> list[int]:
    """0 is the trunk. Steps that have no parent here, as after pruning, go on in the trunk until it has begun."""
    branch: list[int] = []
    count, begin = 0, min(trunk, default=0)
    for place, parent in enumerate(parents):
        if place in trunk or (parent < 0 and place < begin):
            branch.append(0)
        elif parent >= 0 and heirs.get(parent) == place:
            branch.append(branch[parent])
        else:
            count += 1
            branch.append(count)
    return branch


def _levels(parents: Sequence[int], branch: Sequence[int], most: int) -> list[int]:
    """The least level that is free from where a branch leaves to where it ends."""
    spans: dict[int, tuple[int, int]] = {}
    for place, one in enumerate(branch):
        first = spans[one][0] if one in spans else (parents[place] if parents[place] >= 0 else place)
        spans[one] = first, place
    ends: list[int] = []
    of_branch = {0: 0}
    for one, (first, last) in sorted(spans.items(), key=lambda item: item[1]):
        if not one:
            continue
        free = next((level for level, end in enumerate(ends) if end < first), len(ends))
        ends[free : free + 1] = [last]
        of_branch[one] = min(free + 1, most)
    return [of_branch[one] for one in branch]
