"""What checkpoint records tell of sizes, and of runs that stopped and were taken up again. No body is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inspector.domain.channels import ERROR, INTERRUPT
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.growth import Held, StepWeight, Written
from inspector.domain.thread import ThreadHistory
from inspector.reader.bodies import Bodies, keys_of
from inspector.stores.base import CheckpointRow, WriteRow

#: Metadata of a checkpoint whose channels may be kept as changes: how many there are since their last whole value.
_COUNTERS = "counters_since_delta_snapshot"


@dataclass(frozen=True, slots=True)
class WriteSums:
    """Pending writes of some checkpoints. `cut` when the store holds more than were counted."""

    count: int
    size_bytes: int
    cut: bool
    channels: Mapping[str, Written]


@dataclass(frozen=True, slots=True)
class WeighedHistory:
    """A page of a namespace with its sizes, in the history's order. `again` holds the checkpoints that a stopped run
    was taken up with, and why (`answer`, `error`, `resumed`)."""

    history: ThreadHistory
    weights: tuple[StepWeight, ...]
    again: Mapping[str, str]
    writes: WriteSums


def weigh(rows: Sequence[CheckpointRow], checkpoints: Iterable[Checkpoint], bodies: Bodies) -> tuple[StepWeight, ...]:
    return tuple(_weigh(row, item, bodies) for row, item in zip(rows, checkpoints, strict=True))


def _weigh(row: CheckpointRow, item: Checkpoint, bodies: Bodies) -> StepWeight:
    inside = _inline_sizes(row) | {
        channel: body.size_bytes for channel, body in row.own_bodies.items() if body.type != "empty"
    }
    held = {channel: Held(item.channel_versions.get(channel, ""), size, False) for channel, size in inside.items()}
    for channel, version in keys_of(row):
        size = bodies.sizes.get((channel, version))
        if size is not None and size.type != "empty":
            held[channel] = Held(version, size.size_bytes, apart=True)
    counters = row.metadata.get(_COUNTERS)
    changes = frozenset(name for name in counters if name not in held) if isinstance(counters, dict) else frozenset()
    # A snapshot of changes leaves a mark in the document as well: what lies apart is the value.
    document = max(0, row.size_bytes - sum(value.size_bytes for value in held.values() if not value.apart))
    return StepWeight(row.checkpoint_id, row.parent_checkpoint_id, item.step, item.turn, document, held, changes)


def _inline_sizes(row: CheckpointRow) -> dict[str, int]:
    known = {channel: _json_size(value) for channel, value in row.inline_values.items()}
    return {**known, **row.inline_omitted}


def _json_size(value: object) -> int:
    """Bytes of a value in a JSON document, near enough: servers write their own spaces."""
    if isinstance(value, str) and value.isascii():  # most of what is long
        return len(value) + 2
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def taken_up(rows: Iterable[CheckpointRow], known: Mapping[str, CheckpointRow]) -> list[CheckpointRow]:
    """The checkpoints that a stopped run went on with: LangGraph then notes what the interrupts have seen."""
    return [
        row
        for row in rows
        if (parent := known.get(row.parent_checkpoint_id or "")) is not None
        and row.versions_seen.get(INTERRUPT) != parent.versions_seen.get(INTERRUPT)
    ]


def tell_why(rows: Iterable[CheckpointRow], writes: Iterable[WriteRow]) -> dict[str, str]:
    """By checkpoint: whether its parent had asked a question or failed, by the marks that its tasks left there."""
    marks: dict[str, set[str]] = {}
    for write in writes:
        marks.setdefault(write.checkpoint_id, set()).add(write.channel)
    found = ((row.checkpoint_id, marks.get(row.parent_checkpoint_id or "", set())) for row in rows)
    return {name: "answer" if INTERRUPT in left else "error" if ERROR in left else "resumed" for name, left in found}


def sum_writes(writes: Sequence[WriteRow], *, limit: int) -> WriteSums:
    channels: dict[str, Written] = {}
    for write in writes:
        before = channels.get(write.channel, Written(0, 0))
        channels[write.channel] = Written(before.count + 1, before.size_bytes + write.size_bytes)
    return WriteSums(len(writes), sum(write.size_bytes for write in writes), len(writes) >= limit, channels)
