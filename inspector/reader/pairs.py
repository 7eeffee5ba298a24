"""Channels of two checkpoints, read to be compared: larger ones than a state is shown with, and decoded together."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from inspector.decode import FULL, PAIR_BUDGET, Decoded, Sight, see_json, see_pair
from inspector.domain.deferred import opened, resolved
from inspector.domain.delta import delta_channels, snapshot_value
from inspector.domain.thread import ChannelState
from inspector.domain.value import Absent, Tagged, Value
from inspector.reader.bodies import decode_body, keys_of, present
from inspector.reader.state import StateReader, can_be_loaded, left_in_store, state_of
from inspector.stores.base import ChannelBody, ChannelSize, CheckpointRow, CheckpointStore, ReadBudget

#: Bytes of both sides together that are read unasked, smallest channels first: two states of 5 MB, and some more.
UNASKED_BYTES = 16_000_000
#: The same of channels that are asked for by name. One value is never larger than one decoding takes.
ASKED_BYTES = 64_000_000
#: Of channels up to so many bytes on both sides everything is decoded, so that all of it can be shown.
WHOLE_BYTES = 500_000
#: Seconds of processor time that decoding all channels may take together.
SECONDS = 2.0

#: The states of both sides, as `StateReader.read` has them.
States = tuple[tuple[ChannelState, ...], tuple[ChannelState, ...]]


@dataclass(frozen=True, slots=True)
class PairSide:
    """One checkpoint, and the store that holds it; `row` is None for no checkpoint at all."""

    store: CheckpointStore
    row: CheckpointRow | None
    sight: Sight = FULL
    guard: Callable[[], AbstractContextManager[None]] = nullcontext  #: around each read, to say which side failed

    def deltas(self, only: Collection[str], stored: Collection[str]) -> list[str]:
        if self.row is None:
            return []
        wanted = [channel for channel in self.row.channel_versions if channel in only]
        return delta_channels(self.row.metadata, wanted, stored)


@dataclass(slots=True)
class _Found:
    """What a side stores of the wanted channels: their sizes, the way to each body, and those already read."""

    sizes: dict[str, ChannelSize] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    bodies: dict[str, ChannelBody] = field(default_factory=dict)
    states: dict[str, ChannelState] = field(default_factory=dict)

    def size_of(self, channel: str) -> int:
        size = self.sizes.get(channel)
        return size.size_bytes if size is not None else 0


def read_pair(
    before: PairSide,
    after: PairSide,
    only: Collection[str],
    load: Collection[str] = (),
    *,
    clock: Callable[[], float] = time.thread_time,
) -> States:
    """The channels `only` of both sides, whose values may hold `Deferred` parts. What is too large or takes too long is
    left out and marked, as `ChannelState.loaded` says. Raises `StoreError`."""
    sides = (before, after)
    found = (_look(before, only), _look(after, only))
    for budget, names in _chosen(found, load):
        for side, one in zip(sides, found, strict=True):
            with side.guard():
                _fetch(side, one, names, budget)
    until = clock() + SECONDS
    for channel in sorted({*found[0].sizes, *found[1].sizes}, key=lambda name: _size(found, name)):
        _decode(sides, found, channel, until - clock())
    for side, one in zip(sides, found, strict=True):
        if side.row is not None and (deltas := side.deltas(only, one.states)):
            with side.guard():
                rebuilt = StateReader(side.store, side.sight).read(side.row, load=load, only=deltas)
            one.states |= {state.channel: state for state in rebuilt}
    first, second = (
        tuple(sorted(one.states.values(), key=lambda state: (state.internal, state.channel))) for one in found
    )
    return first, second


def _look(side: PairSide, only: Collection[str]) -> _Found:
    """Sizes, and values that lie in the document and are small."""
    found, row = _Found(), side.row
    if row is None:
        return found
    for channel, stored in row.inline_values.items():
        if channel in only:
            decoded = see_json(stored, sight=side.sight.of(channel), budget=PAIR_BUDGET)
            found.states[channel] = state_of(row, channel, present(decoded.value), warnings=decoded.warnings)
    for channel, size in row.inline_omitted.items():
        if channel in only:
            found.sizes[channel] = ChannelSize(channel, "", "json", size)
            found.own.add(channel)
    wanted = [pair for pair in keys_of(row) if pair[0] in only]
    names = {channel for channel, _ in wanted}
    with side.guard():
        stored_sizes = side.store.read_channel_sizes(row.thread_id, row.checkpoint_ns, wanted)
    for body in row.own_bodies.values():
        if body.channel in names and body.type != "empty":
            found.sizes[body.channel] = ChannelSize(body.channel, body.version, body.type, body.size_bytes)
            found.own.add(body.channel)
    for stored_size in stored_sizes:
        if stored_size.type != "empty":
            found.sizes[stored_size.channel] = stored_size
            found.own.discard(stored_size.channel)
    return found


def _size(found: tuple[_Found, _Found], channel: str) -> int:
    return sum(one.size_of(channel) for one in found)


def _chosen(found: tuple[_Found, _Found], load: Collection[str]) -> Iterator[tuple[int, set[str]]]:
    """The channels to fetch with the bytes for them: those asked for, then the smallest of the others."""
    names = sorted({*found[0].sizes, *found[1].sizes}, key=lambda name: (_size(found, name), name))
    fits = [name for name in names if all(can_be_loaded(one.size_of(name)) for one in found)]
    for budget, asked in ((ASKED_BYTES, True), (UNASKED_BYTES, False)):
        left = budget
        chosen = set()
        for name in fits:
            if (name in load) is asked and _size(found, name) <= left:
                left -= _size(found, name)
                chosen.add(name)
        yield budget, chosen


def _fetch(side: PairSide, found: _Found, names: set[str], bytes_left: int) -> None:
    row = side.row
    if row is None:
        return
    where = (row.thread_id, row.checkpoint_ns)
    budget = ReadBudget(bytes=bytes_left)
    shared = [(size.channel, size.version) for size in found.sizes.values() if size.channel in names - found.own]
    own = sorted(names & found.own)
    bodies = side.store.read_channels(*where, shared, budget=budget) if shared else []
    bodies += side.store.read_own_channels(*where, row.checkpoint_id, own, budget=budget) if own else []
    found.bodies |= {body.channel: body for body in bodies if body.blob is not None}


def _decode(sides: tuple[PairSide, PairSide], found: tuple[_Found, _Found], channel: str, seconds: float) -> None:
    """The states of one channel on the sides that hold it."""
    bodies = [one.bodies.get(channel) for one in found]
    decoded: tuple[Decoded | None, ...] = (None, None)
    budget = replace(PAIR_BUDGET, seconds=min(seconds, PAIR_BUDGET.seconds))
    if all(bodies) and seconds > 0 and sides[0].sight == sides[1].sight:
        first, second = ((body.type, body.blob or b"") for body in bodies if body is not None)
        decoded = see_pair(first, second, budget=budget, sight=sides[0].sight.of(channel))
    elif seconds > 0:
        decoded = tuple(
            decode_body(body, side.sight, budget) if body is not None else None
            for side, body in zip(sides, bodies, strict=True)
        )
    for side, one, value in zip(sides, found, decoded, strict=True):
        size = one.sizes.get(channel)
        if side.row is None or size is None or (value is not None and isinstance(value.value, Absent)):
            continue
        held = left_in_store(size.size_bytes) if value is None else _held(value.value)
        if _size(found, channel) <= WHOLE_BYTES:
            held = resolved(held)
        one.states[channel] = state_of(
            side.row,
            channel,
            held,
            type=size.type,
            size_bytes=size.size_bytes,
            loaded=value is not None,
            warnings=value.warnings if value is not None else (),
        )


def _held(decoded: Value | Absent) -> Any:
    """What a channel holds, out of the wrapper of a delta channel's snapshot."""
    value = present(decoded)
    inside = opened(value)
    return snapshot_value(inside) if isinstance(inside, Tagged) else value
