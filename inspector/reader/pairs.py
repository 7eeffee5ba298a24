"""Channels of two checkpoints, read to be compared: larger ones than a state is shown with, and decoded together."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
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

    side: PairSide
    sizes: dict[str, ChannelSize] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    bodies: dict[str, ChannelBody] = field(default_factory=dict)
    states: dict[str, ChannelState] = field(default_factory=dict)

    @property
    def row(self) -> CheckpointRow:
        if self.side.row is None:
            raise LookupError("This side holds no checkpoint.")
        return self.side.row

    def look(self, only: Collection[str]) -> None:
        """Values that lie in the document and are small; the sizes of others."""
        row = self.side.row
        if row is None:
            return
        for channel, stored in row.inline_values.items():
            if channel in only:
                decoded = see_json(stored, sight=self.side.sight.of(channel), budget=PAIR_BUDGET)
                self.states[channel] = state_of(row, channel, present(decoded.value), warnings=decoded.warnings)
        for channel, size in row.inline_omitted.items():
            if channel in only:
                self.sizes[channel] = ChannelSize(channel, "", "json", size)
                self.own.add(channel)

    def size_of(self, channel: str) -> int:
        size = self.sizes.get(channel)
        return size.size_bytes if size is not None else 0

    def beside(self, names: Collection[str]) -> set[tuple[str, str]]:
        """Where those of `names` lie that are no part of the row."""
        wanted = [size for size in self.sizes.values() if size.channel in names and size.channel not in self.own]
        return {(size.channel, size.version) for size in wanted}

    def keep(self, bodies: Iterable[ChannelBody]) -> None:
        self.bodies |= {body.channel: body for body in bodies if body.blob is not None}


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
    found = (_Found(before), _Found(after))
    for one in found:
        one.look(only)
    groups = _together(found)
    for group in groups:
        _measure(group, only)
    for budget, names in _chosen(found, load):
        for group in groups:
            _fetch(group, names, budget)
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


def _together(found: tuple[_Found, _Found]) -> list[tuple[_Found, ...]]:
    """The sides that hold a checkpoint; both at once where one read can ask for what both store."""
    held = [one for one in found if one.side.row is not None]
    places = {(id(one.side.store), one.row.thread_id, one.row.checkpoint_ns) for one in held}
    return [tuple(held)] if len(places) == 1 else [(one,) for one in held]


def _measure(group: tuple[_Found, ...], only: Collection[str]) -> None:
    """The sizes of what lies beside the documents, and of the bodies that the rows bring along."""
    side, row = group[0].side, group[0].row
    wanted = [[pair for pair in keys_of(one.row) if pair[0] in only] for one in group]
    with side.guard():
        stored = side.store.read_channel_sizes(row.thread_id, row.checkpoint_ns, sorted(set().union(*wanted)))
    for one, pairs in zip(group, wanted, strict=True):
        names = {channel for channel, _ in pairs}
        for body in one.row.own_bodies.values():
            if body.channel in names and body.type != "empty":
                one.sizes[body.channel] = ChannelSize(body.channel, body.version, body.type, body.size_bytes)
                one.own.add(body.channel)
        for size in stored:
            if size.type != "empty" and (size.channel, size.version) in pairs:
                one.sizes[size.channel] = size
                one.own.discard(size.channel)


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


def _fetch(group: tuple[_Found, ...], names: set[str], bytes_left: int) -> None:
    side, where = group[0].side, (group[0].row.thread_id, group[0].row.checkpoint_ns)
    budget = ReadBudget(bytes=bytes_left)
    shared = sorted({pair for one in group for pair in one.beside(names)})
    with side.guard():
        bodies = side.store.read_channels(*where, shared, budget=budget) if shared else []
    for one in group:
        pairs = one.beside(names)
        one.keep(body for body in bodies if (body.channel, body.version) in pairs)
        if own := sorted(names & one.own):
            with one.side.guard():
                one.keep(side.store.read_own_channels(*where, one.row.checkpoint_id, own, budget=budget))


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
