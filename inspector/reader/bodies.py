"""Stored bodies: their sizes, and the decoded values of the few that decide which nodes run next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inspector.decode import DEFAULT_BUDGET, Budget, Decoded, Sight, see_json, see_value
from inspector.domain.channels import decides_tasks
from inspector.domain.value import Absent, Omitted, Value
from inspector.stores.base import ChannelBody, ChannelSize, CheckpointRow, CheckpointStore, ReadBudget

#: Bodies of control channels for a whole history, in bytes. A Send carries its node's whole input.
_CONTROL = ReadBudget(bytes=32_000_000)
#: Of a control value only names are wanted, so texts are stepped over.
_NAMES = Budget(max_bytes=32_000_000, max_text=300)

#: What a channel holds in one version: (channel, version).
ChannelKey = tuple[str, str]


def decode_body(body: ChannelBody, sight: Sight, budget: Budget = DEFAULT_BUDGET) -> Decoded:
    """The value of a body; a body that was left in the store decodes to an `Omitted`."""
    if body.blob is None and body.type not in ("empty", "null"):
        return Decoded(Omitted("size", body.size_bytes, "Larger than one read may take."), body.type)
    return see_value(body.type, body.blob, budget=budget, sight=sight.of(body.channel))


def decode_control(body: ChannelBody, sight: Sight) -> Value:
    """The value of a channel that decides what comes next, as far as names go, which everybody may see: not to be
    shown itself."""
    return present(decode_body(body, sight.for_names(), _NAMES).value)


def own_control(row: CheckpointRow, sight: Sight) -> dict[str, Value]:
    """The channels whose values the checkpoint's own document keeps; the value only where it decides what comes
    next."""
    return {
        channel: None if body.blob is None else decode_control(body, sight) for channel, body in row.own_bodies.items()
    }


def inline_control(row: CheckpointRow, sight: Sight) -> dict[str, Value]:
    """The same of values that lie in the document as JSON. Not to be shown either."""
    names = sight.for_names()
    return {channel: present(see_json(value, sight=names).value) for channel, value in row.inline_values.items()}


def present(value: Value | Absent) -> Value:
    """A decoded value where absence has been ruled out before."""
    return None if isinstance(value, Absent) else value


@dataclass(frozen=True, slots=True)
class Bodies:
    """Sizes of all bodies behind some checkpoints, and the decoded control values among them."""

    sizes: Mapping[ChannelKey, ChannelSize]
    control: Mapping[ChannelKey, Value]
    sight: Sight

    @classmethod
    def read(cls, store: CheckpointStore, rows: Sequence[CheckpointRow], sight: Sight) -> Bodies:
        """Two reads, however many checkpoints: all of one thread and namespace."""
        if not rows:
            return cls({}, {}, sight)
        where = (rows[0].thread_id, rows[0].checkpoint_ns)
        pairs = sorted({pair for row in rows for pair in keys_of(row)})
        sizes = {(size.channel, size.version): size for size in store.read_channel_sizes(*where, pairs)}
        wanted = [
            pair for pair, size in sizes.items() if decides_tasks(pair[0]) and size.type != "empty" and size.size_bytes
        ]
        found = store.read_channels(*where, wanted, budget=_CONTROL)
        control = {(body.channel, body.version): decode_control(body, sight) for body in found}
        return cls(sizes, control, sight)

    def values_at(self, row: CheckpointRow) -> dict[str, Value]:
        """The channels that hold a value at a checkpoint; the value itself only where it decides what comes next."""
        values: dict[str, Value] = dict.fromkeys(row.inline_omitted)
        values.update(inline_control(row, self.sight))
        values.update(own_control(row, self.sight))
        for pair in keys_of(row):
            size = self.sizes.get(pair)
            if size is not None and size.type != "empty":
                values[pair[0]] = self.control.get(pair)
        return values

    def state_bytes(self, row: CheckpointRow) -> int:
        """The document and every body its state needs, in bytes."""
        bodies = (self.sizes.get(pair) for pair in keys_of(row))
        return row.size_bytes + sum(body.size_bytes for body in bodies if body is not None)


def keys_of(row: CheckpointRow) -> list[ChannelKey]:
    return [(channel, str(version)) for channel, version in row.channel_versions.items()]
