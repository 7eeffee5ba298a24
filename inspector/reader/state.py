"""The state at a checkpoint: every channel with its size, and its value where that fits the budget."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from inspector.decode import DEFAULT_BUDGET, FULL, Budget, Sight, see_json
from inspector.domain.channels import is_internal
from inspector.domain.delta import delta_channels, snapshot_value
from inspector.domain.thread import ChannelState
from inspector.domain.value import Absent, Omitted, Value
from inspector.reader.bodies import ChannelKey, decode_body, keys_of, present
from inspector.reader.delta import rebuild
from inspector.stores.base import ChannelBody, ChannelSize, CheckpointRow, CheckpointStore, ReadBudget

#: A body larger than this (bytes) is loaded only when its channel is asked for by name.
EAGER_BYTES = 256_000
_EAGER = ReadBudget(bytes=2_000_000)
#: What is larger than one decoding takes is not fetched.
_ASKED = ReadBudget(bytes=DEFAULT_BUDGET.max_bytes)

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class StateReader:
    """Reads states of one store; `sight` says what may be seen of them, `budget` what is decoded of each value."""

    store: CheckpointStore
    sight: Sight = FULL
    budget: Budget = DEFAULT_BUDGET

    def read(
        self, row: CheckpointRow, *, load: Collection[str] = (), only: Collection[str] | None = None
    ) -> tuple[ChannelState, ...]:
        """All channels (or `only` some) of a checkpoint: the graph's own by name, then LangGraph's plumbing."""
        wanted = [pair for pair in keys_of(row) if only is None or pair[0] in only]
        states = {state.channel: state for state in self._inline(row, load) if only is None or state.channel in only}
        states |= {state.channel: state for state in self._stored(row, wanted, load)}  # a body wins over a marker
        for channel in delta_channels(row.metadata, [channel for channel, _ in wanted], states):
            states[channel] = self._rebuilt(row, channel)
        return tuple(sorted(states.values(), key=lambda state: (state.internal, state.channel)))

    def _inline(self, row: CheckpointRow, load: Collection[str]) -> Iterator[ChannelState]:
        for channel, stored in row.inline_values.items():
            decoded = see_json(stored, sight=self.sight.of(channel), budget=self.budget)
            yield state_of(row, channel, present(decoded.value), warnings=decoded.warnings)
        where = (row.thread_id, row.checkpoint_ns, row.checkpoint_id)
        asked = [channel for channel in row.inline_omitted if channel in load]
        found = self.store.read_own_channels(*where, asked, budget=_ASKED) if asked else []
        loaded = {body.channel: body for body in found if body.blob is not None}
        for channel, body in loaded.items():
            decoded = decode_body(body, self.sight, self.budget)
            yield state_of(row, channel, present(decoded.value), size_bytes=body.size_bytes, warnings=decoded.warnings)
        for channel, size in row.inline_omitted.items():
            if channel in loaded:
                continue
            yield state_of(row, channel, left_in_store(size), size_bytes=size, loaded=False)

    def _stored(
        self, row: CheckpointRow, wanted: Sequence[ChannelKey], load: Collection[str]
    ) -> Iterator[ChannelState]:
        """Bodies that other checkpoints may share, then those of the checkpoint's own document."""
        where = (row.thread_id, row.checkpoint_ns)
        names = {channel for channel, _ in wanted}
        sizes = [size for size in self.store.read_channel_sizes(*where, wanted) if size.type != "empty"]
        eager, asked = _parted([((size.channel, size.version), size) for size in sizes], load)
        bodies = self.store.read_channels(*where, eager, budget=_EAGER)
        bodies += self.store.read_channels(*where, asked, budget=_ASKED)
        own = [
            ChannelSize(body.channel, body.version, body.type, body.size_bytes)
            for body in row.own_bodies.values()
            if body.channel in names and body.type != "empty"
        ]
        eager_names, asked_names = _parted([(size.channel, size) for size in own], load)
        bodies += self.store.read_own_channels(*where, row.checkpoint_id, eager_names, budget=_EAGER)
        bodies += self.store.read_own_channels(*where, row.checkpoint_id, asked_names, budget=_ASKED)
        found = {body.channel: body for body in bodies}
        for size in (*sizes, *own):
            left = ChannelBody(size.channel, size.version, size.type, size.size_bytes, None)
            decoded = decode_body(found.get(size.channel, left), self.sight, self.budget)
            if not isinstance(decoded.value, Absent):
                yield state_of(
                    row,
                    size.channel,
                    snapshot_value(decoded.value),
                    type=size.type,
                    size_bytes=size.size_bytes,
                    loaded=not (isinstance(decoded.value, Omitted) and decoded.value.reason == "size"),
                    warnings=decoded.warnings,
                )

    def _rebuilt(self, row: CheckpointRow, channel: str) -> ChannelState:
        rebuilt = rebuild(self.store, row, channel, self.sight)
        return state_of(row, channel, rebuilt.value, type="delta", rebuilt=True, complete=rebuilt.complete)


def _parted(found: Sequence[tuple[Key, ChannelSize]], load: Collection[str]) -> tuple[list[Key], list[Key]]:
    """Those small enough to be read unasked, and those that are larger and asked for."""
    eager = [key for key, size in found if size.size_bytes <= EAGER_BYTES]
    return eager, [key for key, size in found if size.size_bytes > EAGER_BYTES and size.channel in load]


def can_be_loaded(size_bytes: int) -> bool:
    """Whether a value of this size is read where it is asked for by name."""
    return size_bytes <= _ASKED.bytes


def left_in_store(size: int) -> Omitted:
    return Omitted("size", size, "Larger than one read may take.")


def state_of(
    row: CheckpointRow,
    channel: str,
    value: Value,
    *,
    type: str = "json",
    size_bytes: int = 0,
    loaded: bool = True,
    rebuilt: bool = False,
    complete: bool = True,
    warnings: tuple[str, ...] = (),
) -> ChannelState:
    return ChannelState(
        channel=channel,
        version=str(row.channel_versions.get(channel, "")),
        type=type,
        size_bytes=size_bytes,
        value=value,
        internal=is_internal(channel),
        loaded=loaded,
        rebuilt=rebuilt,
        complete=complete,
        warnings=warnings,
    )
