"""How heavy a state is, step by step: which channels make it so, how they grow, and what all their versions take.

Sizes are those of stored values. A store that keeps each version of a channel once (`Held.apart`) lets steps share
it; where values lie in the checkpoint's document, every step stores them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from inspector.domain.channels import is_internal

#: How a channel's value is kept: once a `version`, again in every `step`, or as `changes` that rebuild it.
Kept = Literal["version", "step", "changes"]

#: A line through fewer turns tells nothing of the turns to come, nor does one that its points are far from.
_POINTS = 5
_STRAIGHT = 0.9


@dataclass(frozen=True, slots=True)
class Held:
    """A channel's stored value at a checkpoint. `apart` from the checkpoint's document, once for all its steps."""

    version: str
    size_bytes: int
    apart: bool


@dataclass(frozen=True, slots=True)
class StepWeight:
    """One checkpoint's state. `document_bytes` are of its document without the values in it."""

    checkpoint_id: str
    parent_checkpoint_id: str | None
    step: int | None
    turn: int
    document_bytes: int
    channels: Mapping[str, Held]
    changes: frozenset[str] = frozenset()  #: channels without a value of their own here, kept as changes

    @property
    def total_bytes(self) -> int:
        return self.document_bytes + sum(held.size_bytes for held in self.channels.values())


@dataclass(frozen=True, slots=True)
class Written:
    """Pending writes of one channel."""

    count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ChannelGrowth:
    """One channel over some steps. `per_turn` is how it grew on average, None of fewer than two turns; `line` is the
    pace of a channel that grows evenly, else None. `jump` is by how much it grew most from a step to the next."""

    channel: str
    internal: bool
    kept: Kept
    size_bytes: int  #: at the newest checkpoint
    share: float  #: of the whole state there
    per_turn: float | None
    line: float | None
    versions: int  #: that the steps tell apart
    stored_bytes: int  #: of all those versions, or of the changes
    jump: int
    jump_id: str
    jump_step: int | None


def weigh_channels(
    steps: Sequence[StepWeight], newest: StepWeight, written: Mapping[str, Written]
) -> tuple[ChannelGrowth, ...]:
    """`steps` in the order of the run; `newest` is the one that LangGraph goes on from, which clocks decide. Heaviest
    first, LangGraph's own last."""
    names = dict.fromkeys(name for step in steps for name in (*step.channels, *step.changes))
    found = (_weigh(name, steps, newest, written.get(name)) for name in names)
    return tuple(sorted(found, key=lambda one: (one.internal, -one.size_bytes, -one.stored_bytes, one.channel)))


def _weigh(name: str, steps: Sequence[StepWeight], newest: StepWeight, written: Written | None) -> ChannelGrowth:
    held = [(step, step.channels[name]) for step in steps if name in step.channels]
    now = _size(name, newest)
    changes = any(name in step.changes for step in steps)
    jump, at = (0, None) if changes else _largest_jump(name, steps)
    ends = turn_ends(name, steps)
    stored = _stored(value for _, value in held)
    if changes and written is not None:
        stored += written.size_bytes
    return ChannelGrowth(
        channel=name,
        internal=is_internal(name),
        kept="changes" if changes else "version" if all(value.apart for _, value in held) else "step",
        size_bytes=now,
        share=now / newest.total_bytes if newest.total_bytes else 0.0,
        per_turn=None if changes else pace(ends),
        line=None if changes else even_pace(ends),
        versions=len({value.version for _, value in held}),
        stored_bytes=stored,
        jump=jump,
        jump_id=at.checkpoint_id if at is not None else "",
        jump_step=at.step if at is not None else None,
    )


def _stored(values: Iterable[Held]) -> int:
    """What is kept apart counts once a version, what lies in documents each time."""
    apart: dict[str, int] = {}
    inside = 0
    for held in values:
        if held.apart:
            apart[held.version] = held.size_bytes
        else:
            inside += held.size_bytes
    return sum(apart.values()) + inside


def _largest_jump(name: str, steps: Sequence[StepWeight]) -> tuple[int, StepWeight | None]:
    known = {step.checkpoint_id: step for step in steps}
    jumps = (
        (_size(name, step) - _size(name, parent), step)
        for step in steps
        if (parent := known.get(step.parent_checkpoint_id or "")) is not None
    )
    jump, step = max(jumps, key=lambda pair: pair[0], default=(0, None))
    return (jump, step) if jump > 0 else (0, None)


def _size(name: str, step: StepWeight) -> int:
    held = step.channels.get(name)
    return held.size_bytes if held is not None else 0


def turn_ends(name: str, steps: Iterable[StepWeight]) -> dict[int, int]:
    """A channel's size at the last step of each turn, by the turn."""
    return {step.turn: _size(name, step) for step in steps}


def pace(ends: Mapping[int, int]) -> float | None:
    """Bytes a turn, from the first turn's end to the last one's."""
    if len(ends) < 2:
        return None
    first, last = min(ends), max(ends)
    return (ends[last] - ends[first]) / (last - first)


def even_pace(ends: Mapping[int, int]) -> float | None:
    """Bytes a turn by the straight line through the turns' ends (least squares); None where they lie on none."""
    if len(ends) < _POINTS:
        return None
    middle, mean = sum(ends) / len(ends), sum(ends.values()) / len(ends)
    across = sum((turn - middle) ** 2 for turn in ends)
    along = sum((turn - middle) * (size - mean) for turn, size in ends.items())
    spread = sum((size - mean) ** 2 for size in ends.values())
    if along <= 0 or not spread or along**2 / (across * spread) < _STRAIGHT:
        return None
    return along / across


def sum_stored(steps: Sequence[StepWeight], channels: Iterable[ChannelGrowth]) -> int:
    """Everything behind the steps: their documents, and each channel's versions or changes."""
    return sum(step.document_bytes for step in steps) + sum(channel.stored_bytes for channel in channels)
