"""How long steps and turns took, and what waited between them.

A step's time runs from its parent's checkpoint to its own, by the clocks of the workers that wrote the two. Time in
which nobody worked is told apart as a wait: until the next input came, until a question was answered or a run that
had stopped was taken up again, until somebody edited the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import median
from typing import Literal

from inspector.domain.channels import START
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.coordinates import time_of

#: `work` is a step's own time. `wait` passed before it (see `StepTime.why`). `run` is the wait and the work of a run
#: that stored one checkpoint in all (durability `exit`). `skew` is less than nothing: clocks differ. `unknown` where a
#: time is missing, as of the first checkpoint, or where the parent is not among the steps, as after pruning.
Kind = Literal["work", "wait", "run", "skew", "unknown"]

#: The slowest steps that are told in any case, and how many times as long as usual others must have taken.
_FEW, _STANDS_OUT = 3, 2
_EDITS = frozenset({"update", "fork"})


@dataclass(frozen=True, slots=True)
class StepTime:
    """`why` it waited: `input`, `answer`, `error` (run again after one), `resumed`, `update`, `fork`; "" of work."""

    checkpoint_id: str
    step: int | None
    turn: int
    node_names: tuple[str, ...]
    hostname: str
    at: datetime | None
    seconds: float | None
    kind: Kind
    why: str


@dataclass(frozen=True, slots=True)
class TurnTime:
    """Successive steps of one turn, oldest first. `took` runs from its first checkpoint to its last, and `worked` is
    the sum of its steps' own times; a `single` checkpoint tells neither. `waited` counts no moment twice. `before` is
    the wait since the turn before it, which of a single checkpoint holds the work, too."""

    turn: int
    began_at: datetime | None
    ended_at: datetime | None
    hostnames: tuple[str, ...]
    took: float | None
    worked: float
    waited: float
    before: float | None
    single: bool
    slowest: StepTime | None
    steps: tuple[StepTime, ...]


@dataclass(frozen=True, slots=True)
class NodeTime:
    """A step in which several nodes ran counts for each of them."""

    node: str
    count: int
    median: float
    slowest: float
    total: float
    slowest_id: str


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds: between turns, and inside them until an answer came or a run was taken up again."""

    turns: int
    median: float | None
    longest: float | None
    longest_id: str
    resumed: int
    resumed_longest: float | None
    resumed_longest_id: str


@dataclass(frozen=True, slots=True)
class Skew:
    """A checkpoint of `hostname` is dated before its parent of `ahead`, by at least so many seconds."""

    hostname: str
    ahead: str
    seconds: float
    checkpoint_id: str


def in_order(checkpoints: Sequence[Checkpoint]) -> tuple[Checkpoint, ...]:
    """Checkpoints, sorted by their ids, as they came: none before its parent, whatever the clocks said."""
    ids = {item.checkpoint_id for item in checkpoints}
    waiting: dict[str, list[Checkpoint]] = {}
    done: dict[str, Checkpoint] = {}
    for item in checkpoints:
        parent = item.parent_checkpoint_id or ""
        if parent in ids and parent not in done:
            waiting.setdefault(parent, []).append(item)
            continue
        ready = [item]
        while ready:
            one = ready.pop(0)
            done[one.checkpoint_id] = one
            ready.extend(waiting.pop(one.checkpoint_id, ()))
    left = (item for items in waiting.values() for item in items if item.checkpoint_id not in done)
    return (*done.values(), *left)  # whose parents go in a circle, which only a damaged store holds


def time_steps(checkpoints: Sequence[Checkpoint], again: Mapping[str, str]) -> tuple[StepTime, ...]:
    """Checkpoints of one namespace, in their order. `again` holds those that a stopped run was taken up with, and
    why."""
    known = {item.checkpoint_id: item for item in checkpoints}
    return tuple(_time_step(item, known.get(item.parent_checkpoint_id or ""), again) for item in checkpoints)


def _time_step(item: Checkpoint, parent: Checkpoint | None, again: Mapping[str, str]) -> StepTime:
    before = parent.at if parent is not None else time_of(item.parent_checkpoint_id or "")
    seconds = (item.at - before).total_seconds() if item.at is not None and before is not None else None
    kind, why = _kind_of(item, parent, seconds, again)
    return StepTime(
        checkpoint_id=item.checkpoint_id,
        step=item.step,
        turn=item.turn,
        node_names=that_ran(item.node_names),
        hostname=item.hostname,
        at=item.at,
        seconds=seconds,
        kind=kind,
        why=why,
    )


def _kind_of(
    item: Checkpoint, parent: Checkpoint | None, seconds: float | None, again: Mapping[str, str]
) -> tuple[Kind, str]:
    why = item.source if item.source in _EDITS or item.source == "input" else again.get(item.checkpoint_id, "")
    if seconds is None:
        return "unknown", why
    if seconds < 0:
        return "skew", why
    if why:
        return "wait", why
    if parent is None:
        return "unknown", ""  # of which turn it was is not known, so this may be a run of one checkpoint
    return ("run" if parent.turn != item.turn else "work"), ""


def that_ran(node_names: Sequence[str]) -> tuple[str, ...]:
    """The nodes a reader knows; `__start__`, which only takes the input in, where no other ran."""
    return tuple(name for name in node_names if name != START) or tuple(node_names)


