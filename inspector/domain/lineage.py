"""Who descends from whom among the checkpoints of one namespace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

#: Each checkpoint's parent by id. A checkpoint that it lacks was not read, or is not stored any more.
Parents: TypeAlias = Mapping[str, str | None]

Kin: TypeAlias = Literal["same", "after", "before", "branches", "apart"]


@dataclass(frozen=True, slots=True)
class Relation:
    """How B stands to A: `after` and `before` on one branch, `branches` that part at the checkpoint `fork`, or `apart`
    where no ancestor of both is known. `a_steps` and `b_steps` count from the fork, which may be A or B itself."""

    kind: Kin
    fork: str = ""
    a_steps: int = 0
    b_steps: int = 0


def line_of(parents: Parents, checkpoint_id: str) -> list[str]:
    """A checkpoint and its ancestors, newest first, as far as they are known. Ends where a line runs into itself."""
    line: dict[str, None] = {}
    at: str | None = checkpoint_id
    while at and at in parents and at not in line:
        line[at] = None
        at = parents[at]
    return list(line)


def is_whole(parents: Parents, line: list[str]) -> bool:
    """Whether a line ends where its branch began, and not because an ancestor is not known."""
    return bool(line) and not parents[line[-1]]


def newest_through(parents: Parents, checkpoint_id: str) -> str:
    """The newest checkpoint that descends from one; itself where nothing goes on from it, "" where it is not known."""
    children = children_of(parents)
    found: dict[str, None] = {}
    waiting = [checkpoint_id] if checkpoint_id in parents else []
    while waiting:
        at = waiting.pop()
        if at not in found:
            found[at] = None
            waiting += children.get(at, [])
    return max(found, default="")


def ends_of(parents: Parents) -> list[str]:
    """The checkpoints that nothing goes on from, in the order of `parents`."""
    with_children = set(parents.values())
    return [checkpoint_id for checkpoint_id in parents if checkpoint_id not in with_children]


def children_of(parents: Parents) -> dict[str, list[str]]:
    """Of each checkpoint, those that go on from it."""
    children: dict[str, list[str]] = {}
    for checkpoint_id, parent_id in parents.items():
        if parent_id:
            children.setdefault(parent_id, []).append(checkpoint_id)
    return children


def relate(parents: Parents, a: str, b: str) -> Relation:
    """How the checkpoint `b` stands to `a`."""
    if a == b:
        return Relation("same", a)
    places = {checkpoint_id: place for place, checkpoint_id in enumerate(line_of(parents, a))}
    for b_steps, checkpoint_id in enumerate(line_of(parents, b)):
        a_steps = places.get(checkpoint_id)
        if a_steps is not None:
            kind: Kin = "after" if a_steps == 0 else "before" if b_steps == 0 else "branches"
            return Relation(kind, checkpoint_id, a_steps, b_steps)
    return Relation("apart")
