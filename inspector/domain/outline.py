"""A namespace as a picture needs it: who wrote each checkpoint, when, from which one, and in which turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Protocol

from inspector.domain.branches import Branches
from inspector.domain.turns import version_order


@dataclass(frozen=True, slots=True)
class OutlineStep:
    """One checkpoint. `at` is the worker's clock; `turn` counts from 1, 0 before the first input."""

    checkpoint_id: str
    parent_checkpoint_id: str | None
    step: int | None
    source: str
    at: datetime | None
    turn: int
    hostname: str


@dataclass(frozen=True, slots=True)
class TurnStart:
    """A turn, and the first checkpoint that knows of its input."""

    turn: int
    checkpoint_id: str


@dataclass(frozen=True, slots=True)
class Outline:
    """`steps` are the newest ones, oldest first, and `older` checkpoints lie before them, in which the turns `folded`
    began. `branches` is how the steps hang together."""

    steps: tuple[OutlineStep, ...]
    branches: Branches
    older: int = 0
    folded: tuple[TurnStart, ...] = ()


class HasParent(Protocol):
    @property
    def checkpoint_id(self) -> str: ...
    @property
    def parent_checkpoint_id(self) -> str | None: ...
    @property
    def step(self) -> int | None: ...
    @property
    def source(self) -> str: ...


class HasVersion(Protocol):
    @property
    def version(self) -> str: ...
    @property
    def checkpoint_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The newest input that a checkpoint has taken, by its version, and the one that waits in it; "" for none."""

    taken: str = ""
    waiting: str = ""


def turns_by_parents(steps: Sequence[HasParent], inputs: Sequence[HasVersion]) -> dict[str, int]:
    """What `turns.number_turns` says of each step, without its versions: by the first checkpoint that knows of each
    input, and by parents, whose inputs a checkpoint knows of as well. Steps come oldest first, inputs in the order in
    which they were made.

    An input's own checkpoint has the input waiting: only a step of the loop takes it, so an update in between does not
    know of it. A fork without changes is a copy of another child of its parent, one step older. Where a parent is not
    there, the newest input before the step counts.
    """
    numbers = {one.version: number for number, one in enumerate(inputs, 1)}
    order = sorted(inputs, key=lambda one: one.checkpoint_id)
    begun = {key: [one.version for one in some] for key, some in groupby(order, key=lambda one: one.checkpoint_id)}
    known: dict[str | None, _Inputs] = {None: _Inputs()}
    children: dict[tuple[str | None, int], str] = {}
    turns: dict[str, int] = {}
    place, before = 0, ""
    for step in steps:
        while place < len(order) and order[place].checkpoint_id < step.checkpoint_id:
            before = _newest(before, order[place].version)
            place += 1
        origin = step.parent_checkpoint_id
        if step.source == "fork" and step.step is not None:
            origin = children.get((origin, step.step - 1), origin)
        inherited = known.get(origin, _Inputs(before))
        found = _inputs_of(step.source, inherited, begun.get(step.checkpoint_id, ()))
        known[step.checkpoint_id] = found
        if step.step is not None:
            children[step.parent_checkpoint_id, step.step] = step.checkpoint_id
        shown = _newest(found.taken, found.waiting) if step.source == "input" else found.taken
        turns[step.checkpoint_id] = numbers.get(shown, 0)
    return turns


def _inputs_of(source: str, inherited: _Inputs, own: Iterable[str]) -> _Inputs:
    if source == "input":
        return _Inputs(inherited.taken, _newest(inherited.waiting, *own))
    if source == "loop":
        return _Inputs(_newest(inherited.taken, inherited.waiting, *own))
    return _Inputs(_newest(inherited.taken, *own), inherited.waiting)


def _newest(*versions: str) -> str:
    return max(filter(None, versions), key=version_order, default="")