def time_turns(steps: Sequence[StepTime]) -> tuple[TurnTime, ...]:
    """`steps` oldest first."""
    turns: list[TurnTime] = []
    for turn, members in groupby(steps, key=lambda step: step.turn):
        turns.append(_time_turn(turn, tuple(members), turns[-1] if turns else None))
    return tuple(turns)


def _time_turn(turn: int, steps: tuple[StepTime, ...], previous: TurnTime | None) -> TurnTime:
    first, last = steps[0], steps[-1]
    # An edit or a step alone, as forks of an older turn leave behind newer ones, is no run of one checkpoint.
    alone = len(steps) == 1 and first.kind == "unknown" and first.seconds is None
    single = first.kind == "run" or (alone and not first.why)
    work = [step for step in steps if step.kind == "work"]
    since = previous.ended_at if previous is not None else None
    return TurnTime(
        turn=turn,
        began_at=first.at,
        ended_at=last.at,
        hostnames=tuple(dict.fromkeys(step.hostname for step in steps)),
        took=None if single else _between(first.at, last.at),
        worked=sum(step.seconds or 0.0 for step in work),
        waited=_waited(steps),
        before=_between(since, first.at) if previous is not None else None,
        single=single,
        slowest=max(work, key=lambda step: step.seconds or 0.0, default=None),
        steps=steps,
    )


def _waited(steps: Sequence[StepTime]) -> float:
    """Each wait since whatever was written last: a fork's own reaches back to its parent, past steps that worked."""
    latest, waited = steps[0].at, 0.0
    for step in steps[1:]:
        since = _between(latest, step.at)
        if step.kind == "wait":
            waited += min(step.seconds or 0.0, since or 0.0)
        if since is not None or latest is None:
            latest = step.at
    return waited


def _between(begin: datetime | None, end: datetime | None) -> float | None:
    """None of unknown times, and of clocks that contradict each other."""
    seconds = (end - begin).total_seconds() if begin is not None and end is not None else -1.0
    return seconds if seconds >= 0 else None


def slowest_steps(steps: Iterable[StepTime], limit: int) -> tuple[StepTime, ...]:
    """`steps` oldest first; of those that took the same number of milliseconds the newest come first. A few in any
    case, and more only where they took clearly longer than steps take as a rule."""
    work = [step for step in steps if step.kind == "work"][::-1]
    longest = sorted(work, key=lambda step: -round(step.seconds or 0.0, 3))[:limit]
    usual = median(step.seconds or 0.0 for step in work) if work else 0.0
    return tuple(
        step for place, step in enumerate(longest) if place < _FEW or (step.seconds or 0.0) >= _STANDS_OUT * usual
    )


def time_nodes(steps: Iterable[StepTime]) -> tuple[NodeTime, ...]:
    """Those that took most in all come first."""
    found: dict[str, list[StepTime]] = {}
    for step in steps:
        if step.kind == "work":
            for node in step.node_names:
                found.setdefault(node, []).append(step)
    return tuple(sorted((_time_node(*item) for item in found.items()), key=lambda node: (-node.total, node.node)))


def _time_node(node: str, steps: Sequence[StepTime]) -> NodeTime:
    times = [step.seconds or 0.0 for step in steps]
    slowest = max(times)
    slowest_id = steps[times.index(slowest)].checkpoint_id
    return NodeTime(node, len(times), median(times), slowest, sum(times), slowest_id)


def sum_waits(turns: Sequence[TurnTime]) -> Waits:
    between = [(turn.before, turn.steps[0]) for turn in turns if turn.before is not None and not turn.single]
    inside = [
        (step.seconds or 0.0, step)
        for turn in turns
        for step in turn.steps[1:]
        if step.kind == "wait" and step.why not in _EDITS
    ]
    seconds, first = max(between, key=lambda pair: pair[0], default=(None, None))
    longest, resumed = max(inside, key=lambda pair: pair[0], default=(None, None))
    return Waits(
        turns=len(between),
        median=median(pair[0] for pair in between) if between else None,
        longest=seconds,
        longest_id=first.checkpoint_id if first is not None else "",
        resumed=len(inside),
        resumed_longest=longest,
        resumed_longest_id=resumed.checkpoint_id if resumed is not None else "",
    )


def find_skews(checkpoints: Sequence[Checkpoint]) -> tuple[Skew, ...]:
    """One for each two hosts, the greatest, greatest first. A host whose clock was set back is beside itself."""
    known = {item.checkpoint_id: item for item in checkpoints}
    found: dict[tuple[str, str], Skew] = {}
    for item in checkpoints:
        parent = known.get(item.parent_checkpoint_id or "")
        behind = -(_signed(parent, item) or 0.0)
        if parent is None or behind <= 0:
            continue
        skew = Skew(item.hostname, parent.hostname, behind, item.checkpoint_id)
        pair = (item.hostname, parent.hostname)
        if pair not in found or found[pair].seconds < behind:
            found[pair] = skew
    return tuple(sorted(found.values(), key=lambda skew: -skew.seconds))


def _signed(parent: Checkpoint | None, item: Checkpoint) -> float | None:
    if parent is None or parent.at is None or item.at is None:
        return None
    return (item.at - parent.at).total_seconds()
