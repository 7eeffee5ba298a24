"""Where the values of checkpoints are kept, and their bytes: in a body that checkpoints share, or in the document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from inspector.reader.bodies import ChannelKey, keys_of
from inspector.stores.base import ChannelBody, ChannelSize, CheckpointRow, CheckpointStore, ReadBudget

#: What a value is kept under. Plain numbers count within a branch only, so values that a document keeps under one are
#: its own: they have the checkpoint_id as a third part.
Name = tuple[str, ...]


@dataclass(slots=True)
class Shelf:
    """Values of one namespace of a thread, by name. `sizes` are those of shared bodies that were asked for."""

    store: CheckpointStore
    sizes: dict[ChannelKey, ChannelSize] = field(default_factory=dict)

    def weigh(self, rows: Sequence[CheckpointRow]) -> None:
        """Learn which values some checkpoints share; without that they cannot be read."""
        pairs = sorted({pair for row in rows for pair in keys_of(row)} - self.sizes.keys())
        if pairs:
            where = (rows[0].thread_id, rows[0].checkpoint_ns)
            self.sizes.update({(one.channel, one.version): one for one in self.store.read_channel_sizes(*where, pairs)})

    def names(self, row: CheckpointRow) -> dict[str, Name]:
        """The channels that hold a value at a checkpoint, with its name."""
        found: dict[str, Name] = {}
        for channel in (*row.inline_values, *row.inline_omitted, *row.own_bodies):
            version = str(row.channel_versions.get(channel, ""))
            found[channel] = (channel, version) if "." in version else (channel, version, row.checkpoint_id)
        for channel, version in keys_of(row):
            size = self.sizes.get((channel, version))
            if size is not None and size.type != "empty":
                found[channel] = (channel, version)  # a body wins over a marker in the document
        return found

    def shares(self, row: CheckpointRow, channel: str) -> bool:
        """Whether other checkpoints may have the same body."""
        return (channel, str(row.channel_versions.get(channel, ""))) in self.sizes

    def size_of(self, row: CheckpointRow, channel: str) -> int:
        """Bytes of a value, an estimate where the store keeps JSON."""
        shared = self.sizes.get((channel, str(row.channel_versions.get(channel, ""))))
        if shared is not None:
            return shared.size_bytes
        if channel in row.own_bodies:
            return row.own_bodies[channel].size_bytes
        return row.inline_omitted.get(channel, 0)

    def read(self, row: CheckpointRow, channels: Sequence[str], budget: ReadBudget) -> list[ChannelBody]:
        """Their bodies, without bytes where these do not fit the budget. Those that are gone are left out."""
        where = (row.thread_id, row.checkpoint_ns)
        versions = {channel: str(version) for channel, version in row.channel_versions.items()}
        shared = [(name, versions[name]) for name in channels if (name, versions.get(name, "")) in self.sizes]
        apart = {name for name, _ in shared}
        own = [name for name in channels if name in row.own_bodies or name in row.inline_omitted]
        own = [name for name in own if name not in apart]
        found = [
            _inline(name, versions.get(name, ""), row.inline_values[name])
            for name in channels
            if name in row.inline_values and name not in apart
        ]
        if shared:
            found += self.store.read_channels(*where, shared, budget=budget)
        if own:
            found += self.store.read_own_channels(*where, row.checkpoint_id, own, budget=budget)
        return found


def _inline(channel: str, version: str, value: object) -> ChannelBody:
    blob = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return ChannelBody(channel, version, "json", len(blob), blob)
